import type { Clock } from '../core/clock.ts';
import type { LiveEvent } from '../core/live-event.ts';
import type { ConsoleSource, NowData } from './data.ts';
import type { Html } from './http/route.ts';
import { JustNow } from './pages/just-now.tsx';
import { Notices } from './pages/notices.tsx';
import { NowLive } from './pages/now.tsx';

/** How many pages may be live at once. */
const MOST_STREAMS = 20;
const EVERY_MS = 1000;
/** While the daemon has this share of its time to do, pages are told less often. */
const BUSY = 0.7;
const EVERY_WHEN_BUSY_MS = 4000;
/** What shows that the connection is alive, where nothing changes. */
const REMINDER_MS = 15_000;
/** The state is asked for again no sooner than after so many times as long as it took. */
const REST_FACTOR = 10;
/** So many deliveries are shown as they happen, of each second: the others are counted with the rest. */
const MOST_EVENTS = 10;

/** What pages are told; each again only when it is another. */
const TOPICS = ['lanes', 'notices', 'deliveries'] as const;
type Topic = (typeof TOPICS)[number];

interface Subscriber {
  readonly canAct: boolean;
  readonly isStillIn: () => boolean;
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  /** What it was told last, by topic. */
  readonly told: Map<Topic, string>;
  lastAt: number;
}

export interface LiveParts {
  readonly source: Pick<ConsoleSource, 'now' | 'notices' | 'scrub' | 'watch'>;
  readonly clock: Clock;
  /** The share of its time, from 0 to 1, that the daemon was busy since this was asked last. */
  readonly busyShare: () => number;
}

/**
 * Tells open pages how the daemon is doing, once a second and only what has changed. It is asked and
 * written once for all of them; nothing is done while no page is open, and less while deliveries need it.
 */
export class Live {
  readonly #parts: LiveParts;
  readonly #subscribers = new Set<Subscriber>();
  #cancel: (() => void) | undefined;
  #unwatch: (() => void) | undefined;
  /** The newest first. */
  #events: LiveEvent[] = [];
  #ofThisTime = 0;
  /** What was told last: its number, and what it was, by topic and by who is told. */
  #number = 0;
  readonly #last = new Map<string, { readonly id: number; readonly html: string }>();

  constructor(parts: LiveParts) {
    this.#parts = parts;
  }

  /**
   * A stream of events; undefined where there are too many.
   * @param canAct whether buttons are shown.
   * @param isStillIn asked each time before anything is told: the stream of who was logged out ends.
   * @param lastEventId the last event that a page knows which lost its stream: it is told what came after.
   */
  subscribe(
    canAct: boolean,
    isStillIn: () => boolean,
    lastEventId?: string,
  ): ReadableStream<Uint8Array> | undefined {
    if (this.#subscribers.size >= MOST_STREAMS) return undefined;
    const { clock } = this.#parts;
    let subscriber: Subscriber;
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        const told = this.#known(canAct, lastEventId);
        subscriber = { canAct, isStillIn, controller, told, lastAt: clock.monotonic() };
        controller.enqueue(bytesOf('retry: 3000\n\n'));
        this.#subscribers.add(subscriber);
        this.#watch();
        if (this.#cancel === undefined) this.#plan(EVERY_MS);
      },
      cancel: () => {
        this.#subscribers.delete(subscriber);
      },
    });
  }

  /** Ends all streams. */
  close(): void {
    this.#cancel?.();
    this.#unwatch?.();
    for (const subscriber of this.#subscribers) end(subscriber);
    this.#subscribers.clear();
  }

  #known(canAct: boolean, lastEventId: string | undefined): Map<Topic, string> {
    const known = new Map<Topic, string>();
    const number = /^\d{1,15}$/.test(lastEventId ?? '') ? Number(lastEventId) : -1;
    // A number of the daemon before this one says nothing: its numbers begin elsewhere.
    if (number > this.#number) return known;
    for (const topic of TOPICS) {
      const last = this.#last.get(keyOf(topic, canAct));
      if (last !== undefined && last.id <= number) known.set(topic, last.html);
    }
    return known;
  }

  #plan(milliseconds: number): void {
    this.#cancel = this.#parts.clock.after(milliseconds, () => void this.#tell());
  }

  /** Looks on for as many deliveries as are shown; then no more until the next time. */
  #watch(): void {
    this.#ofThisTime = 0;
    this.#unwatch ??= this.#parts.source.watch((event) => {
      this.#events = [event, ...this.#events].slice(0, MOST_EVENTS);
      this.#ofThisTime += 1;
      if (this.#ofThisTime < MOST_EVENTS) return;
      this.#unwatch?.();
      this.#unwatch = undefined;
    });
  }

  async #tell(): Promise<void> {
    const { source, clock, busyShare } = this.#parts;
    this.#endThoseWhoLeft();
    if (this.#subscribers.size === 0) {
      this.#unwatch?.();
      this.#unwatch = undefined;
      this.#events = [];
      this.#cancel = undefined;
      return;
    }
    const begun = clock.monotonic();
    let data: NowData | undefined;
    try {
      data = await source.now();
    } catch {
      // The outbox cannot be asked: the pages keep what they show, which says of when it is.
    }
    this.#send(data);
    this.#watch();
    const took = clock.monotonic() - begun;
    const every = busyShare() > BUSY ? EVERY_WHEN_BUSY_MS : EVERY_MS;
    this.#plan(Math.max(every, took * REST_FACTOR));
  }

  #endThoseWhoLeft(): void {
    for (const subscriber of this.#subscribers) {
      if (subscriber.isStillIn()) continue;
      this.#subscribers.delete(subscriber);
      end(subscriber);
    }
  }

  #send(data: NowData | undefined): void {
    const now = this.#parts.clock.monotonic();
    for (const canAct of [false, true]) {
      const its = [...this.#subscribers].filter((one) => one.canAct === canAct);
      if (its.length === 0) continue;
      if (data !== undefined) this.#write(its, 'lanes', NowLive({ data, canAct }), now);
      const notices = this.#parts.source.notices();
      this.#write(its, 'notices', Notices({ notices }), now);
      this.#write(its, 'deliveries', JustNow({ events: this.#events }), now);
    }
    for (const subscriber of this.#subscribers) {
      if (now - subscriber.lastAt >= REMINDER_MS) write(subscriber, ': still here\n\n', now);
    }
  }

  /** Tells those who are not told the same already. */
  #write(subscribers: readonly Subscriber[], topic: Topic, written: Html, now: number): void {
    const html = this.#parts.source.scrub(String(written));
    const key = keyOf(topic, subscribers[0]?.canAct === true);
    let last = this.#last.get(key);
    if (last?.html !== html) {
      // Told by the clock, so that a daemon goes on after the numbers of the one before.
      this.#number = Math.max(this.#number + 1, this.#parts.clock.now());
      last = { id: this.#number, html };
      this.#last.set(key, last);
    }
    const bytes = eventOf(topic, last.id, html);
    for (const subscriber of subscribers) {
      const { told, controller } = subscriber;
      // One that does not read is not written to: it gets the state of then, once it does.
      if (told.get(topic) === html || (controller.desiredSize ?? 0) < 0) continue;
      told.set(topic, html);
      write(subscriber, bytes, now);
    }
  }
}

function keyOf(topic: Topic, canAct: boolean): string {
  return `${topic} ${canAct}`;
}

function write(subscriber: Subscriber, text: string, now: number): void {
  subscriber.lastAt = now;
  try {
    subscriber.controller.enqueue(bytesOf(text));
  } catch {
    // It has just gone.
  }
}

function end({ controller }: Subscriber): void {
  try {
    controller.close();
  } catch {
    // It has gone already.
  }
}

/** An event of which every line is marked as its data. */
function eventOf(topic: Topic, id: number, html: string): string {
  const lines = html.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
  return `event: ${topic}\nid: ${id}\n${lines.join('')}\n`;
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

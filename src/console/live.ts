import type { Clock } from '../core/clock.ts';
import type { ConsoleSource, NowData } from './data.ts';
import type { Html } from './http/route.ts';
import { NowLive } from './pages/now.tsx';

/** How many pages may be live at once. */
const MOST_STREAMS = 20;
const EVERY_MS = 1000;
/** What shows that the connection is alive, where nothing changes. */
const REMINDER_MS = 15_000;
/** The state is asked for again no sooner than after so many times as long as it took. */
const REST_FACTOR = 10;

interface Subscriber {
  readonly canAct: boolean;
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  last: string;
  lastAt: number;
}

/**
 * Tells open pages how the daemon is doing, once a second and only what has changed. It is asked and
 * written once for all of them; nothing is done while no page is open.
 */
export class Live {
  readonly #source: Pick<ConsoleSource, 'now' | 'scrub'>;
  readonly #clock: Clock;
  readonly #subscribers = new Set<Subscriber>();
  #cancel: (() => void) | undefined;

  constructor(source: Pick<ConsoleSource, 'now' | 'scrub'>, clock: Clock) {
    this.#source = source;
    this.#clock = clock;
  }

  /** A stream of events; undefined where there are too many. @param canAct whether buttons are shown. */
  subscribe(canAct: boolean): ReadableStream<Uint8Array> | undefined {
    if (this.#subscribers.size >= MOST_STREAMS) return undefined;
    let subscriber: Subscriber;
    return new ReadableStream<Uint8Array>({
      start: (controller) => {
        subscriber = { canAct, controller, last: '', lastAt: this.#clock.monotonic() };
        controller.enqueue(bytesOf('retry: 3000\n\n'));
        this.#subscribers.add(subscriber);
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
    for (const subscriber of this.#subscribers) end(subscriber);
    this.#subscribers.clear();
  }

  #plan(milliseconds: number): void {
    this.#cancel = this.#clock.after(milliseconds, () => void this.#tell());
  }

  async #tell(): Promise<void> {
    if (this.#subscribers.size === 0) {
      this.#cancel = undefined;
      return;
    }
    const begun = this.#clock.monotonic();
    try {
      this.#send(await this.#source.now());
    } catch {
      // The outbox cannot be asked: the pages keep what they show, which says of when it is.
    }
    const took = this.#clock.monotonic() - begun;
    this.#plan(Math.max(EVERY_MS, took * REST_FACTOR));
  }

  #send(data: NowData): void {
    const written = new Map<boolean, string>();
    const now = this.#clock.monotonic();
    for (const subscriber of this.#subscribers) {
      const { canAct, controller } = subscriber;
      // One that does not read is not written to: it gets the state of then, once it does.
      if ((controller.desiredSize ?? 0) < 0) continue;
      let html = written.get(canAct);
      if (html === undefined) {
        html = this.#source.scrub(textOf(NowLive({ data, canAct })));
        written.set(canAct, html);
      }
      if (html !== subscriber.last) write(subscriber, eventOf(html), now);
      else if (now - subscriber.lastAt > REMINDER_MS) write(subscriber, ': still here\n\n', now);
      subscriber.last = html;
    }
  }
}

function textOf(html: Html): string {
  return String(html);
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
function eventOf(html: string): string {
  const lines = html.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
  return `event: now\n${lines.join('')}\n`;
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

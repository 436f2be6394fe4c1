import type { BundleKind } from '../core/bundle.ts';
import type {
  HeldVerdict,
  Joining,
  LaneStore,
  StormState,
  ThrottleState,
} from '../core/grouping.ts';
import { type Due, DueQueue } from './due-queue.ts';

/** A bundle in memory: what is needed to send it, not what is in it. Times are milliseconds. */
export interface MemoryBundle {
  readonly id: number;
  readonly kind: BundleKind;
  readonly key: string;
  dueAt: number;
  /** How many have joined: at some number it is closed. */
  joined: number;
  isClosed: boolean;
  /** How many alerts it covers. */
  count: number;
  /** The number of its last member, whose place it takes; undefined without a member. */
  last: number | undefined;
  /** The highest of its members. */
  priority: number;
}

/** What the store asks of the lane that has it. */
export interface StoreQueue {
  /** How many wait to be sent: counted up to a number. */
  backlog(upTo: number): number;
  /** Moves what waits, below a level, into a bundle. Returns how many. */
  absorb(bundle: MemoryBundle, belowLevel: number, verdict: HeldVerdict): number;
  /** When a mute was opened last for a key, in milliseconds since 1970. */
  muteOpened(name: string, key: string): number | undefined;
  /** A message of our own. */
  notice(sentence: string): void;
}

/** With more throttles than this, those that make no difference any more are forgotten. */
const MANY_THROTTLES = 100_000;

/** What is stored of one lane for its placing, in memory: the same as the outbox keeps on the disk. */
export class MemoryStore implements LaneStore {
  readonly #queue: StoreQueue;
  readonly #throttles = new Map<string, ThrottleState>();
  #forgetAt = MANY_THROTTLES;
  readonly #open = new Map<string, MemoryBundle>();
  /** All that are not sealed yet, also those that are closed. */
  readonly #bundles = new Map<number, MemoryBundle>();
  /** Also with times that do not count any more. */
  readonly #dues = new DueQueue<Due>();
  #lastId = 0;
  #storm: StormState | undefined;
  #checkAt = 0;
  #now = 0;

  constructor(queue: StoreQueue) {
    this.#queue = queue;
  }

  /** When a storm must be looked at again; 0 never. */
  get checkAt(): number {
    return this.#checkAt;
  }

  /** The bundle that is due first; undefined when there is none. */
  get first(): MemoryBundle | undefined {
    for (;;) {
      const due = this.#dues.first;
      if (due === undefined) return undefined;
      const bundle = this.#bundles.get(due.id);
      if (bundle?.dueAt === due.dueAt) return bundle;
      this.#dues.take();
    }
  }

  throttle(key: string): ThrottleState | undefined {
    return this.#throttles.get(key);
  }

  setThrottle(key: string, { lastSent, period }: ThrottleState): void {
    // Whole milliseconds, as they are stored.
    this.#throttles.set(key, { lastSent: Math.round(lastSent), period: Math.round(period) });
    this.#now = Math.max(this.#now, lastSent);
    if (this.#throttles.size >= this.#forgetAt) this.#forgetQuiet();
  }

  isOpen(kind: BundleKind, key: string): boolean {
    return this.#open.has(nameOf(kind, key));
  }

  join({ kind, key, dueAt, atMost = Number.POSITIVE_INFINITY }: Joining, now: number): number {
    const name = nameOf(kind, key);
    let bundle = this.#open.get(name);
    if (bundle === undefined) {
      this.#lastId += 1;
      const id = this.#lastId;
      const empty = { joined: 0, isClosed: false, count: 0, last: undefined, priority: 0 };
      bundle = { id, kind, key, dueAt, ...empty };
      this.#open.set(name, bundle);
      this.#bundles.set(id, bundle);
      this.#dues.add({ id, dueAt });
    }
    bundle.joined += 1;
    if (bundle.joined >= atMost) {
      bundle.isClosed = true;
      this.#open.delete(name);
      // What comes outside of the hours must wait for them all the same.
      const latest = kind === 'time' ? dueAt : now;
      if (latest < bundle.dueAt) {
        bundle.dueAt = latest;
        this.#dues.add({ id: bundle.id, dueAt: latest });
      }
    }
    return bundle.id;
  }

  /** An alert is a member of a bundle from now on. */
  add(id: number, member: number, priority: number): void {
    const bundle = this.#bundles.get(id);
    if (bundle === undefined) return;
    bundle.count += 1;
    bundle.last = Math.max(bundle.last ?? 0, member);
    bundle.priority = Math.max(bundle.priority, priority);
  }

  /** It takes in nothing more. */
  seal({ id, kind, key, isClosed }: MemoryBundle): void {
    this.#bundles.delete(id);
    if (!isClosed) this.#open.delete(nameOf(kind, key));
  }

  storm(): StormState | undefined {
    return this.#storm;
  }

  setStorm(state: StormState, checkAt: number): void {
    this.#storm = state;
    this.#checkAt = checkAt;
  }

  backlog(upTo: number): number {
    return this.#queue.backlog(upTo);
  }

  absorb(id: number, belowLevel: number, verdict: HeldVerdict): number {
    const bundle = this.#bundles.get(id);
    return bundle === undefined ? 0 : this.#queue.absorb(bundle, belowLevel, verdict);
  }

  /** In what was, nobody ends a silence. */
  isEnded(): boolean {
    return false;
  }

  countSilenced(): void {}

  muteOpened(name: string, key: string): number | undefined {
    return this.#queue.muteOpened(name, key);
  }

  notice(sentence: string): void {
    this.#queue.notice(sentence);
  }

  #forgetQuiet(): void {
    for (const [key, { lastSent, period }] of this.#throttles) {
      const isQuiet = lastSent + 2 * period <= this.#now;
      if (isQuiet && !this.isOpen('throttle', key)) this.#throttles.delete(key);
    }
    // Not before there are many new ones: each look costs time in proportion to all.
    this.#forgetAt = Math.max(MANY_THROTTLES, 2 * this.#throttles.size);
  }
}

function nameOf(kind: BundleKind, key: string): string {
  return `${kind}\0${key}`;
}

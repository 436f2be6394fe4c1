import { type Clock, sleep } from '../core/clock.ts';
import { UnorderedSet, type UnorderedSetItem } from '../core/unordered-set.ts';

/** An attempt that is running, or whose result is not stored yet. */
export interface AttemptInFlight extends UnorderedSetItem {
  /** Of its delivery. */
  readonly id: number;
  /** Its result is known, or its delivery was given back without one. */
  isOver: boolean;
}

/** The running attempts of a lane. */
export class AttemptsInFlight {
  readonly #clock: Clock;
  readonly #running = new UnorderedSet<AttemptInFlight>();
  #whenIdle: (() => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#running.size;
  }

  /** Records the start of an attempt. */
  begin(id: number): AttemptInFlight {
    const attempt = { place: -1, id, isOver: false };
    this.#running.add(attempt);
    return attempt;
  }

  end(attempt: AttemptInFlight): void {
    this.#running.delete(attempt);
    if (this.#running.size === 0) this.#whenIdle?.();
  }

  /** The running attempts. */
  list(): AttemptInFlight[] {
    return this.#running.list();
  }

  /** Resolves when no attempt is left, or after the given number of milliseconds. */
  async finish(milliseconds: number): Promise<void> {
    if (this.#running.size === 0) return;
    const finished = new AbortController();
    this.#whenIdle = () => finished.abort();
    await sleep(this.#clock, milliseconds, finished.signal);
  }
}

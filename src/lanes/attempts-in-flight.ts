import { type Clock, sleep } from '../core/clock.ts';
import { UnorderedSet, type UnorderedSetItem } from '../core/unordered-set.ts';

/** An attempt that is running, or whose result is not stored yet. */
export interface AttemptInFlight extends UnorderedSetItem {
  /** Of its delivery. */
  readonly id: number;
  /** Its result is known, or its delivery was given back without one. */
  isOver: boolean;
}

/** What is left when the attempts of a lane were ended. */
export interface Unfinished {
  /** The deliveries whose attempts have no result. */
  readonly ids: readonly number[];
  /** How many may have arrived all the same, those whose results could not be stored included. */
  readonly doubtful: number;
}

/** How long an aborted attempt may take to stop. */
const BREAK_OFF_MS = 500;

/** The running attempts of a lane. */
export class AttemptsInFlight {
  readonly #clock: Clock;
  readonly #running = new UnorderedSet<AttemptInFlight>();
  readonly #whenIdle = new Set<() => void>();
  #before: AttemptsInFlight | undefined;
  #isGivenUp = false;

  /** @param before those of the lane that this one takes the place of, which begins none any more. */
  constructor(clock: Clock, before: AttemptsInFlight | undefined) {
    this.#clock = clock;
    this.#before = before;
  }

  /** Those of this lane. */
  get size(): number {
    return this.#running.size;
  }

  /** Those of this lane and of the lanes before it, as long as they are not given up. */
  get occupied(): number {
    const before = this.#before === undefined ? 0 : this.#before.occupied;
    if (before === 0) this.#before = undefined;
    return before + (this.#isGivenUp ? 0 : this.#running.size);
  }

  /** Records the start of an attempt. */
  begin(id: number): AttemptInFlight {
    const attempt = { place: -1, id, isOver: false };
    this.#running.add(attempt);
    return attempt;
  }

  end(attempt: AttemptInFlight): void {
    this.#running.delete(attempt);
    if (this.#running.size === 0) for (const idle of this.#whenIdle) idle();
  }

  /**
   * Lets them finish within the grace, and has the rest broken off. Resolves soon after that with
   * what is left, which is given up. May be called again, with less grace.
   */
  async stop(graceMs: number, breakOff: () => void): Promise<Unfinished> {
    await this.#finish(graceMs);
    const late = this.#running.list();
    breakOff();
    await this.#finish(BREAK_OFF_MS);
    const left = late.filter((attempt) => !attempt.isOver);
    const doubtful = new Set([...left, ...this.#running.list()]).size;
    for (const attempt of left) attempt.isOver = true;
    this.#isGivenUp = true;
    return { ids: left.map(({ id }) => id), doubtful };
  }

  /** Resolves when no attempt is left, or after the given number of milliseconds. */
  async #finish(milliseconds: number): Promise<void> {
    if (this.#running.size === 0) return;
    const finished = new AbortController();
    const idle = () => finished.abort();
    this.#whenIdle.add(idle);
    await sleep(this.#clock, milliseconds, finished.signal);
    this.#whenIdle.delete(idle);
  }
}

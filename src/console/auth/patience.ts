import type { Clock } from '../../core/clock.ts';

/** So many may fail before anybody has to wait. */
const FREE_FAILURES = 5;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 60_000;
/** After this time without a failure, those before are forgotten. */
const FORGET_MS = 15 * 60_000;
const MOST_NAMES = 1000;

interface Failures {
  count: number;
  last: number;
}

/**
 * Slows down whoever guesses: from the fifth failure on, each makes the next attempt wait for twice as long,
 * up to a minute. By name, since behind ssh all come from the same address; and over all names, more
 * generously, for who tries many.
 */
export class Patience {
  readonly #clock: Clock;
  readonly #byName = new Map<string, Failures>();
  readonly #all: Failures = { count: 0, last: 0 };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How long an attempt has to wait, in milliseconds; 0 where it may be made. */
  waitMs(name: string): number {
    const one = this.#byName.get(name);
    const own = one === undefined ? 0 : this.#left(one, FREE_FAILURES);
    return Math.max(own, this.#left(this.#all, FREE_FAILURES * 10));
  }

  failed(name: string): void {
    const now = this.#clock.monotonic();
    let one = this.#byName.get(name);
    if (one === undefined) {
      // Whoever fills the list with names of nobody is slowed down as a whole.
      const oldest = this.#byName.size >= MOST_NAMES ? [...this.#byName.keys()][0] : undefined;
      if (oldest !== undefined) this.#byName.delete(oldest);
      one = { count: 0, last: now };
      this.#byName.set(name, one);
    }
    for (const failures of [one, this.#all]) {
      if (now - failures.last > FORGET_MS) failures.count = 0;
      failures.count += 1;
      failures.last = now;
    }
  }

  succeeded(name: string): void {
    this.#byName.delete(name);
    this.#all.count = Math.max(0, this.#all.count - 1);
  }

  #left({ count, last }: Failures, free: number): number {
    const since = this.#clock.monotonic() - last;
    if (count < free || since > FORGET_MS) return 0;
    const wait = Math.min(FIRST_WAIT_MS * 2 ** Math.min(count - free, 20), LONGEST_WAIT_MS);
    return Math.max(0, wait - since);
  }
}

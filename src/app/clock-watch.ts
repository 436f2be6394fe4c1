import type { Clock } from '../core/clock.ts';

/** Smaller corrections are normal for NTP. */
const LEAST_JUMP_MS = 5000;

/** Notices when the wall clock was set, by comparing it with the one that only goes forward. */
export class ClockWatch {
  readonly #clock: Clock;
  #offset: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#offset = clock.now() - clock.monotonic();
  }

  /** By how many milliseconds the clock was set since the last call; 0 when it was not. */
  jump(): number {
    const offset = this.#clock.now() - this.#clock.monotonic();
    const jump = offset - this.#offset;
    if (Math.abs(jump) < LEAST_JUMP_MS) return 0;
    this.#offset = offset;
    return Math.round(jump);
  }
}

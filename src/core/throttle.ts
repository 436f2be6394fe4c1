import type { Clock } from './clock.ts';

/**
 * Lets the first report through at once and then one per interval, which also says how many were
 * suppressed: a flood of equal failures must not become a flood of log lines.
 */
export class Throttle {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  #suppressed = 0;
  #lastAt = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, intervalMs: number) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
  }

  /** Calls `report` with the number of reports suppressed since the last one, or counts this one. */
  pass(report: (suppressed: number) => void): void {
    const now = this.#clock.monotonic();
    if (now - this.#lastAt < this.#intervalMs) {
      this.#suppressed += 1;
      return;
    }
    this.#lastAt = now;
    const suppressed = this.#suppressed;
    this.#suppressed = 0;
    report(suppressed);
  }
}

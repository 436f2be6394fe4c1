import type { Clock } from '../core/clock.ts';

/** From one attempt to the next: 100 a second. */
const INTERVAL_MS = 10;
/** What may come at once after a pause. */
const BURST = 50;

/**
 * Paces the attempts of lanes whose services fail. All lanes share one processor: hundreds that fail at
 * the same time, and try again and again until their breakers open, would take it from those that
 * work. So those that fail share a part of it, and get their turns in the order in which they ask.
 */
export class FailurePace {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #next = Number.NEGATIVE_INFINITY;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  /** Takes the next free turn. Returns the milliseconds until then. */
  reserve(): number {
    const now = this.#clock.monotonic();
    const turn = Math.max(this.#next, now - BURST * INTERVAL_MS);
    this.#next = turn + INTERVAL_MS;
    return Math.max(0, turn - now);
  }
}

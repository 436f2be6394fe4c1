import type { Clock } from '../core/clock.ts';
import type { FailureReason, Outcome } from '../core/outcome.ts';

/** Consecutive failures of the service before the breaker opens. */
const FAILURES_TO_OPEN = 5;
const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 60_000;

/** Failures that indicate a problem of the service rather than of one alert. */
const SERVICE_FAILURES: ReadonlySet<FailureReason> = new Set([
  'timeout',
  'network',
  'rate_limited',
  'server_error',
]);

/**
 * The circuit breaker of a lane.
 *
 *     closed ──5 failures of the service in a row──▶ open ──pause over──▶ half-open
 *        ▲                                             ▲                     │ one probe
 *        └───────────────── the service answers ───────┼─────────────────────┤
 *                                                      └──── it fails again ─┘ (a longer pause)
 */
export class Breaker {
  readonly #clock: Clock;
  #failures = 0;
  #openUntil = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** True when the last attempt failed because of the service. */
  get isFailing(): boolean {
    return this.#failures > 0;
  }

  get isClosed(): boolean {
    return this.#failures < FAILURES_TO_OPEN;
  }

  /** No attempt before this time, in milliseconds since 1970. */
  get openUntil(): number {
    return this.#openUntil;
  }

  /** The clock was set: the pause, which ended at a time, is over. */
  clockJumped(): void {
    this.#openUntil = 0;
  }

  /** Records an attempt. Returns what changed, for the log and for waking what waits. */
  record(outcome: Outcome): 'opened' | 'closed' | undefined {
    if (outcome.kind === 'wait') return undefined;
    if (outcome.kind !== 'retry') {
      const wasOpen = !this.isClosed;
      this.#failures = 0;
      this.#openUntil = 0;
      return wasOpen && outcome.kind !== 'park' ? 'closed' : undefined;
    }
    if (outcome.quickOnly === true || !SERVICE_FAILURES.has(outcome.reason)) return undefined;
    const wasClosed = this.isClosed;
    // Attempts that were running when it opened do not count.
    if (!wasClosed && this.#clock.now() < this.#openUntil) return undefined;
    this.#failures += 1;
    if (this.isClosed) return undefined;
    const round = Math.min(this.#failures - FAILURES_TO_OPEN, 10);
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** round, LONGEST_PAUSE_MS);
    this.#openUntil = this.#clock.now() + pause * (0.5 + this.#clock.random() / 2);
    return wasClosed ? 'opened' : undefined;
  }
}

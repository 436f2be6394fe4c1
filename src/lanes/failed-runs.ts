import type { Clock } from '../core/clock.ts';
import type { Settlement } from '../core/delivery.ts';
import type { Log } from '../core/log.ts';
import type { Outcome } from '../core/outcome.ts';
import type { RetryHistory } from '../core/retry.ts';

/** How often failures are told of. */
const INTERVAL_MS = 60_000;

/**
 * Tells of attempts that failed for good at the first try, as a script that finds nothing for an alert
 * does: of the first at once, of those after it together, once a minute.
 */
export class FailedRuns {
  readonly #integration: string;
  readonly #clock: Clock;
  readonly #log: Log;
  #count = 0;
  #last: Outcome | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(integration: string, { clock, log }: { clock: Clock; log: Log }) {
    this.#integration = integration;
    this.#clock = clock;
    this.#log = log;
  }

  /** Counts a delivery that is dead after its only attempt; false for any other, which it leaves alone. */
  add({ outcome, next }: Settlement, { retries }: Pick<RetryHistory, 'retries'>): boolean {
    const isQuickOnly = outcome.kind === 'retry' && outcome.quickOnly === true;
    if (!isQuickOnly || retries > 0 || next.state !== 'dead') return false;
    this.#count += 1;
    this.#last = outcome;
    if (this.#cancelTimer === undefined) this.#tellAndWait();
    return true;
  }

  /** Tells of what was not told of yet. */
  stop(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#tell();
  }

  #tellAndWait(): void {
    this.#cancelTimer = undefined;
    if (this.#count === 0) return;
    this.#tell();
    this.#cancelTimer = this.#clock.after(INTERVAL_MS, () => this.#tellAndWait());
  }

  #tell(): void {
    if (this.#count === 0) return;
    const { status, message, excerpt } = this.#last ?? {};
    this.#log.warn('runs failed and are not repeated; their alerts are dead letters', {
      integration: this.#integration,
      count: this.#count,
      status,
      cause: message,
      output: excerpt?.split('\n', 1)[0],
    });
    this.#count = 0;
  }
}

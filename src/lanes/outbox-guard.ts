import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Outbox } from '../core/outbox.ts';
import { Throttle } from '../core/throttle.ts';

/** One report per this time while the outbox fails. */
const REPORT_EVERY_MS = 60_000;

/**
 * The outbox as a lane uses it. A failure (a full disk) is logged and does not throw: what is not
 * stored is at worst sent to the service once more.
 */
export class OutboxGuard {
  readonly #outbox: Outbox;
  readonly #log: Log;
  readonly #integration: string;
  readonly #trouble: Throttle;

  constructor(outbox: Outbox, clock: Clock, log: Log, integration: string) {
    this.#outbox = outbox;
    this.#log = log;
    this.#integration = integration;
    this.#trouble = new Throttle(clock, REPORT_EVERY_MS);
  }

  /** The answer; undefined when the outbox failed. `step` names it in the log. */
  ask<T>(step: string, use: (outbox: Outbox) => T): { readonly answer: T } | undefined {
    try {
      return { answer: use(this.#outbox) };
    } catch (error) {
      this.#trouble.pass((suppressed) => {
        const fields = { integration: this.#integration, step, error, suppressed };
        this.#log.error('outbox cannot be used', fields);
      });
      return undefined;
    }
  }
}

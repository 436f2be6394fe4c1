import type { Log } from '../core/log.ts';
import type { Outbox } from '../core/outbox.ts';

/**
 * The outbox as a lane uses it. A failure (a full disk) does not throw: what is not stored is at worst
 * sent to the service once more. The outbox reports it by itself, once for all lanes.
 */
export class OutboxGuard {
  readonly #outbox: Outbox;
  readonly #log: Log;
  readonly #integration: string;

  constructor(outbox: Outbox, log: Log, integration: string) {
    this.#outbox = outbox;
    this.#log = log;
    this.#integration = integration;
  }

  /** The answer; undefined when the outbox failed. `step` names it in the log. */
  ask<T>(step: string, use: (outbox: Outbox) => T): { readonly answer: T } | undefined {
    try {
      return { answer: use(this.#outbox) };
    } catch (error) {
      this.#log.debug('outbox failed a lane', { integration: this.#integration, step, error });
      return undefined;
    }
  }
}

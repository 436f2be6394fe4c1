import { type Clock, sleep } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Outbox } from '../core/outbox.ts';
import type { Shares } from './shares.ts';

export interface OverflowParts {
  readonly outbox: Pick<Outbox, 'shrink'>;
  readonly shares: Pick<Shares, 'excess'>;
  readonly clock: Clock;
  readonly log: Log;
  /** The lanes that are watched, with their integrations. */
  readonly lanes: () => ReadonlyMap<number, string>;
}

const LOOK_MS = 1000;

/**
 * Keeps lanes within their shares whose alerts cannot be read again: the results of enrichments, and
 * what comes from a source that keeps nothing. They give up the lowest and oldest that waits.
 */
export class Overflow {
  readonly #parts: OverflowParts;

  constructor(parts: OverflowParts) {
    this.#parts = parts;
  }

  /** Looks every second, until the signal aborts. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      for (const [lane, integration] of this.#parts.lanes()) this.#look(lane, integration);
      await sleep(this.#parts.clock, LOOK_MS, signal);
    }
  }

  #look(lane: number, integration: string): void {
    const { outbox, shares, clock, log } = this.#parts;
    try {
      const excess = shares.excess(lane);
      const count = excess > 0 ? outbox.shrink(lane, excess, clock.now()) : 0;
      if (count === 0) return;
      log.error(
        'alerts of an integration were given up: it used more than its share of the outbox',
        { integration, count },
      );
    } catch (error) {
      // The outbox cannot be used now; whoever needs it more says so.
      log.debug('nothing could be given up', { integration, error });
    }
  }
}

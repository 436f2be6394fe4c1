import type { Clock } from '../core/clock.ts';
import { HOUR_MS } from '../core/durations.ts';
import type { Integration } from '../core/integration.ts';
import type { LaneObserver } from '../core/lane-observer.ts';
import type { Log } from '../core/log.ts';
import { DEFAULT_RETRY } from '../core/retry.ts';
import type { OutboxGuard } from './outbox-guard.ts';

/** How often to check. */
const EVERY_MS = 10 * 60 * 1000;

interface ExpiryParts {
  readonly integration: Integration;
  readonly log: Log;
  readonly observer?: LaneObserver | undefined;
}

/**
 * Gives up what has waited for its turn for as long as a delivery is tried: a flood that no quota
 * can ever serve must not fill the outbox and stop reading for all integrations.
 */
export class Expiry {
  readonly #outbox: OutboxGuard;
  readonly #lane: number;
  readonly #parts: ExpiryParts;
  #nextAt = 0;

  constructor(outbox: OutboxGuard, lane: number, parts: ExpiryParts) {
    this.#outbox = outbox;
    this.#lane = lane;
    this.#parts = parts;
  }

  /** To be called when deliveries have to wait for a quota. */
  run(clock: Clock): void {
    const now = clock.now();
    if (now < this.#nextAt) return;
    this.#nextAt = now + EVERY_MS;
    const { integration, log, observer } = this.#parts;
    const { id, settings } = integration;
    const before = now - (settings.retry ?? DEFAULT_RETRY).giveUpHours * HOUR_MS;
    const expired = this.#outbox.ask('expire', (outbox) => outbox.expire(this.#lane, before, now));
    if (expired === undefined || expired.answer === 0) return;
    observer?.expired(expired.answer);
    log.error('alerts waited too long for their turn and are dead', {
      integration: id,
      count: expired.answer,
      hint: 'send fewer alerts (level, group), or get a larger quota',
    });
  }
}

import { Alert } from '../core/alert.ts';
import type { Clock } from '../core/clock.ts';
import type { LeasedDelivery } from '../core/delivery.ts';
import { deliveryKey } from '../core/delivery-key.ts';
import type { DeliveryContext, Destination } from '../core/destination.ts';
import type { Integration } from '../core/integration.ts';
import type { Log } from '../core/log.ts';
import type { LaneRecord, Outbox, Parking } from '../core/outbox.ts';
import type { Outcome } from '../core/outcome.ts';
import { DEFAULT_RETRY, isQuick, nextState } from '../core/retry.ts';
import type { Scrubber } from '../core/secret.ts';
import { TokenBucket } from '../core/token-bucket.ts';
import { Breaker } from './breaker.ts';
import type { Committer } from './committer.ts';

/** What a lane needs to work. */
export interface LaneParts {
  readonly integration: Integration;
  readonly destination: Destination;
  readonly record: LaneRecord;
  readonly outbox: Outbox;
  readonly committer: Committer;
  readonly context: Omit<DeliveryContext, 'signal' | 'clock'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly scrubber: Scrubber;
}

/** Leased alerts held in memory by one lane, at the most. */
const LEASE_BYTES = 8 * 1024 * 1024;
const LARGEST_LEASE = 256;
/** A parked lane tries one delivery this often, in case the service was mended in silence. */
const PROBE_MS = 15 * 60 * 1000;

/**
 * The run-time of one integration. It leases deliveries that are due, attempts up to
 * `concurrency` of them at a time, settles each, and waits where waiting is due: for the rate
 * limit, for the breaker, for a retry, or, parked, for someone to mend the integration.
 * Nothing in it ever waits for another lane.
 */
export class Lane {
  readonly id: number;
  readonly integration: Integration;
  readonly #parts: LaneParts;
  readonly #concurrency: number;
  readonly #breaker: Breaker;
  readonly #bucket: TokenBucket | undefined;
  readonly #abort = new AbortController();
  readonly #active = new Set<Promise<void>>();
  #leased: LeasedDelivery[] = [];
  #leaseSize: number;
  /** The outbox had nothing more that is due. */
  #drained = false;
  #pausedUntil = 0;
  #parking: Parking | undefined;
  #stopping = false;
  #cancelTimer: (() => void) | undefined;

  constructor(parts: LaneParts) {
    const { integration, destination, record, clock } = parts;
    this.#parts = parts;
    this.id = record.id;
    this.integration = integration;
    this.#concurrency = integration.settings.concurrency ?? destination.concurrency;
    this.#leaseSize = this.#concurrency;
    this.#breaker = new Breaker(clock);
    const limit = integration.settings.rateLimit;
    if (limit !== undefined) this.#bucket = new TokenBucket(limit, clock.now(), record.bucket);
    this.#parking = record.parking;
    if (record.parking !== undefined) this.#pausedUntil = record.parking.since + PROBE_MS;
  }

  /** Says that something may be due: new deliveries, or a change in the outbox. */
  wake(): void {
    this.#drained = false;
    this.#pump();
  }

  /** Takes over what another process stored: an operator may have ended the parking. */
  refresh(record: LaneRecord): void {
    if (this.#parking !== undefined && record.parking === undefined) {
      this.#resume('resumed by an operator');
    }
    this.wake();
  }

  /**
   * Ends the work: nothing new begins, what is in flight may finish within the grace, the rest is
   * given back unattempted.
   */
  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    this.#cancelTimer?.();
    this.#giveBack();
    const cancel = this.#parts.clock.after(graceMs, () => this.#abort.abort());
    await Promise.all(this.#active);
    cancel();
  }

  #pump(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    while (!this.#stopping && this.#active.size < this.#slots()) {
      const wait = this.#holdUntil() - this.#parts.clock.now();
      if (wait > 0) {
        this.#schedule(wait);
        return;
      }
      const delivery = this.#take();
      if (delivery === undefined) {
        this.#waitForDue();
        return;
      }
      this.#begin(delivery);
    }
  }

  /** Attempts that may run now: one only, where it is to find out whether the service is back. */
  #slots(): number {
    return this.#breaker.isClosed && this.#parking === undefined ? this.#concurrency : 1;
  }

  #holdUntil(): number {
    const now = this.#parts.clock.now();
    const tokens = this.#bucket === undefined ? 0 : now + this.#bucket.waitFor(now);
    return Math.max(this.#breaker.openUntil, this.#pausedUntil, tokens);
  }

  #take(): LeasedDelivery | undefined {
    if (this.#leased.length === 0 && !this.#drained) this.#lease();
    return this.#leased.shift();
  }

  #lease(): void {
    const { outbox, clock, log } = this.#parts;
    const now = clock.now();
    const allowed = Math.min(this.#leaseLimit(), this.#bucket?.available(now) ?? LARGEST_LEASE);
    try {
      this.#leased = outbox.lease(this.id, Math.max(1, allowed), LEASE_BYTES, now);
    } catch (error) {
      log.error('deliveries cannot be leased; trying again in a second', {
        integration: this.integration.id,
        error,
      });
      this.#pausedUntil = now + 1000;
      return;
    }
    this.#drained = this.#leased.length === 0;
  }

  /** Grows while leases are used up quickly, so that a slow lane keeps its queue in the outbox. */
  #leaseLimit(): number {
    if (this.#slots() === 1 && this.#concurrency > 1) return 1;
    return Math.min(this.#leaseSize, LARGEST_LEASE);
  }

  #waitForDue(): void {
    if (!this.#drained) {
      this.#schedule(Math.max(1, this.#pausedUntil - this.#parts.clock.now()));
      return;
    }
    const due = this.#parts.outbox.nextDue(this.id);
    if (due === undefined) return;
    this.#schedule(Math.max(1, due - this.#parts.clock.now()));
  }

  #schedule(milliseconds: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#parts.clock.after(milliseconds, () => this.wake());
  }

  #begin(delivery: LeasedDelivery): void {
    this.#bucket?.take(this.#parts.clock.now());
    const attempt = this.#attempt(delivery).finally(() => {
      this.#active.delete(attempt);
      this.#pump();
    });
    this.#active.add(attempt);
  }

  async #attempt(delivery: LeasedDelivery): Promise<void> {
    const { clock, committer } = this.#parts;
    const startedAt = clock.now();
    const began = clock.monotonic();
    const outcome = await this.#deliver(delivery);
    if (this.#abort.signal.aborted) {
      this.#store('release', (outbox) => outbox.release([delivery.id]));
      return;
    }
    const durationMs = clock.monotonic() - began;
    const history = {
      tries: delivery.tries + 1,
      firstAttemptAt: delivery.firstAttemptAt ?? startedAt,
      retries: this.integration.retries,
      schedule: this.integration.settings.retry ?? DEFAULT_RETRY,
    };
    const next = nextState(outcome, history, clock.now(), () => clock.random());
    const settlement = { id: delivery.id, startedAt, durationMs, outcome, next };
    this.#learn(outcome, durationMs);
    if (next.state === 'pending' && this.#concurrency === 1 && isQuick(history)) {
      // An ordered lane waits for its quick retries, so that a hiccup does not change the order.
      this.#pausedUntil = Math.max(this.#pausedUntil, next.notBefore);
      this.#giveBack();
    }
    await committer.settle(settlement, this.id, this.#bucket?.state);
    this.#report(delivery, settlement);
    if (next.state === 'pending') this.#drained = false;
  }

  async #deliver(delivery: LeasedDelivery): Promise<Outcome> {
    const { destination, context, clock, scrubber } = this.#parts;
    const job = {
      alert: new Alert(delivery.raw),
      integration: this.integration,
      key: deliveryKey(this.integration.id, delivery.raw),
      attempts: delivery.attempts,
    };
    try {
      const signal = this.#abort.signal;
      return scrubbed(await destination.deliver(job, { ...context, clock, signal }), scrubber);
    } catch (error) {
      // A throw is a bug of the destination; the delivery is not to be lost over it.
      const message = scrubber.scrub(error instanceof Error ? error.message : String(error));
      return { kind: 'retry', reason: 'internal', message: `internal error: ${message}` };
    }
  }

  /** What an attempt says about the service, rather than about the one alert. */
  #learn(outcome: Outcome, durationMs: number): void {
    const { clock, log } = this.#parts;
    this.#leaseSize =
      durationMs < 50 ? Math.min(this.#leaseSize * 2, LARGEST_LEASE) : this.#concurrency;
    if (outcome.kind === 'park') {
      this.#park({ reason: outcome.reason, message: outcome.message ?? '', since: clock.now() });
      return;
    }
    if (outcome.kind === 'retry' && outcome.reason === 'rate_limited') {
      this.#bucket?.drain(clock.now());
      this.#pausedUntil = Math.max(this.#pausedUntil, outcome.notBefore ?? 0);
    }
    const change = this.#breaker.record(outcome);
    const fields = { integration: this.integration.id };
    if (change === 'opened') {
      log.warn('service fails again and again; trying less often', {
        ...fields,
        ...(outcome.message === undefined ? {} : { cause: outcome.message }),
      });
      this.#giveBack();
    }
    if (change === 'closed') {
      log.info('service works again', fields);
      this.#store('expedite', (outbox) => outbox.expedite(this.id));
      this.#drained = false;
    }
    if (outcome.kind === 'delivered' && this.#parking !== undefined) {
      this.#store('unpark', (outbox) => outbox.unpark(this.id));
      this.#resume('service accepts deliveries again');
    }
  }

  #park(parking: Parking): void {
    const { log } = this.#parts;
    this.#pausedUntil = parking.since + PROBE_MS;
    this.#giveBack();
    if (this.#parking !== undefined) return;
    this.#parking = parking;
    this.#store('park', (outbox) => outbox.park(this.id, parking));
    log.error('integration is parked; its alerts wait until it is mended', {
      integration: this.integration.id,
      reason: parking.reason,
      cause: parking.message,
      hint: 'correct the configuration and reload (SIGHUP), or: integratord queue retry',
    });
  }

  #resume(message: string): void {
    this.#parking = undefined;
    this.#pausedUntil = 0;
    this.#drained = false;
    this.#parts.log.info(message, { integration: this.integration.id });
  }

  #giveBack(): void {
    if (this.#leased.length === 0) return;
    const ids = this.#leased.map((delivery) => delivery.id);
    if (!this.#store('release', (outbox) => outbox.release(ids))) return;
    this.#leased = [];
    this.#drained = false;
  }

  /**
   * Changes the outbox. A failure (a full disk) is only logged: what is not stored is at worst
   * asked of the service once more.
   */
  #store(what: string, change: (outbox: Outbox) => void): boolean {
    try {
      change(this.#parts.outbox);
      return true;
    } catch (error) {
      this.#parts.log.error('outbox cannot be changed', {
        integration: this.integration.id,
        change: what,
        error,
      });
      return false;
    }
  }

  #report(delivery: LeasedDelivery, settlement: Parameters<Committer['settle']>[0]): void {
    const { outcome, next, durationMs } = settlement;
    const fields = {
      integration: this.integration.id,
      delivery: delivery.id,
      attempt: delivery.attempts + 1,
      ms: Math.round(durationMs),
      ...(outcome.status === undefined ? {} : { status: outcome.status }),
      ...(outcome.kind === 'delivered' ? {} : { reason: outcome.reason }),
      ...(outcome.message === undefined ? {} : { cause: outcome.message }),
    };
    if (next.state === 'delivered') this.#parts.log.debug('delivered', fields);
    else if (next.state === 'dead') this.#parts.log.error('delivery is dead', fields);
    else if (outcome.kind === 'retry') this.#parts.log.warn('attempt failed', fields);
  }
}

function scrubbed(outcome: Outcome, scrubber: Scrubber): Outcome {
  return {
    ...outcome,
    ...(outcome.message === undefined ? {} : { message: scrubber.scrub(outcome.message) }),
    ...(outcome.excerpt === undefined ? {} : { excerpt: scrubber.scrub(outcome.excerpt) }),
  };
}

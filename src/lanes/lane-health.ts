import type { Clock } from '../core/clock.ts';
import type { HoldReason } from '../core/lane-hold.ts';
import type { Log } from '../core/log.ts';
import type { LogMessage } from '../core/log-catalogue.ts';
import type { LaneRecord, Parking } from '../core/outbox.ts';
import type { Outcome } from '../core/outcome.ts';
import { reportBreaker } from './attempt.ts';
import { Breaker } from './breaker.ts';
import type { FailurePace } from './failure-pace.ts';
import type { OutboxGuard } from './outbox-guard.ts';
import { reportResumption } from './resumption.ts';

/** A parked lane tries one delivery this often, in case the service was fixed without notice. */
const PROBE_MS = 15 * 60 * 1000;

/** What the health of a lane needs to work. */
export interface LaneHealthParts {
  /** What is known from before. */
  readonly record: LaneRecord;
  /** The integration's id, for the log. */
  readonly integration: string;
  readonly outbox: OutboxGuard;
  readonly clock: Clock;
  readonly log: Log;
  /** Shared by all lanes whose services fail. */
  readonly pace?: FailurePace | undefined;
  /** Called when deliveries may be due sooner than was known. */
  readonly onRecovered: () => void;
}

/**
 * What a lane knows of its service: whether it answers (the breaker), whether the integration is
 * parked until someone fixes it, and until when nothing should be attempted. Whatever changes is
 * stored and logged here.
 */
export class LaneHealth {
  readonly #parts: LaneHealthParts;
  readonly #breaker: Breaker;
  #pausedUntil = 0;
  #pausedFor: HoldReason = 'retry';
  #turnAt: number | undefined;
  #parking: Parking | undefined;

  constructor(parts: LaneHealthParts) {
    const { parking } = parts.record;
    this.#parts = parts;
    this.#breaker = new Breaker(parts.clock);
    this.#parking = parking;
    if (parking !== undefined) this.#pausedUntil = parking.since + PROBE_MS;
  }

  get isParked(): boolean {
    return this.#parking !== undefined;
  }

  /** One attempt at a time checks whether the service is back. */
  get isProbing(): boolean {
    return !this.#breaker.isClosed || this.#parking !== undefined;
  }

  /** No attempt before this time, in milliseconds since 1970. */
  get pausedUntil(): number {
    return Math.max(this.#breaker.openUntil, this.#pausedUntil);
  }

  /** What ends at {@link pausedUntil}. */
  get pausedFor(): HoldReason {
    if (this.isParked) return 'parked';
    return this.#breaker.openUntil > this.#pausedUntil ? 'breaker' : this.#pausedFor;
  }

  /**
   * When the next attempt may be made, in milliseconds since 1970: while its service fails, a lane waits
   * for its turn among all that fail. 0 while it does not.
   */
  get turnAt(): number {
    const { clock, pace } = this.#parts;
    if (!this.#breaker.isFailing || pace === undefined) return 0;
    this.#turnAt ??= clock.now() + pace.reserve();
    return this.#turnAt;
  }

  /** An attempt begins: the next one needs another turn. */
  takeTurn(): void {
    this.#turnAt = undefined;
  }

  /** Pauses at least until this time, in milliseconds since 1970. */
  pause(until: number, reason: HoldReason): void {
    if (until <= this.#pausedUntil) return;
    this.#pausedUntil = until;
    this.#pausedFor = reason;
  }

  /** Reloads what another process stored: an operator may have ended the parking. */
  refresh(record: LaneRecord): void {
    if (this.#parking !== undefined && record.parking === undefined) {
      this.#resume('resumed by an operator');
    }
  }

  /** Someone may have fixed what keeps the service from accepting: a parked lane tries at once. */
  probe(): void {
    if (this.#parking !== undefined) this.#pausedUntil = 0;
  }

  /** The clock was set: a pause until a fixed time could now last far too long. */
  clockJumped(): void {
    this.#pausedUntil = 0;
    this.#turnAt = undefined;
    this.#breaker.clockJumped();
  }

  /** Takes note of what an attempt says about the service, rather than about the one alert. */
  learn(outcome: Outcome): void {
    const now = this.#parts.clock.now();
    if (outcome.kind === 'park') {
      this.#park({ reason: outcome.reason, message: outcome.message ?? '', since: now });
      return;
    }
    if (outcome.kind === 'retry' && outcome.reason === 'rate_limited') {
      this.pause(outcome.notBefore ?? 0, 'retry_after');
    }
    this.#record(outcome);
    if (this.#parking === undefined) return;
    // A rejection shows that the service, or the script, works.
    if (outcome.kind === 'retry' && outcome.reason !== 'rejected') {
      // Says nothing about the cause of the parking: the next probe comes on schedule.
      this.pause(now + PROBE_MS, 'parked');
      return;
    }
    const { outbox, record } = this.#parts;
    outbox.ask('unpark', (outbox) => outbox.unpark(record.id));
    this.#resume('service accepts deliveries again');
  }

  /** Tells the breaker, and says what it makes of it. */
  #record(outcome: Outcome): void {
    const change = this.#breaker.record(outcome);
    const { log, outbox, record, integration } = this.#parts;
    if (change !== undefined) reportBreaker(log, integration, outcome, change);
    if (change !== 'closed') return;
    outbox.ask('expedite', (outbox) => outbox.expedite(record.id));
    this.#parts.onRecovered();
  }

  #park(parking: Parking): void {
    this.#pausedUntil = parking.since + PROBE_MS;
    if (this.#parking !== undefined) return;
    this.#parking = parking;
    const { log, outbox, record, integration } = this.#parts;
    outbox.ask('park', (outbox) => outbox.park(record.id, parking));
    log.error('integration is parked; its alerts wait until it is fixed', {
      integration,
      reason: parking.reason,
      cause: parking.message,
      hint: 'correct the configuration and reload (SIGHUP), or: integratord queue retry',
    });
  }

  #resume(message: LogMessage<'info'>): void {
    this.#parking = undefined;
    this.#pausedUntil = 0;
    this.#parts.onRecovered();
    const { record, integration, outbox, log } = this.#parts;
    reportResumption(message, { lane: record.id, integration, outbox, log });
  }
}

import type { Clock } from '../core/clock.ts';
import { HOUR_MS } from '../core/durations.ts';
import type { Integration } from '../core/integration.ts';
import type { LaneObserver, LaneState } from '../core/lane-observer.ts';
import type { Log } from '../core/log.ts';
import type { LaneRecord, Outbox } from '../core/outbox.ts';
import { DEFAULT_RETRY } from '../core/retry.ts';
import { OutboxGuard } from './outbox-guard.ts';

/** How often it looks whether the integration can run by now, and gives up what is too old. */
const LOOK_MS = 15 * 60 * 1000;

/** What a parked lane needs to work. */
export interface ParkedLaneParts {
  readonly integration: Integration;
  /** Its parking is stored already. */
  readonly record: LaneRecord;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer?: LaneObserver | undefined;
  /** Asked from time to time: true once the integration can run after all. */
  readonly canRun: () => boolean;
  /** Called once, instead of going on. */
  readonly onFixed: () => void;
}

/**
 * The lane of an integration that cannot run as it is configured. Nothing is attempted: what its
 * filters match is stored and waits until it can run, or for as long as a delivery is tried.
 */
export class ParkedLane {
  readonly id: number;
  readonly integration: Integration;
  /** Nothing is ever under way. */
  readonly inFlight = 0;
  readonly #parts: ParkedLaneParts;
  readonly #outbox: OutboxGuard;
  #hasEnded = false;
  #cancelTimer: (() => void) | undefined;

  constructor(parts: ParkedLaneParts) {
    const { integration, record, outbox, log } = parts;
    this.#parts = parts;
    this.id = record.id;
    this.integration = integration;
    this.#outbox = new OutboxGuard(outbox, log, integration.id);
  }

  /** What it is doing at the moment. */
  get state(): LaneState {
    return this.#hasEnded ? 'not_running' : 'parked';
  }

  /** Begins to look from time to time; new deliveries just wait. */
  wake(): void {
    if (this.#cancelTimer === undefined && !this.#hasEnded) this.#look();
  }

  /** Someone may have fixed what keeps it from running. */
  probe(): void {
    if (this.#hasEnded) return;
    this.#cancelTimer?.();
    this.#look();
  }

  /** What another process stored: an operator who ends the parking wants it to be tried. */
  refresh({ parking }: LaneRecord): void {
    if (parking !== undefined || this.#hasEnded) return;
    this.probe();
    if (this.#hasEnded) return;
    const { log, integration, record } = this.#parts;
    const { parking: own } = record;
    if (own === undefined) return;
    this.#outbox.ask('park', (outbox) => outbox.park(this.id, own));
    log.error('integration cannot run; its alerts wait until it is fixed', {
      integration: integration.id,
      cause: own.message,
    });
  }

  /** The clock was set: the next look may have come too late. */
  clockJumped(): void {
    this.probe();
  }

  /** Ends it; what waits stays in the outbox. */
  stop(_graceMs?: number, _giveBack?: (ids: readonly number[]) => void): Promise<void> {
    this.#hasEnded = true;
    this.#cancelTimer?.();
    return Promise.resolve();
  }

  #look(): void {
    const { canRun, onFixed, clock } = this.#parts;
    if (canRun()) {
      this.#hasEnded = true;
      onFixed();
      return;
    }
    this.#giveUpOld();
    this.#cancelTimer = clock.after(LOOK_MS, () => this.#look());
  }

  #giveUpOld(): void {
    const { integration, clock, log, observer } = this.#parts;
    const { giveUpHours } = integration.settings.retry ?? DEFAULT_RETRY;
    const now = clock.now();
    const before = now - giveUpHours * HOUR_MS;
    const given = this.#outbox.ask('give up', (outbox) => outbox.giveUp(this.id, before, now));
    const count = given?.answer ?? 0;
    if (count === 0) return;
    observer?.expired(count);
    log.error('alerts waited too long for their integration to be fixed and are dead', {
      integration: integration.id,
      count,
      hint: `fix it, then: integratord queue retry --in dead --integration ${integration.id}`,
    });
  }
}

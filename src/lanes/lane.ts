import { setMaxListeners } from 'node:events';
import type { LeasedDelivery } from '../core/delivery.ts';
import type { DeliveryContext } from '../core/destination.ts';
import type { Integration } from '../core/integration.ts';
import type { LaneState } from '../core/lane-observer.ts';
import type { LaneRecord } from '../core/outbox.ts';
import type { Outcome } from '../core/outcome.ts';
import { DEFAULT_RETRY, isQuick, nextState, retriesOf } from '../core/retry.ts';
import { attemptDelivery, reportAttempt } from './attempt.ts';
import { type AttemptInFlight, AttemptsInFlight } from './attempts-in-flight.ts';
import { endedDelivery } from './bundle-of.ts';
import { Expiry } from './expiry.ts';
import { FailedRuns } from './failed-runs.ts';
import { LaneHealth } from './lane-health.ts';
import { LaneHold } from './lane-hold.ts';
import type { LaneParts } from './lane-parts.ts';
import { LanePause } from './lane-pause.ts';
import { attemptLarge } from './large-attempt.ts';
import { LeaseBuffer } from './lease-buffer.ts';
import { followUpsOf } from './manager-follow-ups.ts';
import { OutboxGuard } from './outbox-guard.ts';
import { RateLimiter } from './rate-limiter.ts';

/** For a retry that comes later than this, an ordered lane does not hold up the others. */
const SHORT_DELAY_MS = 60_000;
/** How long to wait when the outbox fails. */
const OUTBOX_RETRY_MS = 1000;

/**
 * The run-time of one integration. It leases deliveries that are due, attempts up to
 * `concurrency` of them at a time, settles each, and waits where waiting is due: for the rate
 * limit, for the breaker, for a retry, or, parked, for the integration to be fixed.
 * Nothing in it ever waits for another lane.
 */
export class Lane {
  readonly id: number;
  readonly integration: Integration;
  readonly #parts: LaneParts;
  readonly #concurrency: number;
  readonly #health: LaneHealth;
  readonly #limiter: RateLimiter;
  readonly #hold: LaneHold;
  readonly #pause: LanePause;
  readonly #outbox: OutboxGuard;
  readonly #leases: LeaseBuffer;
  readonly #expiry: Expiry;
  readonly #failedRuns: FailedRuns;
  readonly #abort = new AbortController();
  readonly #context: DeliveryContext;
  readonly #running: AttemptsInFlight;
  #stopping = false;
  #successor: Lane | undefined;
  #cancelTimer: (() => void) | undefined;

  /** @param before the lane that it takes the place of, which may still have attempts under way. */
  constructor(parts: LaneParts, before?: Lane) {
    const { integration, destination, record, clock, log, scrubber } = parts;
    this.#parts = parts;
    parts.turns?.join(this);
    this.id = record.id;
    this.integration = integration;
    // Every attempt under way listens to it; that many listeners are not a leak.
    setMaxListeners(0, this.#abort.signal);
    if (before !== undefined) before.#successor = this;
    this.#running = new AttemptsInFlight(clock, before === undefined ? undefined : before.#running);
    this.#concurrency = integration.settings.concurrency ?? destination.concurrency;
    this.#context = { ...parts.context, clock, scrubber, signal: this.#abort.signal };
    this.#outbox = new OutboxGuard(parts.outbox, log, integration.id);
    this.#expiry = new Expiry(this.#outbox, this.id, parts);
    this.#pause = new LanePause(integration.id, record, log);
    this.#failedRuns = new FailedRuns(integration.id, parts);
    this.#leases = new LeaseBuffer(this.#outbox, this.id, this.#concurrency);
    const limit = integration.settings.rateLimit ?? destination.rateLimit?.(integration);
    this.#limiter = new RateLimiter(limit, clock, record.bucket, parts.observer);
    this.#health = new LaneHealth({
      record,
      integration: integration.id,
      outbox: this.#outbox,
      clock,
      log,
      pace: parts.pace,
      onRecovered: () => this.#leases.refill(),
    });
    this.#hold = new LaneHold(this.#health, this.#limiter, clock);
  }

  /** What it is doing at the moment. */
  get state(): LaneState {
    if (this.#stopping) return 'not_running';
    if (this.#pause.isOn) return 'paused';
    if (this.#health.isParked) return 'parked';
    if (this.#limiter.isHolding) return 'rate_limited';
    return this.#hold.isHolding ? 'backing_off' : 'working';
  }

  /** How many attempts are under way. */
  get inFlight(): number {
    return this.#running.size;
  }

  /** Signals that something may be due: new deliveries, or a change in the outbox. */
  wake(): void {
    if (this.#stopping) {
      this.#successor?.wake();
      return;
    }
    this.#leases.refill();
    this.#pump();
  }

  /** For {@link Turns}. */
  readonly turnCame = () => this.#pump();

  /** Reloads what another process stored: an operator may have ended the parking. */
  refresh(record: LaneRecord): void {
    this.#pause.refresh(record);
    this.#health.refresh(record);
    // What was leased may have been dropped.
    this.#leases.giveBack();
    this.wake();
  }

  /** Someone may have fixed the service: a parked lane tries one delivery now. */
  probe(): void {
    this.#health.probe();
    this.wake();
  }

  /** The clock was set: a pause until a fixed time could now last far too long. */
  clockJumped(): void {
    this.#limiter.clockJumped();
    this.#health.clockJumped();
    this.#hold.clockJumped();
    this.wake();
  }

  /**
   * Stops: nothing new begins, what is in flight may finish within the grace period, the rest is
   * given back unattempted. Resolves soon after the grace, whatever a destination does. May be called
   * again, with less grace.
   * @param giveBack where many lanes stop at once, they give back together.
   */
  async stop(
    graceMs: number,
    giveBack: (ids: readonly number[]) => void = (ids) => {
      this.#outbox.ask('release', (outbox) => outbox.release(ids));
    },
  ): Promise<void> {
    this.#stopping = true;
    this.#cancelTimer?.();
    this.#leases.giveBack();
    this.#parts.turns?.leave(this);
    const { ids, doubtful } = await this.#running.stop(graceMs, () => this.#abort.abort());
    this.#failedRuns.stop();
    if (doubtful > 0) {
      const fields = { integration: this.integration.id, count: doubtful };
      this.#parts.log.warn('attempts are cut short; these deliveries may arrive twice', fields);
    }
    if (ids.length > 0) giveBack(ids);
    this.#successor?.wake();
  }

  #pump(): void {
    const { turns } = this.#parts;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#limiter.observe();
    while (!this.#stopping && !this.#pause.isOn) {
      if (this.#isHeld(this.#hold.until)) break;
      if (this.#running.occupied >= (this.#health.isProbing ? 1 : this.#concurrency)) break;
      if (this.#isHeld(this.#health.turnAt)) break;
      if (turns?.take(this) === false) {
        this.#leases.giveBack();
        return;
      }
      const delivery = this.#take();
      if (delivery !== undefined) {
        this.#health.takeTurn();
        this.#limiter.take(this.#parts.clock.now());
        void this.#run(this.#running.begin(delivery.id), delivery);
        continue;
      }
      turns?.end();
      if (this.#leases.isDrained) {
        this.#waitForDue();
        break;
      }
    }
    turns?.withdraw(this);
  }

  /** True before a time; then it goes on by itself. */
  #isHeld(until: number): boolean {
    const wait = until - this.#parts.clock.now();
    if (wait <= 0) return false;
    // Meanwhile they must show as waiting, and a more urgent one may come before them.
    this.#leases.giveBack();
    this.#schedule(wait);
    this.#limiter.observe();
    return true;
  }

  /** The next delivery; undefined when none is due, or when the outbox failed and the lane pauses. */
  #take(): LeasedDelivery | undefined {
    const now = this.#parts.clock.now();
    const isOne = this.#health.isProbing || this.#parts.turns?.isShared === true;
    const limit = isOne ? 1 : this.#limiter.available(now);
    const delivery = this.#leases.take(now, limit);
    if (delivery !== 'failed') return delivery;
    // From now on: that it failed may have taken longer than the pause.
    this.#health.pause(this.#parts.clock.now() + OUTBOX_RETRY_MS, 'retry');
    return undefined;
  }

  #waitForDue(): void {
    const now = this.#parts.clock.now();
    const next = this.#outbox.ask('look', (outbox) => outbox.nextDue(this.id));
    const due = next === undefined ? now + OUTBOX_RETRY_MS : next.answer;
    if (due !== undefined) this.#schedule(Math.max(1, due - now));
  }

  #schedule(milliseconds: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#parts.clock.after(milliseconds, () => this.wake());
  }

  async #run(attempt: AttemptInFlight, delivery: LeasedDelivery): Promise<void> {
    try {
      await this.#attempt(attempt, delivery);
    } finally {
      this.#running.end(attempt);
      this.#parts.turns?.end();
      if (this.#stopping) this.#successor?.wake();
      else this.#pump();
    }
  }

  async #attempt(attempt: AttemptInFlight, delivery: LeasedDelivery): Promise<void> {
    const { clock, groupCommit, destination, log, observer } = this.#parts;
    const { integration } = this;
    const startedAt = clock.now();
    const began = clock.monotonic();
    const { signal } = this.#abort;
    const outcome = await attemptDelivery(delivery, this.#parts, this.#context, () =>
      attemptLarge(this.id, delivery, this.#parts, this.#context),
    );
    // Aborted: stop() gives it back, or already has.
    if (attempt.isOver || (signal.aborted && outcome.kind !== 'delivered')) return;
    attempt.isOver = true;
    const followUps = followUpsOf(this.#parts, delivery.raw, outcome);
    if (outcome.kind === 'wait') {
      this.#health.pause(outcome.until, 'rate_limit');
      this.#limiter.quotaUsedUp(outcome.until);
      const released = { id: delivery.id, followUps, at: clock.now() };
      await groupCommit.release(released, this.id, this.#hold.news());
      this.#expiry.run(clock);
      this.#parts.followUps.stored(followUps);
      return;
    }
    const durationMs = clock.monotonic() - began;
    observer?.attempted(outcome, durationMs);
    const history = {
      tries: delivery.tries + 1,
      firstAttemptAt: delivery.firstAttemptAt ?? startedAt,
      retries: retriesOf(integration, destination).quick,
      schedule: integration.settings.retry ?? DEFAULT_RETRY,
    };
    let next = nextState(outcome, history, clock.now(), () => clock.random());
    this.#learn(outcome, durationMs);
    const isSoon = next.state === 'pending' && next.notBefore <= clock.now() + SHORT_DELAY_MS;
    if (next.state === 'pending' && isSoon && this.#concurrency === 1 && isQuick(history)) {
      // An ordered lane waits for its quick retries, so that a short delay does not change the order.
      // The delivery itself is stored as due, to be the first also after a restart.
      const isNamed = outcome.kind === 'retry' && outcome.notBefore === next.notBefore;
      this.#health.pause(next.notBefore, isNamed ? 'retry_after' : 'retry');
      next = { ...next, notBefore: 0 };
    }
    const settlement = { id: delivery.id, startedAt, durationMs, outcome, next, followUps };
    await groupCommit.settle(settlement, this.id, this.#limiter.bucket, this.#hold.news());
    this.#parts.onSettled?.(integration.id, delivery, settlement);
    if (next.state !== 'pending') observer?.settled(next.state, endedDelivery(delivery));
    this.#parts.followUps.stored(followUps);
    if (!this.#failedRuns.add(settlement, history)) {
      reportAttempt(log, integration, delivery, settlement);
    }
  }

  /** What an attempt says about the service, rather than about the one alert. */
  #learn(outcome: Outcome, durationMs: number): void {
    // Another lane may work for the integration already, with corrected settings.
    if (this.#stopping) return;
    this.#leases.learn(durationMs);
    if (outcome.kind === 'retry' && outcome.reason === 'rate_limited') {
      this.#limiter.tooMuch(outcome.notBefore ?? 0);
    }
    this.#health.learn(outcome);
  }
}

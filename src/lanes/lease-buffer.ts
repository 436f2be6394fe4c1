import type { LeasedDelivery } from '../core/delivery.ts';
import type { OutboxGuard } from './outbox-guard.ts';

/** Maximum leased alerts that one lane holds in memory: there may be hundreds of lanes. */
const LEASE_BYTES = 256 * 1024;
const LARGEST_LEASE = 64;
/** Attempts that are faster than this use leases up quickly. */
const QUICK_MS = 50;

/** The deliveries that a lane has leased and not begun yet. */
export class LeaseBuffer {
  readonly #outbox: OutboxGuard;
  readonly #lane: number;
  readonly #least: number;
  #leased: LeasedDelivery[] = [];
  /** Grows while leases are used up quickly, so that a slow lane keeps its queue in the outbox. */
  #size: number;
  #isDrained = false;

  /** @param least how many deliveries the lane can attempt at the same time. */
  constructor(outbox: OutboxGuard, lane: number, least: number) {
    this.#outbox = outbox;
    this.#lane = lane;
    this.#least = least;
    this.#size = least;
  }

  /** True when the outbox had nothing more that is due. */
  get isDrained(): boolean {
    return this.#isDrained;
  }

  /** Something may be due again. */
  refill(): void {
    this.#isDrained = false;
  }

  /** Records how long an attempt took. */
  learn(durationMs: number): void {
    this.#size = durationMs < QUICK_MS ? Math.min(this.#size * 2, LARGEST_LEASE) : this.#least;
  }

  /**
   * The next delivery, leasing up to `limit` more where none is left. Undefined when none is due;
   * `failed` when the outbox could not be used.
   */
  take(now: number, limit = LARGEST_LEASE): LeasedDelivery | undefined | 'failed' {
    if (this.#leased.length === 0 && !this.#isDrained) {
      const leased = this.#outbox.ask('lease', (outbox) =>
        outbox.lease(this.#lane, Math.max(1, Math.min(this.#size, limit)), LEASE_BYTES, now),
      );
      if (leased === undefined) return 'failed';
      this.#leased = leased.answer;
      this.#isDrained = this.#leased.length === 0;
    }
    return this.#leased.shift();
  }

  /** Gives everything back, unattempted. What the outbox does not take back is kept. */
  giveBack(): void {
    if (this.#leased.length === 0) return;
    const ids = this.#leased.map((delivery) => delivery.id);
    if (this.#outbox.ask('release', (outbox) => outbox.release(ids)) === undefined) return;
    this.#leased = [];
  }
}

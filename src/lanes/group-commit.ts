import type { Clock } from '../core/clock.ts';
import type { Settlement } from '../core/delivery.ts';
import type { Hold } from '../core/lane-hold.ts';
import type { Outbox, ReleasedDelivery } from '../core/outbox.ts';
import { OutboxError } from '../core/outbox-error.ts';
import type { BucketState } from '../core/token-bucket.ts';

/** How long to wait before retrying a write: when another process writes, and when the disk is full. */
const BUSY_RETRY_MS = 50;
const WRITE_RETRY_MS = 1000;

/**
 * Collects the results of the lanes and commits them together, so that many small results share
 * one wait for the disk. Nothing given to it is forgotten: what cannot be written is retried; the
 * outbox reports why.
 */
export class GroupCommit {
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  #settlements: Settlement[] = [];
  #released: ReleasedDelivery[] = [];
  #buckets = new Map<number, BucketState>();
  #holds = new Map<number, Hold>();
  #waiting: (() => void)[] = [];
  #scheduled = false;
  #cancelRetry: (() => void) | undefined;

  constructor(outbox: Outbox, clock: Clock) {
    this.#outbox = outbox;
    this.#clock = clock;
  }

  /**
   * Resolves once the settlement is stored.
   * @param hold until when its lane is held from now on, where that has changed.
   */
  settle(
    settlement: Settlement,
    lane: number,
    bucket: BucketState | undefined,
    hold?: Hold,
  ): Promise<void> {
    this.#settlements.push(settlement);
    if (bucket !== undefined) this.#buckets.set(lane, bucket);
    return this.#stored(lane, hold);
  }

  /** Resolves once the delivery is given back. */
  release(released: ReleasedDelivery, lane: number, hold?: Hold): Promise<void> {
    this.#released.push(released);
    return this.#stored(lane, hold);
  }

  /** Stops retrying, after a last try. What cannot be stored now is attempted again after a start. */
  close(): void {
    if (this.#cancelRetry === undefined || !this.#scheduled) return;
    this.#cancelRetry();
    this.#commit();
    this.#cancelRetry();
  }

  /** Resolves when everything collected so far is stored. */
  #stored(lane: number, hold: Hold | undefined): Promise<void> {
    if (hold !== undefined) this.#holds.set(lane, hold);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(() => this.#commit());
    });
  }

  #commit(): void {
    try {
      this.#outbox.commit({
        settlements: this.#settlements,
        released: this.#released,
        buckets: this.#buckets,
        holds: this.#holds,
      });
    } catch (error) {
      const isBusy = OutboxError.of(error).trouble === 'busy';
      const wait = isBusy ? BUSY_RETRY_MS : WRITE_RETRY_MS;
      this.#cancelRetry = this.#clock.after(wait, () => this.#commit());
      return;
    }
    this.#scheduled = false;
    this.#settlements = [];
    this.#released = [];
    this.#buckets = new Map();
    this.#holds = new Map();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

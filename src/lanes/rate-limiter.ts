import type { Clock } from '../core/clock.ts';
import type { RateLimit } from '../core/integration.ts';
import type { LaneObserver } from '../core/lane-observer.ts';
import { type BucketState, TokenBucket } from '../core/token-bucket.ts';

/** The rate limits of a lane: the configured one, if any, and what the service itself asks for. */
export class RateLimiter {
  readonly #clock: Clock;
  readonly #observer: LaneObserver | undefined;
  readonly #bucket: TokenBucket | undefined;
  /** The service itself said that no more is to come before this time. */
  #limitedUntil = 0;
  /** Since when the bucket has been empty, on the monotonic clock. */
  #emptySince: number | undefined;

  constructor(
    limit: RateLimit | undefined,
    clock: Clock,
    stored: BucketState | undefined,
    observer: LaneObserver | undefined,
  ) {
    this.#clock = clock;
    this.#observer = observer;
    if (limit !== undefined) this.#bucket = new TokenBucket(limit, clock.now(), stored);
  }

  /** What must be stored of it. */
  get bucket(): BucketState | undefined {
    return this.#bucket?.state;
  }

  /** True while it holds the lane. */
  get isHolding(): boolean {
    return this.#emptySince !== undefined || this.#clock.now() < this.#limitedUntil;
  }

  /** Messages that may go now; undefined without a limit. */
  available(now: number): number | undefined {
    return this.#bucket?.available(now);
  }

  take(now: number): void {
    this.#bucket?.take(now);
  }

  /** When the bucket holds a message, in milliseconds since 1970; 0 without a limit. */
  freeAt(now: number): number {
    return this.#bucket === undefined ? 0 : now + this.#bucket.waitFor(now);
  }

  /** The service had too much, and may have said until when. */
  tooMuch(until: number): void {
    const now = this.#clock.now();
    this.#bucket?.drain(now);
    // Of answers to attempts at the same time, only what they add counts.
    const longer = until - Math.max(now, this.#limitedUntil);
    if (longer > 0) this.#observer?.askedToWait(longer);
    this.#limitedUntil = until;
  }

  /** Nothing may be asked of the service before this time. */
  quotaUsedUp(until: number): void {
    this.#limitedUntil = until;
  }

  clockJumped(): void {
    this.#limitedUntil = 0;
  }

  /** Reports how long the bucket was empty since the last call, and notes whether it is now. */
  observe(): void {
    if (this.#bucket === undefined) return;
    const now = this.#clock.monotonic();
    if (this.#emptySince !== undefined) this.#observer?.rateLimited(now - this.#emptySince);
    this.#emptySince = this.#bucket.waitFor(this.#clock.now()) > 0 ? now : undefined;
  }
}

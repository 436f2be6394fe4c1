import type { RateLimit } from './integration.ts';

/** The state of a bucket that must survive a restart. */
export interface BucketState {
  readonly tokens: number;
  /** When `tokens` was valid, in milliseconds since 1970. */
  readonly at: number;
}

/** A token bucket: it holds `burst` messages and gains `count` per `seconds`. */
export class TokenBucket {
  readonly #limit: RateLimit;
  #tokens: number;
  #at: number;

  constructor(limit: RateLimit, now: number, state?: BucketState) {
    this.#limit = limit;
    this.#tokens = Math.min(state?.tokens ?? limit.burst, limit.burst);
    this.#at = state?.at ?? now;
  }

  get state(): BucketState {
    return { tokens: this.#tokens, at: this.#at };
  }

  /** Whole messages that may be sent now. */
  available(now: number): number {
    this.#refill(now);
    return Math.floor(this.#tokens + 1e-9);
  }

  /** Takes one token; the caller made sure that there is one. */
  take(now: number): void {
    this.#refill(now);
    this.#tokens -= 1;
  }

  /** Empties it: the service reported too many messages. */
  drain(now: number): void {
    this.#refill(now);
    this.#tokens = Math.min(this.#tokens, 0);
  }

  /** Milliseconds until a message may be sent. */
  waitFor(now: number): number {
    if (this.available(now) >= 1) return 0;
    return Math.ceil((1 - this.#tokens) * this.#millisecondsPerToken());
  }

  #refill(now: number): void {
    // A clock that was set back must neither add tokens nor stop the bucket from filling.
    const elapsed = Math.max(0, now - this.#at);
    this.#tokens = Math.min(
      this.#limit.burst,
      this.#tokens + elapsed / this.#millisecondsPerToken(),
    );
    this.#at = now;
  }

  #millisecondsPerToken(): number {
    return (this.#limit.seconds * 1000) / this.#limit.count;
  }
}

import type { Clock } from '../core/clock.ts';
import type { Hold } from '../core/lane-hold.ts';
import type { LaneHealth } from './lane-health.ts';
import type { RateLimiter } from './rate-limiter.ts';

/** Until when a lane is held, and why: for its service, or for its rate limit. */
export class LaneHold {
  readonly #health: LaneHealth;
  readonly #limiter: RateLimiter;
  readonly #clock: Clock;
  /** As it is stored; undefined before it is. */
  #stored: number | undefined;

  constructor(health: LaneHealth, limiter: RateLimiter, clock: Clock) {
    this.#health = health;
    this.#limiter = limiter;
    this.#clock = clock;
  }

  /** No attempt before this time, in milliseconds since 1970. */
  get until(): number {
    return Math.max(this.#health.pausedUntil, this.#limiter.freeAt(this.#clock.now()));
  }

  /** True while it holds. */
  get isHolding(): boolean {
    return this.until > this.#clock.now();
  }

  /** What is to be stored; undefined where that is stored already. */
  news(): Hold | undefined {
    const until = this.isHolding ? Math.ceil(this.until) : 0;
    if (until === this.#stored) return undefined;
    this.#stored = until;
    const { pausedUntil, pausedFor } = this.#health;
    const isLimited = this.#limiter.freeAt(this.#clock.now()) > pausedUntil;
    return { until, reason: isLimited ? 'rate_limit' : pausedFor };
  }

  /** The clock was set: what is stored may be wrong. */
  clockJumped(): void {
    this.#stored = undefined;
  }
}

import type { Outcome } from './outcome.ts';

/**
 * What a lane is doing:
 * - `working`: it delivers, or has nothing to deliver.
 * - `rate_limited`: the next delivery waits for the rate limit, its own or the service's.
 * - `backing_off`: the last attempts failed; the next one waits.
 * - `paused`: an operator has it stopped.
 * - `parked`: nothing is delivered until someone fixes the integration.
 * - `not_running`: the integration is not enabled, or its lane has ended.
 */
export const LANE_STATES = [
  'working',
  'rate_limited',
  'backing_off',
  'parked',
  'paused',
  'not_running',
] as const;
export type LaneState = (typeof LANE_STATES)[number];

/**
 * Told what a lane does, while it does it. Called for every attempt: it must be quick and must not
 * throw.
 */
export interface LaneObserver {
  /** An attempt ended by itself; one that was broken off does not count. */
  attempted(outcome: Outcome, durationMs: number): void;
  /**
   * A delivery ended, and that is stored. `raw` holds the bytes of its alert; undefined where it covers
   * several, which waited on purpose.
   */
  settled(state: 'delivered' | 'dead', raw: Buffer | undefined): void;
  /** Deliveries were given up without an attempt, because they had waited too long. */
  expired(count: number): void;
  /** The rate limit held the lane for this long. */
  rateLimited(milliseconds: number): void;
}

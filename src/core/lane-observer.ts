import type { BundleKind } from './bundle.ts';
import type { CacheResult } from './enrichment.ts';
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

/** A delivery that ended. */
export interface EndedDelivery {
  /** The bytes of its alert; undefined where it covers several, which waited on purpose. */
  readonly raw: Buffer | undefined;
  /** What it covers, where that is more than one alert. */
  readonly bundle: { readonly kind: BundleKind; readonly count: number } | undefined;
}

/**
 * Told what a lane does, while it does it. Called for every attempt: it must be quick and must not
 * throw.
 */
export interface LaneObserver {
  /** An attempt ended by itself; one that was broken off does not count. */
  attempted(outcome: Outcome, durationMs: number): void;
  /** A delivery ended, and that is stored. */
  settled(state: 'delivered' | 'dead', delivery: EndedDelivery): void;
  /** Deliveries were given up without an attempt, because they had waited too long. */
  expired(count: number): void;
  /** The rate limit held the lane for this long. */
  rateLimited(milliseconds: number): void;
  /** The service had too much and asked to wait this much longer. */
  askedToWait(milliseconds: number): void;
  /** The cache was asked for the answer to a look-up. */
  lookedUp(result: CacheResult): void;
  /** A script began to run. Returns what is to be called when it has ended. */
  scriptBegan(): () => void;
}

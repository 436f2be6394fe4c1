import { HELD_VERDICTS } from '../core/grouping.ts';
import { LANE_STATES } from '../core/lane-observer.ts';
import { FAILURE_REASONS } from '../core/outcome.ts';

/*
 * The closed sets that labels of metrics take their values from, besides the names of integrations.
 */

/** The states of deliveries that are counted. Delivered ones are `deliveries_settled_total`. */
export const COUNTED_STATES = ['pending', 'leased', 'parked', 'dead', 'held', 'silenced'] as const;
export const SETTLED_OUTCOMES = ['delivered', 'covered', 'dead', 'dropped', 'silenced'] as const;
export type SettledOutcome = (typeof SETTLED_OUTCOMES)[number];
/** The states of a lane; while it works there may be a storm. */
export const SHOWN_LANE_STATES = [...LANE_STATES, 'storm'] as const;
export type ShownLaneState = (typeof SHOWN_LANE_STATES)[number];
export const QUOTA_WINDOWS = ['minute', 'day'] as const;
export const SILENCE_STATES = ['active', 'upcoming'] as const;
export const VERDICTS = ['send', 'only', 'except', 'when', 'skip', ...HELD_VERDICTS] as const;
/** Why reading may be blocked besides the conditions of a source. */
export const BLOCKED_BY_OUTBOX = 'outbox_failing';

/** Every pair of `outcome` and `reason` that an attempt can have. */
export const ATTEMPT_RESULTS: readonly { readonly outcome: string; readonly reason: string }[] = [
  { outcome: 'delivered', reason: '' },
  ...['retry', 'park', 'reject'].flatMap((outcome) =>
    FAILURE_REASONS.map((reason) => ({ outcome, reason })),
  ),
];

import type { ManagerEvent } from './enrichment.ts';
import type { Scrubber } from './secret.ts';

/** Why an attempt failed: a closed set, also used as a label of metrics. */
export const FAILURE_REASONS = [
  'timeout',
  'network',
  'rate_limited',
  'server_error',
  'client_error',
  'auth',
  'rejected',
  'internal',
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

/** What an attempt records for the operator. */
export interface AttemptDetail {
  /** HTTP status or exit code of a script, where there was one. */
  readonly status?: number | undefined;
  /** A sentence about what happened. Secrets are scrubbed before it is stored. */
  readonly message?: string | undefined;
  /** The beginning of the answer or of a script's output. */
  readonly excerpt?: string | undefined;
  /** The output of a script, where the excerpt does not hold all of it. */
  readonly output?: string | undefined;
  /** What an enrichment reports to the manager, for any outcome. */
  readonly events?: readonly ManagerEvent[];
}

/**
 * The result of one attempt.
 * - `delivered`: the service accepted it. An enrichment adds its result, as events.
 * - `retry`: it may work later. `notBefore` (milliseconds since 1970) is the earliest time, where
 *   the service named one. With `quickOnly` only the quick retries are made.
 * - `wait`: it cannot be attempted before this time (milliseconds since 1970), because a quota is
 *   used up. Does not count as an attempt; the whole lane waits.
 * - `park`: nothing of this integration can be delivered until it is fixed.
 * - `reject`: this alert can never be delivered there.
 */
export type Outcome =
  | ({ readonly kind: 'delivered' } & AttemptDetail)
  | ({
      readonly kind: 'retry';
      readonly reason: FailureReason;
      readonly notBefore?: number;
      readonly quickOnly?: boolean;
    } & AttemptDetail)
  | ({
      readonly kind: 'wait';
      readonly reason: FailureReason;
      readonly until: number;
    } & AttemptDetail)
  | ({ readonly kind: 'park'; readonly reason: FailureReason } & AttemptDetail)
  | ({ readonly kind: 'reject'; readonly reason: FailureReason } & AttemptDetail);

/** The outcome without the secrets that the scrubber knows; the same object when it holds none. */
export function scrubOutcome(outcome: Outcome, scrubber: Scrubber): Outcome {
  const message = outcome.message === undefined ? undefined : scrubber.scrub(outcome.message);
  const excerpt = outcome.excerpt === undefined ? undefined : scrubber.scrub(outcome.excerpt);
  const output =
    outcome.output === undefined || outcome.output === outcome.excerpt
      ? outcome.output && excerpt
      : scrubber.scrub(outcome.output);
  if (message === outcome.message && excerpt === outcome.excerpt && output === outcome.output) {
    return outcome;
  }
  const scrubbed = { ...outcome, message, excerpt };
  return output === undefined ? scrubbed : { ...scrubbed, output };
}

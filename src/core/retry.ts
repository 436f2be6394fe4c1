import type { NextState } from './delivery.ts';
import { HOUR_MS } from './durations.ts';
import type { Integration, RetrySchedule } from './integration.ts';
import type { Outcome } from './outcome.ts';

/** From 5 seconds to 15 minutes, for a day. */
export const DEFAULT_RETRY: RetrySchedule = {
  firstSeconds: 5,
  longestSeconds: 15 * 60,
  giveUpHours: 24,
};

/** The first quick retry comes after about this long; each further one doubles it. */
const QUICK_MS = 1000;
const LONGEST_QUICK_MS = 5000;

/** The retries that an integration gets. */
export interface Retries {
  /** Quick retries after a failed attempt. */
  readonly quick: number;
  /** True where the long schedule follows them, unless the outcome says that only quick ones help. */
  readonly isLong: boolean;
}

/**
 * The retries that apply, rather than those that are configured: what is retried on request only, a
 * script, gets none unless the configuration asks for them.
 */
export function retriesOf(
  { retries, retriesAreSet, settings }: Integration,
  { retriesOnRequest }: { readonly retriesOnRequest?: boolean },
): Retries {
  if (retriesOnRequest !== true) return { quick: retries, isLong: true };
  return { quick: retriesAreSet ? retries : 0, isLong: settings.retry !== undefined };
}

export interface RetryHistory {
  /** Attempts made, the last one included, since the beginning or since an operator's retry. */
  readonly tries: number;
  /** When the first of them began. */
  readonly firstAttemptAt: number;
  /** Quick retries allowed. */
  readonly retries: number;
  readonly schedule: RetrySchedule;
}

/**
 * The new state of a delivery after an attempt. The first `retries` retries follow within seconds;
 * after that come exponential delays with full jitter, until the give-up time has passed since
 * the first attempt. `Retry-After` is honoured.
 */
export function nextState(
  outcome: Outcome,
  history: RetryHistory,
  now: number,
  random: () => number,
): NextState {
  switch (outcome.kind) {
    case 'delivered':
      return { state: 'delivered' };
    case 'reject':
      return { state: 'dead', reason: outcome.reason };
    case 'park':
      // The lane stops; the delivery itself waits in it like all others.
      return { state: 'pending', notBefore: 0, reason: outcome.reason };
    case 'wait':
      return { state: 'pending', notBefore: outcome.until, reason: outcome.reason };
    case 'retry': {
      const { reason } = outcome;
      const delay = retryDelay(history, outcome.quickOnly === true, random);
      const givenUp = now - history.firstAttemptAt >= history.schedule.giveUpHours * HOUR_MS;
      if (delay === undefined || givenUp) return { state: 'dead', reason };
      return { state: 'pending', notBefore: Math.max(now + delay, outcome.notBefore ?? 0), reason };
    }
  }
}

/** Milliseconds until the next attempt; undefined when there is none. */
function retryDelay(
  history: RetryHistory,
  quickOnly: boolean,
  random: () => number,
): number | undefined {
  if (isQuick(history)) {
    const full = Math.min(QUICK_MS * 2 ** (history.tries - 1), LONGEST_QUICK_MS);
    return Math.round(full * (0.5 + random() / 2));
  }
  if (quickOnly) return undefined;
  const round = history.tries - history.retries - 1;
  const { firstSeconds, longestSeconds } = history.schedule;
  const full = Math.min(firstSeconds * 2 ** Math.min(round, 30), longestSeconds) * 1000;
  // Full jitter, but never at once: a failing service needs a pause.
  return Math.max(QUICK_MS, Math.round(full * random()));
}

/** True when the next retry is one of the quick ones. */
export function isQuick(history: Pick<RetryHistory, 'tries' | 'retries'>): boolean {
  return history.tries <= history.retries;
}

import type { ThrottleState } from '../core/grouping.ts';
import type { ThrottleRule } from './rules.ts';

/** The state of a key as the present rule has it: a period within its bounds. */
export function bounded(
  { lastSent, period }: ThrottleState,
  { every, upTo }: ThrottleRule,
): ThrottleState {
  return { lastSent, period: Math.min(Math.max(period, every), Math.max(every, upTo)) };
}

/** When the message about repeats is due. */
export function repeatsDue(state: ThrottleState, rule: ThrottleRule): number {
  const { lastSent, period } = bounded(state, rule);
  return lastSent + period;
}

/**
 * What an alert does to its key while no repeats are held: undefined when it is one, else the state
 * after it was sent. Each quiet period has halved the next one.
 */
export function firstSent(
  state: ThrottleState | undefined,
  rule: ThrottleRule,
  now: number,
): ThrottleState | undefined {
  if (state === undefined) return { lastSent: now, period: rule.every };
  let { lastSent, period } = bounded(state, rule);
  // The clock was set back by more than a period: it would be held for too long.
  if (lastSent > now) return { lastSent: now, period };
  if (now < lastSent + period) return undefined;
  while (period > rule.every && now >= lastSent + period) {
    lastSent += period;
    period = Math.max(rule.every, period / 2);
  }
  return { lastSent: now, period };
}

/** The state after the message about repeats was sent: they go on, so the next period is longer. */
export function repeatsSent(
  state: ThrottleState | undefined,
  rule: ThrottleRule,
  now: number,
): ThrottleState {
  const before = state === undefined ? rule.every : bounded(state, rule).period;
  return bounded({ lastSent: now, period: before * 2 }, rule);
}

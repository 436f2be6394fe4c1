import type { StormState } from '../core/grouping.ts';
import type { StormRule } from './rules.ts';

/** The window is looked at in so many slots: it is exact to one of them. */
const SLOTS = 10;

const CALM: StormState = { slots: [0], slot: 0, since: 0, quietSince: 0, count: 0 };

/** What an alert, or the passing of time, changed. */
export interface StormStep {
  readonly state: StormState;
  readonly change: 'begins' | 'ends' | undefined;
}

/**
 * The next state of a lane.
 * @param added alerts that came now, 0 or 1.
 * @param backlog how many wait to be sent.
 */
export function stormStep(
  before: StormState | undefined,
  rule: StormRule,
  added: number,
  backlog: number,
  now: number,
): StormStep {
  const { slots, slot } = advanced(before ?? CALM, rule, now);
  slots[slots.length - 1] = (slots.at(-1) ?? 0) + added;
  const recent = slots.reduce((sum, count) => sum + count, 0);
  const late = rule.rate === undefined ? 0 : backlog / rule.rate;
  const { since, quietSince, count } = before ?? CALM;
  const state = { slots, slot, since, quietSince, count: since === 0 ? 0 : count + added };
  if (since === 0) {
    if (recent <= rule.above && late <= rule.late) return { state, change: undefined };
    return { state: { ...state, since: now, quietSince: 0, count: added }, change: 'begins' };
  }
  const isQuiet = recent <= rule.above / 2 && late <= rule.late / 2;
  if (!isQuiet) return { state: { ...state, quietSince: 0 }, change: undefined };
  const quiet = quietSince === 0 || quietSince > now ? now : quietSince;
  if (now - quiet < rule.in) return { state: { ...state, quietSince: quiet }, change: undefined };
  return { state: { ...state, since: 0, quietSince: 0 }, change: 'ends' };
}

/** When a storm must be looked at again, without a further alert; 0 when there is none. */
export function nextCheck({ since }: StormState, rule: StormRule, now: number): number {
  return since === 0 ? 0 : now + Math.max(1, Math.ceil(rule.in / SLOTS));
}

/** The slots of the window that ends now. */
function advanced(
  { slots, slot }: StormState,
  rule: StormRule,
  now: number,
): { slots: number[]; slot: number } {
  const present = Math.floor(now / Math.max(1, rule.in / SLOTS));
  const passed = present - slot;
  // A clock that was set back: what was counted stays in the present slot.
  if (passed < 0) return { slots: [...slots], slot: present };
  if (passed >= SLOTS) return { slots: [0], slot: present };
  const moved = [...slots, ...Array.from({ length: passed }, () => 0)];
  return { slots: moved.slice(-SLOTS), slot: present };
}

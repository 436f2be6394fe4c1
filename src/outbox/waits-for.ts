import type { HoldReason } from '../core/lane-hold.ts';

/**
 * What a delivery waits for. Besides what holds its lane:
 * - `held`: it is held back, and will come.
 * - `order`: others of its lane come first.
 */
export type Wait = HoldReason | 'held' | 'order';

/** What is stored of a delivery and its lane. Times are milliseconds since 1970. */
export interface Waiter {
  readonly state: string;
  readonly due_at: number;
  readonly tries: number;
  readonly held_until: number;
  readonly held_for: string | null;
  /** The time that the service named at the last attempt. */
  readonly notBefore: number | undefined;
  readonly isBehindOthers: () => boolean;
}

/** What a delivery waits for; undefined when it is finished, under way, or the next. */
export function waitOf(waiter: Waiter, now: number): Wait | undefined {
  const { state, due_at: due, notBefore } = waiter;
  if (state === 'held' || state === 'parked') return state;
  if (state !== 'pending') return undefined;
  if (waiter.held_until > now && waiter.held_until >= due) return heldFor(waiter);
  if (due > now) return notBefore !== undefined && due <= notBefore ? 'retry_after' : 'retry';
  return waiter.isBehindOthers() ? 'order' : undefined;
}

function heldFor({ held_for: reason, tries }: Waiter): Wait {
  // An ordered lane waits for the retry of one: the others come after it.
  if (reason === 'retry' && tries === 0) return 'order';
  return (reason ?? 'retry') as HoldReason;
}

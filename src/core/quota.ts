import type { Clock } from './clock.ts';
import { DAY_MS, MINUTE_MS } from './durations.ts';
import type { AnswerCache, Quota, QuotaLimits } from './enrichment.ts';
import { OutboxError } from './outbox-error.ts';

/** The state of a quota that must survive a restart. Times are milliseconds since 1970. */
export interface QuotaState {
  /** When the lookups of the last minute were made. */
  readonly recent: readonly number[];
  /** The day (UTC, counted from 1970) that `asked` counts. */
  readonly day: number;
  readonly asked: number;
  /** Until when the service itself refuses lookups. */
  readonly blockedUntil: number;
}

/** How long to wait where the outbox cannot be used. */
const OUTBOX_RETRY_MS = 1000;

export const UNUSED_QUOTA: QuotaState = { recent: [], day: 0, asked: 0, blockedUntil: 0 };

/**
 * Takes one lookup from a quota: at most so many within any minute, and so many from midnight
 * to midnight UTC.
 * @returns the new state, and 0; or the time from which a lookup is available again.
 */
export function takeLookup(
  state: QuotaState,
  limits: QuotaLimits,
  now: number,
): { readonly state: QuotaState; readonly waitUntil: number } {
  const { isBlocked, ...counted } = currentQuota(state, now);
  const { day, asked, recent } = counted;
  const current = { ...state, ...counted };
  if (isBlocked) return { state: current, waitUntil: state.blockedUntil };
  if (asked >= limits.perDay) return { state: current, waitUntil: (day + 1) * DAY_MS };
  if (recent.length >= limits.perMinute) {
    const oldest = recent[recent.length - limits.perMinute] ?? now;
    return { state: current, waitUntil: oldest + MINUTE_MS };
  }
  return { state: { ...current, recent: [...recent, now], asked: asked + 1 }, waitUntil: 0 };
}

/** How many look-ups may still be made within this minute and this day; infinite without a limit. */
export function remainingLookups(
  state: QuotaState | undefined,
  limits: QuotaLimits,
  now: number,
): { readonly minute: number; readonly day: number } {
  const current = currentQuota(state ?? UNUSED_QUOTA, now);
  if (current.isBlocked) return { minute: 0, day: 0 };
  return {
    minute: Math.max(0, limits.perMinute - current.recent.length),
    day: Math.max(0, limits.perDay - current.asked),
  };
}

/** What of a state counts at this time. */
function currentQuota(state: QuotaState, now: number) {
  const day = Math.floor(now / DAY_MS);
  return {
    day,
    asked: state.day === day ? state.asked : 0,
    // A clock that was set back must not block for longer than a minute.
    recent: state.recent.filter((at) => at > now - MINUTE_MS && at <= now),
    // No block lasts longer than a day; a later time was stored before the clock was set back.
    isBlocked: now < state.blockedUntil && state.blockedUntil - now <= DAY_MS + MINUTE_MS,
  };
}

/** A cache in memory: for one lookup from the command line. */
export function memoryCache(clock: Clock): AnswerCache {
  const answers = new Map<string, { readonly answer: string; readonly until: number }>();
  return {
    get(key) {
      const found = answers.get(key);
      return found !== undefined && found.until > clock.now() ? found.answer : undefined;
    },
    set(key, answer, ttlMs) {
      answers.set(key, { answer, until: clock.now() + ttlMs });
    },
  };
}

/** A quota over a store of states. */
export function quotaOver(
  store: {
    read(name: string): QuotaState | undefined;
    write(name: string, state: QuotaState): void;
  },
  clock: Clock,
): Quota {
  return {
    take(name, limits) {
      try {
        const taken = takeLookup(store.read(name) ?? UNUSED_QUOTA, limits, clock.now());
        if (taken.waitUntil === 0) store.write(name, taken.state);
        return taken.waitUntil;
      } catch (error) {
        // What cannot be counted is not asked. The outbox has reported it.
        if (error instanceof OutboxError) return clock.now() + OUTBOX_RETRY_MS;
        throw error;
      }
    },
    exhausted(name, until) {
      const state = store.read(name) ?? UNUSED_QUOTA;
      const isFirst = state.blockedUntil <= clock.now();
      store.write(name, { ...state, blockedUntil: Math.max(state.blockedUntil, until) });
      return isFirst;
    },
  };
}

/** A quota in memory. */
export function memoryQuota(clock: Clock): Quota {
  const states = new Map<string, QuotaState>();
  return quotaOver(
    { read: (name) => states.get(name), write: (name, state) => states.set(name, state) },
    clock,
  );
}

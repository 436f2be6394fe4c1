import type { Clock } from '../core/clock.ts';

/** What is younger is given again. */
const FRESH_MS = 1000;
/** Making it may take this part of the time at most. */
const SHARE = 0.1;

/**
 * What is costly to make, made once a second at most, and more seldom where it takes long: however often it
 * is asked for, it costs the daemon a tenth of its time at most.
 */
export function seldom<T>(clock: Pick<Clock, 'monotonic'>, make: () => T): () => T {
  let made: { readonly value: T; readonly until: number } | undefined;
  return () => {
    const began = clock.monotonic();
    if (made !== undefined && began < made.until) return made.value;
    const value = make();
    const ended = clock.monotonic();
    made = { value, until: ended + Math.max(FRESH_MS, (ended - began) / SHARE) };
    return value;
  };
}

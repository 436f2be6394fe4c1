import { isMoment, weekdayOf } from './civil.ts';
import type { Zone } from './zone.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Moments that come back every week. */
export interface Schedule {
  readonly kind: 'schedule';
  /**
   * The first moment after the given one, in milliseconds since 1970. A time of the day that the wall clock
   * does not show is the end of the gap; of two times that it shows, the first counts.
   */
  next(afterMs: number): number;
}

/**
 * @param minutes for each day of the week, from Monday on, minutes from midnight in their order. Not all
 *   of them may be empty.
 */
export function weeklySchedule(minutes: readonly (readonly number[])[], zone: Zone): Schedule {
  return {
    kind: 'schedule',
    next: (after) => {
      if (!isMoment(after)) return after;
      // Days are in the order of their moments, also where the clock is put back.
      for (let day = Math.floor(zone.wallAt(after) / DAY_MS); ; day += 1) {
        for (const minute of minutes[weekdayOf(day)] ?? []) {
          const ms = zone.firstAt(day * DAY_MS + minute * MINUTE_MS);
          if (ms > after) return ms;
        }
      }
    },
  };
}

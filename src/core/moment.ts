import { DAY_MS } from './durations.ts';

const FORM =
  /^(?:(\d{4})-(\d\d)-(\d\d))?(?:(?:^|[T ])(\d\d):(\d\d)(?::(\d\d))?)?(Z|[+-]\d\d:\d\d)?$/;

/** How a moment can be written, for messages. */
export const MOMENTS = '2026-11-24T22:00, 2026-11-24 or 22:00';

/** A moment in milliseconds since 1970, and whether a whole day was written. */
export interface Moment {
  readonly ms: number;
  readonly isDay: boolean;
}

/**
 * Reads a moment: a date, a date and a time, or a time, which is the next one. In the zone of the host
 * where none is written.
 * @param after in milliseconds since 1970, for a time alone.
 * @returns undefined when it is anything else, or does not exist.
 */
export function readMoment(text: string, after: number): Moment | undefined {
  const [, year, month, day, hour, minute, second = '0', zone] = FORM.exec(text) ?? [];
  if (year === undefined && hour === undefined) return undefined;
  const isDay = hour === undefined;
  if (zone !== undefined && (isDay || year === undefined)) return undefined;
  if (zone !== undefined) {
    const ms = Date.parse(text.replace(' ', 'T'));
    return Number.isNaN(ms) ? undefined : { ms, isDay };
  }
  const base = new Date(after);
  const [y, m, d] =
    year === undefined
      ? [base.getFullYear(), base.getMonth(), base.getDate()]
      : [Number(year), Number(month) - 1, Number(day)];
  const [h, min, s] = [hour ?? 0, minute ?? 0, second].map(Number) as [number, number, number];
  if (h > 23 || min > 59 || s > 59) return undefined;
  const at = new Date(y, m, d, h, min, s);
  if (at.getMonth() !== m || at.getDate() !== d) return undefined;
  const isPast = year === undefined && at.getTime() <= after;
  return { ms: isPast ? new Date(y, m, d + 1, h, min, s).getTime() : at.getTime(), isDay };
}

/** Where a day that begins at a moment ends, in the zone of the host. */
export function endOfDay(ms: number): number {
  const date = new Date(ms);
  const next = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
  return next > ms ? next : ms + DAY_MS;
}

import { DAY_MS } from './durations.ts';

const FORM =
  /^(?<date>\d{4}-\d\d-\d\d)?(?:(?:^|[T ])(?<time>\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?))?(?<zone>Z|[+-]\d\d:?\d\d)?$/;

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
  const { date, time, zone } = FORM.exec(text)?.groups ?? {};
  if (date === undefined && time === undefined) return undefined;
  if (zone !== undefined && (date === undefined || time === undefined)) return undefined;
  const [year = 0, month = 0, day = 0] = numbersOf(date, '-') ?? dayOf(after);
  const [hour = 0, minute = 0, second = 0] = numbersOf(time, ':') ?? [];
  const midnight = new Date(year, month - 1, day);
  const isDate = midnight.getMonth() === month - 1 && midnight.getDate() === day;
  if (!isDate || hour > 23 || minute > 59 || second >= 60) return undefined;
  const parts = (days: number) =>
    [year, month - 1, day + days, hour, minute, 0, second * 1000] as const;
  if (zone !== undefined) return { ms: Date.UTC(...parts(0)) - offsetOf(zone), isDay: false };
  const ms = new Date(...parts(0)).getTime();
  const isPast = date === undefined && ms <= after;
  return { ms: isPast ? new Date(...parts(1)).getTime() : ms, isDay: time === undefined };
}

function numbersOf(text: string | undefined, separator: string): number[] | undefined {
  return text?.split(separator).map(Number);
}

function dayOf(ms: number): number[] {
  const date = new Date(ms);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()];
}

/** How far a zone is ahead of UTC, in milliseconds. */
function offsetOf(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

/** Where a day that begins at a moment ends, in the zone of the host. */
export function endOfDay(ms: number): number {
  const date = new Date(ms);
  const next = new Date(date.getFullYear(), date.getMonth(), date.getDate() + 1).getTime();
  return next > ms ? next : ms + DAY_MS;
}

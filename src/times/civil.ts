/*
 * Dates of the calendar as numbers of days: 0 is 1970-01-01, whatever the zone. Days are counted and
 * compared like this, and only a zone says when one of them begins.
 */

const DAY_MS = 86_400_000;

/**
 * False for numbers that are no moment in milliseconds: what is farther from 1970 than a `Date` can be, and
 * NaN. Whoever counts days from there would not come to an end.
 */
export function isMoment(ms: number): boolean {
  return Math.abs(ms) <= 8.64e15;
}

/** A date of the calendar. */
export interface Civil {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

/** The number of a day; undefined for a date that does not exist, such as 02-30. */
export function dayOf({ year, month, day }: Civil): number | undefined {
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month)) return undefined;
  return Date.UTC(year, month - 1, day) / DAY_MS;
}

/** The date of a day. */
export function civilOf(day: number): Civil {
  const date = new Date(day * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

/** The day of the week: 0 is Monday, 6 is Sunday. */
export function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}

/** How many days a month has. @param month 1 to 12. */
export function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

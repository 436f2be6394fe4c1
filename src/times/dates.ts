import { type Civil, civilOf, dayOf } from './civil.ts';

/** Whether a day, a number as in `civil.ts`, is one of some dates. */
export type DayTest = (day: number) => boolean;

const FORMS = 'must be a date such as 2026-12-24, or 12-24 in every year, or a range with ..';
/** A year in which every date exists. */
const LEAP_YEAR = 2024;

/**
 * Reads a date or a range of them, both ends included: `2026-12-24`, `2026-12-24..2027-01-01`; and in every
 * year: `12-24`, `12-24..01-01`, `02-29` being there in leap years only.
 * @returns the test; or what is wrong, as half a sentence.
 */
export function readDates(text: string): DayTest | string {
  const [first = '', last = first, more] = text.split('..').map((part) => part.trim());
  const [from, to] = [readDate(first), readDate(last)];
  if (more !== undefined || from === undefined || to === undefined) return FORMS;
  if (from.isYearly !== to.isYearly) return 'must have a year at both ends of a range, or at none';
  const [begin, end] = [dayOf(from), dayOf(to)];
  if (begin === undefined || end === undefined) {
    return `there is no ${begin === undefined ? first : last} in the calendar`;
  }
  if (from.isYearly) return yearly(order(from), order(to));
  if (begin > end) return 'must not end before it begins';
  return (day) => day >= begin && day <= end;
}

function readDate(text: string): (Civil & { readonly isYearly: boolean }) | undefined {
  const [, year, month, day] = /^(?:(\d{4})-)?(\d\d)-(\d\d)$/.exec(text) ?? [];
  if (month === undefined || day === undefined) return undefined;
  return {
    year: Number(year ?? LEAP_YEAR),
    month: Number(month),
    day: Number(day),
    isYearly: year === undefined,
  };
}

/** Where a date stands in any year. */
function order({ month, day }: Civil): number {
  return month * 100 + day;
}

function yearly(from: number, to: number): DayTest {
  return (day) => {
    const at = order(civilOf(day));
    return from <= to ? at >= from && at <= to : at >= from || at <= to;
  };
}

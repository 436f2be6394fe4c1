import { civilOf, daysIn, weekdayOf } from './civil.ts';
import type { DayTest } from './dates.ts';

/** Which days of the calendar a time has. What is not given leaves all of them. */
export interface DayRule {
  /** 0 is Monday. */
  readonly weekdays?: ReadonlySet<number> | undefined;
  /** The first seven days of a month are its week 1, the last seven its week -1. */
  readonly weeks?: readonly number[] | undefined;
  /** 0 is January. */
  readonly months?: ReadonlySet<number> | undefined;
  /** One of these must fit. */
  readonly dates?: readonly DayTest[] | undefined;
  /** None of these may fit. */
  readonly except?: readonly DayTest[] | undefined;
}

/** True for a day that has all of a rule. */
export function hasDay(rule: DayRule, day: number): boolean {
  const { weekdays, weeks, months, dates, except } = rule;
  if (weekdays !== undefined && !weekdays.has(weekdayOf(day))) return false;
  if (months !== undefined && !months.has(civilOf(day).month - 1)) return false;
  if (weeks !== undefined && !isInWeek(weeks, day)) return false;
  if (dates !== undefined && !dates.some((test) => test(day))) return false;
  return except === undefined || !except.some((test) => test(day));
}

function isInWeek(weeks: readonly number[], day: number): boolean {
  const { year, month, day: ofMonth } = civilOf(day);
  const week = Math.ceil(ofMonth / 7);
  const fromEnd = -Math.ceil((daysIn(year, month) - ofMonth + 1) / 7);
  return weeks.includes(week) || weeks.includes(fromEnd);
}

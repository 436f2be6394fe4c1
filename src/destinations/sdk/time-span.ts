import type { BundleSpan } from '../../core/bundle.ts';

/** Shown for a number that is no time. */
const NO_TIME = 'unknown time';

/** The first and the last time of a span, in the local time of this host. */
export interface SpanTexts {
  readonly first: string;
  readonly last: string;
}

type Times = Pick<BundleSpan, 'firstAt' | 'lastAt'>;

/** True when a span touches more than one day, so that its times are ambiguous without dates. */
export function needsDates({ firstAt, lastAt }: Times): boolean {
  return dayOf(new Date(firstAt)) !== dayOf(new Date(lastAt));
}

/** `14:00:12` and `14:14:58`, or `2026-11-24 14:00:12` and so on. */
export function spanTexts({ firstAt, lastAt }: Times, withDates: boolean): SpanTexts {
  return { first: timeText(firstAt, withDates), last: timeText(lastAt, withDates) };
}

/** `14:00:12–14:14:58`; of a span within one second only that one. */
export function spanText({ first, last }: SpanTexts): string {
  return first === last ? first : `${first}–${last}`;
}

/** For programs: `2026-11-24T13:00:12.000Z`. Undefined for a number that is no time. */
export function isoTime(at: number): string | undefined {
  const date = new Date(at);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}

function timeText(at: number, withDate: boolean): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return NO_TIME;
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return withDate ? `${dayOf(date)} ${time}` : time;
}

function dayOf(date: Date): string {
  return [String(date.getFullYear()), two(date.getMonth() + 1), two(date.getDate())].join('-');
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}

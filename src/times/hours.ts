/** Part of a day, in minutes from its midnight on the wall clock. */
export interface Hours {
  readonly from: number;
  /** Exclusive. Above 1440 where it ends on the next day. */
  readonly to: number;
}

export const MINUTES_OF_DAY = 1440;

const EXAMPLE = 'must be a range such as 08:00-18:00';

/**
 * Reads a time of the day, as in `08:00` or `8:00`.
 * @returns minutes from midnight, `24:00` being 1440; undefined when it is anything else.
 */
export function readTimeOfDay(text: string): number | undefined {
  const [, hour, minute] = /^(\d{1,2}):(\d\d)$/.exec(text) ?? [];
  if (hour === undefined || Number(minute) > 59) return undefined;
  const minutes = Number(hour) * 60 + Number(minute);
  return minutes > MINUTES_OF_DAY ? undefined : minutes;
}

/**
 * Reads a range of the day, as in `08:00-18:00` or, over midnight, `22:00-02:00`. Its end does not belong
 * to it.
 * @returns the range; or what is wrong, as half a sentence.
 */
export function readHours(text: string): Hours | string {
  const [first = '', last, more] = text.split('-').map((part) => part.trim());
  if (last === undefined || more !== undefined) return EXAMPLE;
  const [from, to] = [readTimeOfDay(first), readTimeOfDay(last)];
  if (from === undefined || to === undefined) {
    const wrong = JSON.stringify(from === undefined ? first : last);
    return `${wrong} is not a time of the day; it ${EXAMPLE}`;
  }
  if (from === MINUTES_OF_DAY)
    return 'a range cannot begin at 24:00; that is 00:00 of the next day';
  if (from === to) {
    return 'begins and ends at the same time; leave hours out, or write 00:00-24:00, for the whole day';
  }
  return { from, to: to < from ? to + MINUTES_OF_DAY : to };
}

import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { CHANGES, wallClock } from '../../test/support/wall-clock.ts';
import { readTimes } from './read.ts';
import { readEvery } from './read-every.ts';

/** How many times the usual number of runs; TIMES_RUNS=100 takes a few minutes. */
const RUNS = 60 * Number(process.env['TIMES_RUNS'] ?? 1);

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/** Hours near the changes, which are at night, are the interesting ones. */
const minutes = fc.oneof(
  fc.integer({ min: 0, max: 4 * 12 }).map((number) => number * 5),
  fc.integer({ min: 0, max: 1439 }),
  fc.constantFrom(0, 60, 120, 150, 180, 1380, 1410, 1439),
);
const hours = fc
  .tuple(minutes, fc.oneof(minutes, fc.constant(1440)))
  .filter(([from, to]) => from !== to);
const rule = fc.record({
  change: fc.constantFrom(...CHANGES),
  days: fc.option(fc.uniqueArray(fc.integer({ min: 0, max: 6 }), { minLength: 1 })),
  week: fc.option(
    fc.uniqueArray(fc.constantFrom<number[]>(1, 2, 3, 4, 5, -1, -2, -5), {
      minLength: 1,
      maxLength: 4,
    }),
  ),
  exceptDay: fc.option(fc.integer({ min: -3, max: 3 })),
  hours: fc.array(hours, { minLength: 1, maxLength: 3 }),
});
type Rule = typeof rule extends fc.Arbitrary<infer Value> ? Value : never;

const clock = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
const isoDate = (wall: number) => new Date(wall).toISOString().slice(0, 10);

/** The days of a rule by its definition, and by nothing of the program. */
function isDay({ days, week }: Rule, excepted: string | undefined, midnight: number): boolean {
  const date = new Date(midnight);
  if (days !== null && !days.includes((date.getUTCDay() + 6) % 7)) return false;
  if (excepted === isoDate(midnight)) return false;
  if (week === null) return true;
  const sameWeekday = [-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5].map(
    (weeks) => midnight + weeks * 7 * DAY,
  );
  const inMonth = sameWeekday.filter((day) => new Date(day).getUTCMonth() === date.getUTCMonth());
  const at = inMonth.indexOf(midnight);
  return week.includes(at + 1) || week.includes(at - inMonth.length);
}

it('agrees with every minute of a wall clock around a change', () => {
  fc.assert(
    fc.property(rule, fc.integer({ min: -30, max: 30 }), (its, shift) => {
      const [zone, change] = its.change;
      const wall = wallClock(zone);
      const middle = Date.parse(change) + shift * HOUR;
      const excepted =
        its.exceptDay === null ? undefined : isoDate(wall.at(middle) + its.exceptDay * DAY);
      const { times, problems } = readTimes({
        it: {
          zone,
          hours: its.hours.map(([from, to]) => `${clock(from)}-${clock(to)}`),
          ...(its.days && { days: its.days.map((day) => DAYS[day]) }),
          ...(its.week && { week: its.week }),
          ...(excepted && { except: excepted }),
        },
      });
      expect(problems).toEqual([]);
      const time = times.get('it');
      if (time === undefined) throw new Error('it was not read');

      // Far enough that whatever begins or ends in the middle is seen as a whole.
      const first = middle - 4 * DAY;
      const length = (8 * DAY) / MINUTE;
      const shown = Array.from({ length }, (_, at) => wall.at(first + at * MINUTE));
      const expected = Array.from({ length }, () => false);
      const start = Math.floor((shown[0] as number) / DAY) * DAY;
      for (let midnight = start; midnight < start + 9 * DAY; midnight += DAY) {
        if (!isDay(its, excepted, midnight)) continue;
        for (const [from, to] of its.hours) {
          const begin = midnight + from * MINUTE;
          const end = midnight + to * MINUTE + (to < from ? DAY : 0);
          const begins = shown.findIndex((minute) => minute >= begin);
          const ends = shown.findLastIndex((minute) => minute < end) + 1;
          if (begins !== -1 && begins < ends) expected.fill(true, begins, ends);
        }
      }
      const [low, high] = [2 * (DAY / MINUTE), 6 * (DAY / MINUTE)];
      const LATER = expect.toSatisfy((ms?: number) => (ms ?? Infinity) >= first + high * MINUTE);
      const next = (from: number, wanted: boolean) => {
        const at = expected.indexOf(wanted, from);
        return at === -1 || at >= high ? undefined : first + at * MINUTE;
      };
      for (let at = low; at < high; at += 1) {
        const ms = first + at * MINUTE;
        if (time.contains(ms) !== expected[at]) {
          throw new Error(`${new Date(ms).toISOString()} should be ${expected[at]}`);
        }
        // The last of each answer, also before the first moment of the next.
        expect(time.contains(ms + MINUTE - 1)).toBe(expected[at]);
      }
      for (let at = low; at < high; at += 97) {
        const ms = first + at * MINUTE;
        const [starts, ends] = [next(at, true), next(at, false)];
        expect(time.nextStart(ms)).toEqual(starts ?? LATER);
        expect(time.nextEnd(ms)).toEqual(ends ?? LATER);
      }
      // In any order: what is remembered of the last question must not spoil the next answer.
      for (let step = 0; step < 500; step += 1) {
        const at = low + ((step * 7919) % (high - low));
        expect(time.contains(first + at * MINUTE)).toBe(expected[at]);
      }
    }),
    { numRuns: RUNS },
  );
});

it('finds the next time of a schedule as a search through every minute does', () => {
  const entry = fc.record({
    from: fc.integer({ min: 0, max: 6 }),
    days: fc.integer({ min: 1, max: 7 }),
    minute: minutes,
  });
  const entries = fc.array(entry, { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(fc.constantFrom(...CHANGES), entries, ([zone, change], all) => {
      const wall = wallClock(zone);
      const text = all
        .map(({ from, days, minute }) => {
          return `${DAYS[from]}-${DAYS[(from + days - 1) % 7]} ${clock(minute)}`;
        })
        .join(', ');
      const every = readEvery(`${text} ${zone}`);
      if (every.kind !== 'schedule') throw new Error(JSON.stringify(every));
      const first = Date.parse(change) - 3 * DAY;
      const length = (12 * DAY) / MINUTE;
      const shown = Array.from({ length }, (_, at) => wall.at(first + at * MINUTE));
      const start = Math.floor((shown[0] as number) / DAY) * DAY;
      const moments = new Set<number>();
      for (let midnight = start; midnight < start + 12 * DAY; midnight += DAY) {
        const weekday = (new Date(midnight).getUTCDay() + 6) % 7;
        for (const { from, days, minute } of all) {
          if ((weekday - from + 7) % 7 >= days) continue;
          const due = midnight + minute * MINUTE;
          const at = shown.findIndex((minute) => minute >= due);
          if (at > 0) moments.add(first + at * MINUTE);
        }
      }
      const sorted = [...moments].sort((a, b) => a - b);
      for (let ms = first; ms < first + 4 * DAY; ms += 37 * MINUTE) {
        expect(every.next(ms)).toBe(sorted.find((moment) => moment > ms));
      }
      for (const [at, moment] of sorted.slice(0, -1).entries()) {
        if (moment > first + 11 * DAY) break;
        expect(every.next(moment)).toBe(sorted[at + 1]);
        expect(every.next(moment - 1)).toBe(moment);
      }
    }),
    { numRuns: RUNS },
  );
});

import { expect, it } from 'vitest';
import { z } from 'zod';
import { readTimes } from './read.ts';
import { timesSettings } from './schema.ts';

/** What is wrong with a time of the name `a`, each with its place. */
function wrong(time: unknown): string[] {
  const { times, problems, wrong } = readTimes({ a: time }, { hostZone: 'UTC' });
  const errors = problems.filter(({ severity }) => severity === 'error');
  expect(times.has('a')).toBe(errors.length === 0);
  expect(wrong.has('a')).toBe(errors.length > 0);
  return errors.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

const HOURS = 'must be a range such as 08:00-18:00, or a list of them';
const DATES = 'must be a date such as 2026-12-24, or 12-24 in every year, or a range with ..';
const WEEK =
  'must be a number from 1 to 5, or from -1 to -5 counted from the end of the month, or a list of them';

it.each([
  [
    {
      days: 'mon-fri',
      hours: '08:00-18:00',
      zone: 'Europe/Berlin',
      except: ['2026-12-24..2027-01-01'],
    },
  ],
  [{ days: 'tue', week: 2, hours: '22:00-02:00' }],
  [{ days: ['Mon', 'wednesday-FRI'] }],
  [{ days: 'mon, wed - fri' }],
  [{ hours: ['8:00-12:00', '13:00 - 24:00', '22:00-00:00'] }],
  [{ dates: '02-29' }],
  [{ dates: ['2028-02-29', '12-24..01-01', '01-01 .. 01-06'] }],
  [{ week: [1, -1] }],
  [{ months: 'nov-feb' }],
  [{ except: '2026-01-01', zone: 'europe/berlin' }],
  [{ hours: '00:00-24:00', zone: 'Asia/Kathmandu' }],
])('reads %j', (time) => {
  expect(wrong(time)).toEqual([]);
});

it.each([
  [{}, 'a: must have at least one of days, hours, week, months, dates, except'],
  [{ zone: 'UTC' }, 'a: must have at least one of days, hours, week, months, dates, except'],
  ['mon-fri', 'a: must be a mapping with keys such as days and hours'],
  [['mon'], 'a: must be a mapping with keys such as days and hours'],
  [{ day: 'mon' }, 'a.day: unknown key "day"; did you mean days?'],
  [
    { constructor: 1 },
    'a.constructor: unknown key "constructor"; there are days, hours, week, months, dates, except, zone',
  ],
  [{ days: 'mno' }, 'a.days: there is no day "mno"; did you mean mon?'],
  [{ days: 'mon-firday' }, 'a.days: there is no day "firday"; did you mean friday?'],
  [{ days: 'mon-wed-fri' }, 'a.days: must be a day or a range of them: mon, mon-fri'],
  [{ days: '' }, 'a.days: must be a day or a range of them: mon, mon-fri'],
  [{ days: ['mon', 3] }, 'a.days.1: must be a day or a range of them, such as mon-fri, or a list'],
  [{ days: [] }, 'a.days: must be a day or a range of them, such as mon-fri, or a list'],
  [{ days: { mon: true } }, 'a.days: must be a day or a range of them, such as mon-fri, or a list'],
  [{ months: 'julu' }, 'a.months: there is no month "julu"; did you mean jul?'],
  [{ hours: 8 }, `a.hours: ${HOURS}`],
  [{ hours: '08:00' }, 'a.hours: must be a range such as 08:00-18:00'],
  [
    { hours: '8-18' },
    'a.hours: "8" is not a time of the day; it must be a range such as 08:00-18:00',
  ],
  [
    { hours: '08:00-24:01' },
    'a.hours: "24:01" is not a time of the day; it must be a range such as 08:00-18:00',
  ],
  [
    { hours: '08:60-18:00' },
    'a.hours: "08:60" is not a time of the day; it must be a range such as 08:00-18:00',
  ],
  [
    { hours: '24:00-02:00' },
    'a.hours: a range cannot begin at 24:00; that is 00:00 of the next day',
  ],
  [
    { hours: '08:00-08:00' },
    'a.hours: begins and ends at the same time; leave hours out, or write 00:00-24:00, for the whole day',
  ],
  [{ hours: Array(25).fill('08:00-09:00') }, 'a.hours: may have 24 entries'],
  [
    { zone: 'Europe/Berln', days: 'mon' },
    'a.zone: there is no time zone "Europe/Berln"; did you mean Europe/Berlin?',
  ],
  [
    { zone: 'Berlin', days: 'mon' },
    'a.zone: there is no time zone "Berlin"; did you mean Europe/Berlin?',
  ],
  [
    { zone: 'New York', days: 'mon' },
    'a.zone: there is no time zone "New York"; did you mean America/New_York?',
  ],
  [
    { zone: '+01:00', days: 'mon' },
    'a.zone: there is no time zone "+01:00", as in the IANA database: Europe/Berlin, America/New_York, UTC',
  ],
  [{ zone: 1, days: 'mon' }, 'a.zone: must be the name of a time zone, such as Europe/Berlin'],
  [
    { dates: 2026 },
    'a.dates: must be a date such as 2026-12-24 or 12-24, a range with .., or a list of them',
  ],
  [
    { dates: new Date(0) },
    'a.dates: must be a date such as 2026-12-24 or 12-24, a range with .., or a list of them',
  ],
  [{ dates: '24.12.' }, `a.dates: ${DATES}`],
  [{ dates: '2026-12-24-2026-12-31' }, `a.dates: ${DATES}`],
  [{ except: ['2026-02-29'] }, 'a.except.0: there is no 2026-02-29 in the calendar'],
  [{ except: '01-01..02-30' }, 'a.except: there is no 02-30 in the calendar'],
  [{ dates: '2026-12-24..01-01' }, 'a.dates: must have a year at both ends of a range, or at none'],
  [{ dates: '2026-12-24..2026-12-23' }, 'a.dates: must not end before it begins'],
  [{ week: 0 }, `a.week: ${WEEK}`],
  [{ week: 6 }, `a.week: ${WEEK}`],
  [{ week: 1.5 }, `a.week: ${WEEK}`],
  [{ week: ['2'] }, `a.week.0: ${WEEK}`],
])('refuses %j at its place', (time, message) => {
  expect(wrong(time)).toEqual([message]);
});

it('says all that is wrong, and keeps the times that are right', () => {
  const { times, wrong, problems } = readTimes({
    office: { days: 'mon-fri' },
    'out of hours': { days: 'sun' },
    night: { hours: '22:00', days: 'som' },
  });
  expect([...times.keys()]).toEqual(['office']);
  expect([...wrong]).toEqual(['out of hours', 'night']);
  expect(problems.map(({ path, isKey }) => [path.join('.'), isKey])).toEqual([
    ['out of hours', true],
    ['night.hours', false],
    ['night.days', false],
  ]);
});

it.each([[[]], ['office'], [8]])('refuses %j in the place of all times', (value) => {
  const { times, problems } = readTimes(value);
  expect(times.size).toBe(0);
  expect(problems).toMatchObject([
    { path: [], message: 'must be a mapping of names, such as office, to times' },
  ]);
});

it('has no times where none are given', () => {
  expect(readTimes(undefined)).toEqual({ times: new Map(), wrong: new Set(), problems: [] });
});

it('warns of a time that does not come any more, and keeps it', () => {
  const now = Date.parse('2026-06-01T00:00Z');
  const time = { a: { dates: '2026-05-31' }, b: { days: 'mon', week: 5 }, c: { dates: '02-29' } };
  const { times, problems } = readTimes(time, { now, hostZone: 'UTC' });
  expect([...times.keys()]).toEqual(['a', 'b', 'c']);
  expect(problems).toMatchObject([{ severity: 'warning', path: ['a'] }]);
});

it('takes the zone of the host, and UTC where that is unknown', () => {
  const noon = Date.parse('2026-06-01T12:30Z');
  const at = (hostZone?: string) =>
    readTimes({ a: { hours: '18:00-19:00' } }, hostZone === undefined ? {} : { hostZone })
      .times.get('a')
      ?.nextStart(noon);
  expect(at('Asia/Kathmandu')).toBe(noon);
  expect(at('Etc/Unknown')).toBe(Date.parse('2026-06-01T18:00Z'));
  expect(at()).toBe(at(new Intl.DateTimeFormat().resolvedOptions().timeZone));
});

it.each([
  [{ office: { days: 'mon-fri', hours: ['08:00-12:00'], week: [1, -1], zone: 'UTC' } }, true],
  [{ office: { days: 1 } }, false],
  [{ office: { day: 'mon' } }, false],
  [{ office: { week: 0 } }, false],
])('tells editors that %j is right: %s', (times, isRight) => {
  const schema = z.fromJSONSchema(z.toJSONSchema(z.strictObject({ times: timesSettings })));
  expect(schema.safeParse({ times }).success).toBe(isRight);
});

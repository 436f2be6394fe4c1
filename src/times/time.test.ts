import { describe, expect, it } from 'vitest';
import { readTimes } from './read.ts';
import type { Time } from './time.ts';

function time(keys: object): Time {
  const { times, problems } = readTimes({ it: keys });
  expect(problems).toEqual([]);
  return times.get('it') as Time;
}

/** A moment by its offset, so that no zone is needed to read the tests. */
const at = Date.parse;
const iso = (ms: number | undefined) =>
  ms === undefined ? undefined : new Date(ms).toISOString().replace(':00.000Z', 'Z');

/** The first intervals from a moment on. */
function intervals(its: Time, from: string, count = 3): string[] {
  const found: string[] = [];
  let ms: number | undefined = at(from);
  while (found.length < count) {
    const start: number | undefined = ms === undefined ? undefined : its.nextStart(ms);
    if (start === undefined) break;
    ms = its.nextEnd(start);
    found.push(`${iso(start)} ${iso(ms)}`);
  }
  return found;
}

const BERLIN = { zone: 'Europe/Berlin' };
const YORK = { zone: 'America/New_York' };
const SANTIAGO = { zone: 'America/Santiago' };
const LORD_HOWE = { zone: 'Australia/Lord_Howe' };

describe('the clock is changed', () => {
  it.each([
    [
      'a day is an hour shorter',
      { ...BERLIN, days: 'sun' },
      '2026-03-28T12:00Z',
      '2026-03-28T23:00Z 2026-03-29T22:00Z',
    ],
    [
      'a day is an hour longer',
      { ...BERLIN, days: 'sun' },
      '2026-10-24T12:00Z',
      '2026-10-24T22:00Z 2026-10-25T23:00Z',
    ],
    [
      'hours before and after it differ',
      { ...BERLIN, hours: '08:00-18:00' },
      '2026-03-28T20:00Z',
      '2026-03-29T06:00Z 2026-03-29T16:00Z',
    ],
    [
      'a start that is not shown is the end of the gap',
      { ...BERLIN, hours: '02:30-04:00' },
      '2026-03-28T12:00Z',
      '2026-03-29T01:00Z 2026-03-29T02:00Z',
    ],
    [
      'an end that is not shown is the end of the gap',
      { ...BERLIN, hours: '01:00-02:30' },
      '2026-03-28T12:00Z',
      '2026-03-29T00:00Z 2026-03-29T01:00Z',
    ],
    [
      'hours that are not shown do not come that day',
      { ...BERLIN, hours: '02:10-02:50' },
      '2026-03-28T12:00Z',
      '2026-03-30T00:10Z 2026-03-30T00:50Z',
    ],
    [
      'an hour that is shown twice belongs to it twice',
      { ...BERLIN, hours: '02:00-03:00' },
      '2026-10-24T12:00Z',
      '2026-10-25T00:00Z 2026-10-25T02:00Z',
    ],
    [
      'hours within one that is shown twice are one piece',
      { ...BERLIN, hours: '02:10-02:30' },
      '2026-10-24T12:00Z',
      '2026-10-25T00:10Z 2026-10-25T01:30Z',
    ],
    [
      'the hour after an end is not part of it, though it is shown twice',
      { ...BERLIN, hours: '22:00-02:00' },
      '2026-10-24T12:00Z',
      '2026-10-24T20:00Z 2026-10-25T00:00Z',
    ],
    [
      'the hour before a start is not part of it, though it is shown twice',
      { ...BERLIN, hours: '03:00-04:00' },
      '2026-10-24T12:00Z',
      '2026-10-25T02:00Z 2026-10-25T03:00Z',
    ],
    [
      'over midnight, an hour is lost',
      { ...YORK, hours: '22:00-06:00' },
      '2026-03-07T20:00Z',
      '2026-03-08T03:00Z 2026-03-08T10:00Z',
    ],
    [
      'over midnight, an hour is won',
      { ...YORK, hours: '22:00-06:00' },
      '2026-10-31T20:00Z',
      '2026-11-01T02:00Z 2026-11-01T11:00Z',
    ],
    [
      'a midnight that is not shown',
      { ...SANTIAGO, days: 'sun', hours: '00:00-02:00' },
      '2026-09-05T12:00Z',
      '2026-09-06T04:00Z 2026-09-06T05:00Z',
    ],
    [
      'an hour before midnight that is shown twice',
      { ...SANTIAGO, days: 'sat', hours: '23:00-24:00' },
      '2026-04-04T12:00Z',
      '2026-04-05T02:00Z 2026-04-05T04:00Z',
    ],
    [
      'a Sunday after that hour',
      { ...SANTIAGO, days: 'sun' },
      '2026-04-04T12:00Z',
      '2026-04-05T04:00Z 2026-04-06T04:00Z',
    ],
    [
      'half an hour is lost',
      { ...LORD_HOWE, days: 'sun', hours: '01:00-03:00' },
      '2026-10-03T00:00Z',
      '2026-10-03T14:30Z 2026-10-03T16:00Z',
    ],
    [
      'half an hour is won',
      { ...LORD_HOWE, days: 'sun', hours: '01:00-03:00' },
      '2026-04-04T00:00Z',
      '2026-04-04T14:00Z 2026-04-04T16:30Z',
    ],
    [
      'a day is not in the calendar',
      { zone: 'Pacific/Apia', days: 'fri' },
      '2011-12-29T00:00Z',
      '2012-01-05T10:00Z 2012-01-06T10:00Z',
    ],
  ])('%s', (_, keys, from, expected) => {
    expect(intervals(time(keys), from, 1)).toEqual([expected]);
  });
});

describe('the days', () => {
  it.each([
    [
      'hours over midnight belong to the day on which they start',
      { days: 'fri', hours: '22:00-02:00' },
      '2026-05-01T00:00Z',
      ['2026-05-01T22:00Z 2026-05-02T02:00Z', '2026-05-08T22:00Z 2026-05-09T02:00Z'],
    ],
    [
      'so their second half is not excepted',
      { hours: '22:00-02:00', except: '2026-05-02' },
      '2026-05-01T03:00Z',
      ['2026-05-01T22:00Z 2026-05-02T02:00Z', '2026-05-03T22:00Z 2026-05-04T02:00Z'],
    ],
    [
      'days that follow each other are one piece',
      { days: 'fri-mon' },
      '2026-05-05T00:00Z',
      ['2026-05-08T00:00Z 2026-05-12T00:00Z'],
    ],
    [
      'and so are hours',
      { hours: ['12:00-14:00', '08:00-12:00', '13:00-13:30'] },
      '2026-05-05T00:00Z',
      ['2026-05-05T08:00Z 2026-05-05T14:00Z', '2026-05-06T08:00Z 2026-05-06T14:00Z'],
    ],
    [
      'the second Tuesday',
      { days: 'tue', week: 2 },
      '2026-09-01T00:00Z',
      ['2026-09-08T00:00Z 2026-09-09T00:00Z', '2026-10-13T00:00Z 2026-10-14T00:00Z'],
    ],
    [
      'the last Friday',
      { days: 'fri', week: -1 },
      '2026-02-01T00:00Z',
      ['2026-02-27T00:00Z 2026-02-28T00:00Z', '2026-03-27T00:00Z 2026-03-28T00:00Z'],
    ],
    [
      'the fifth Monday, which most months do not have',
      { days: 'mon', week: 5 },
      '2026-01-01T00:00Z',
      ['2026-03-30T00:00Z 2026-03-31T00:00Z', '2026-06-29T00:00Z 2026-06-30T00:00Z'],
    ],
    [
      'the first and the last one',
      { days: 'sun', week: [1, -1] },
      '2026-02-01T00:00Z',
      ['2026-02-01T00:00Z 2026-02-02T00:00Z', '2026-02-22T00:00Z 2026-02-23T00:00Z'],
    ],
    [
      'a week alone is seven days',
      { week: -1 },
      '2028-02-01T00:00Z',
      ['2028-02-23T00:00Z 2028-03-01T00:00Z'],
    ],
    [
      'a leap day',
      { dates: '02-29' },
      '2026-01-01T00:00Z',
      ['2028-02-29T00:00Z 2028-03-01T00:00Z', '2032-02-29T00:00Z 2032-03-01T00:00Z'],
    ],
    [
      'dates over New Year, once',
      { dates: '2026-12-24..2027-01-01' },
      '2026-01-01T00:00Z',
      ['2026-12-24T00:00Z 2027-01-02T00:00Z'],
    ],
    [
      'dates over New Year, every year',
      { dates: '12-24..01-01' },
      '2026-01-01T00:00Z',
      ['2026-01-01T00:00Z 2026-01-02T00:00Z', '2026-12-24T00:00Z 2027-01-02T00:00Z'],
    ],
    [
      'all but a date',
      { except: '2026-05-05' },
      '2026-05-04T23:00Z',
      ['2026-05-04T23:00Z 2026-05-05T00:00Z', '2026-05-06T00:00Z undefined'],
    ],
    [
      'months around New Year',
      { months: 'dec-jan' },
      '2026-05-01T00:00Z',
      ['2026-12-01T00:00Z 2027-02-01T00:00Z'],
    ],
    [
      'all keys hold',
      { days: 'fri', dates: ['2026-05-01', '2026-05-02'], months: 'may', week: 1 },
      '2026-01-01T00:00Z',
      ['2026-05-01T00:00Z 2026-05-02T00:00Z'],
    ],
  ])('%s', (_, keys, from, expected) => {
    expect(intervals(time({ zone: 'UTC', ...keys }), from, expected.length)).toEqual(expected);
  });

  it('begin at midnight of an odd zone', () => {
    const its = time({ days: 'mon', zone: 'Asia/Kathmandu' });
    expect(intervals(its, '2026-05-01T00:00Z', 1)).toEqual(['2026-05-03T18:15Z 2026-05-04T18:15Z']);
  });
});

describe('what is asked', () => {
  const office = time({ days: 'mon-fri', hours: '08:00-18:00', ...BERLIN });

  it.each([
    ['2026-05-04T07:59:59.999+02:00', false],
    ['2026-05-04T08:00:00.000+02:00', true],
    ['2026-05-04T17:59:59.999+02:00', true],
    ['2026-05-04T18:00:00.000+02:00', false],
    ['2026-05-03T12:00:00.000+02:00', false],
  ])('contains %s: %s', (moment, expected) => {
    expect(office.contains(at(moment))).toBe(expected);
  });

  it('is the given moment itself where it holds, or does not hold, already', () => {
    const [noon, night] = [
      at('2026-05-04T12:00:00.123+02:00'),
      at('2026-05-04T22:00:00.123+02:00'),
    ];
    expect(office.nextStart(noon)).toBe(noon);
    expect(office.nextEnd(night)).toBe(night);
  });

  it('is unknown where nothing comes within five years', () => {
    expect(time({ dates: '2026-05-04', ...BERLIN }).nextStart(at('2026-06-01T00:00Z'))).toBe(
      undefined,
    );
    expect(time({ days: 'mon-sun', ...BERLIN }).nextEnd(at('2026-06-01T00:00Z'))).toBe(undefined);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'is nothing at %s',
    (ms) => {
      expect(office.contains(ms)).toBe(false);
      expect(office.nextStart(ms)).toBe(undefined);
      expect(office.nextEnd(ms)).toBe(undefined);
    },
  );

  it.each([0, -1, -1e13, 1e13, 8.64e15, 1e300])('has an answer for any clock: %s', (ms) => {
    expect(typeof office.contains(ms)).toBe('boolean');
    office.nextStart(ms);
    office.nextEnd(ms);
  });
});

import { describe, expect, it } from 'vitest';
import { readEvery } from './read-every.ts';

/** The next moments after one. */
function next(text: string, after: string, count = 1, zone = 'UTC'): string[] {
  const every = readEvery(text, { zone });
  if (every.kind !== 'schedule') throw new Error(JSON.stringify(every));
  let ms = Date.parse(after);
  return Array.from({ length: count }, () => {
    ms = every.next(ms);
    return new Date(ms).toISOString().replace(':00.000Z', 'Z');
  });
}

it.each([
  ['90s', 90_000],
  ['15m', 900_000],
  ['1h30m', 5_400_000],
  ['4h', 14_400_000],
  ['1d', 86_400_000],
])('reads %s as an interval', (text, ms) => {
  expect(readEvery(text)).toEqual({ kind: 'interval', ms });
});

describe('a schedule', () => {
  // 2026-05-01 is a Friday.
  it.each([
    ['08:00', '2026-05-01T08:00Z', ['2026-05-02T08:00Z', '2026-05-03T08:00Z']],
    ['8:00, 16:30', '2026-05-01T07:59Z', ['2026-05-01T08:00Z', '2026-05-01T16:30Z']],
    ['mon-fri 08:00', '2026-05-01T08:00Z', ['2026-05-04T08:00Z', '2026-05-05T08:00Z']],
    ['Mon 08:00, Thursday 14:00', '2026-05-01T00:00Z', ['2026-05-04T08:00Z', '2026-05-07T14:00Z']],
    [
      'mon, thu 08:00, 09:00',
      '2026-05-01T00:00Z',
      ['2026-05-04T08:00Z', '2026-05-04T09:00Z', '2026-05-07T08:00Z'],
    ],
    [
      'sat-sun 00:00',
      '2026-05-01T00:00Z',
      ['2026-05-02T00:00Z', '2026-05-03T00:00Z', '2026-05-09T00:00Z'],
    ],
    ['mon-fri 08:00 Europe/Berlin', '2026-05-01T06:00Z', ['2026-05-04T06:00Z']],
    ['08:00 utc', '2026-05-01T06:00Z', ['2026-05-01T08:00Z']],
  ])('%s', (text, after, expected) => {
    expect(next(text, after, expected.length)).toEqual(expected);
  });

  it.each([
    [
      'a time that is not shown is the end of the gap',
      '02:30',
      '2026-03-28T12:00Z',
      ['2026-03-29T01:00Z', '2026-03-30T00:30Z'],
    ],
    [
      'of two times that are shown, the first',
      '02:30',
      '2026-10-24T12:00Z',
      ['2026-10-25T00:30Z', '2026-10-26T01:30Z'],
    ],
  ])('%s', (_, text, after, expected) => {
    expect(next(text, after, 2, 'Europe/Berlin')).toEqual(expected);
  });

  it('has the zone of the host where nothing else is said', () => {
    const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
    const every = readEvery('08:00');
    const named = readEvery('08:00', { zone });
    if (every.kind !== 'schedule' || named.kind !== 'schedule') throw new Error('no schedule');
    expect(every.next(0)).toBe(named.next(0));
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, 1e300])('ends for %s', (ms) => {
    const every = readEvery('08:00');
    expect(every.kind === 'schedule' && every.next(ms)).toBe(ms);
  });
});

it.each([
  [15, 'must be a text with a unit or a time, such as 15m, 1h30m, "08:00" or "mon-fri 08:00"'],
  [
    undefined,
    'must be a text with a unit or a time, such as 15m, 1h30m, "08:00" or "mon-fri 08:00"',
  ],
  ['', 'a time of the day is missing at the end, such as 15m, 1h30m, "08:00" or "mon-fri 08:00"'],
  ['0m', 'must be longer than nothing'],
  ['367d', 'must be at most 366d'],
  [
    '15',
    '"15" is no duration, day, time of the day or zone; write one such as 15m, 1h30m, "08:00" or "mon-fri 08:00"',
  ],
  [
    'mon-fri',
    'a time of the day is missing at the end, such as 15m, 1h30m, "08:00" or "mon-fri 08:00"',
  ],
  [
    '08:00 mon',
    'a time of the day is missing at the end, such as 15m, 1h30m, "08:00" or "mon-fri 08:00"',
  ],
  ['mon-fry 08:00', '"mon-fry" is no duration, day, time of the day or zone; did you mean fri?'],
  ['24:00', '24:00 is 00:00 of the next day: write that'],
  ['08:00 Europe/Berln', 'there is no time zone "Europe/Berln"; did you mean Europe/Berlin?'],
  [`${'mon '.repeat(300)}08:00`, 'may have 1000 characters'],
])('refuses %j', (value, message) => {
  const every = readEvery(value);
  expect(every.kind === 'wrong' && every.problems.map(({ message }) => message)).toContain(message);
});

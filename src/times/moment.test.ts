import { expect, it } from 'vitest';
import { readMoment } from './moment.ts';

it.each([
  ['2026-11-24T03:00Z', '2026-11-24T03:00:00.000Z'],
  ['2026-11-24T03:00+01:00', '2026-11-24T02:00:00.000Z'],
  ['2026-07-24T03:00 Europe/Berlin', '2026-07-24T01:00:00.000Z'],
  ['2026-11-24 03:00:30', '2026-11-23T19:00:30.000Z'],
  ['2026-11-24', '2026-11-23T16:00:00.000Z'],
])('%s is %s', (text, expected) => {
  expect(new Date(readMoment(text, 'Asia/Shanghai') ?? 0).toISOString()).toBe(expected);
});

it.each(['', 'tomorrow', '2026-02-30', '2026-11-24T25:00', '2026-11-24T03:00 Europe/Berln'])(
  '%j is none',
  (text) => {
    expect(readMoment(text, 'UTC')).toBeUndefined();
  },
);

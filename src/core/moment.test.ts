import { describe, expect, it } from 'vitest';
import { endOfDay, readMoment } from './moment.ts';

const NOON = new Date(2026, 10, 24, 12).getTime();
const local = (...parts: [number, number, number, number?, number?, number?]) =>
  new Date(...parts).getTime();

describe('a moment', () => {
  it.each([
    ['2026-11-24T22:00', local(2026, 10, 24, 22), false],
    ['2026-11-24 22:00:30', local(2026, 10, 24, 22, 0, 30), false],
    ['2026-11-24', local(2026, 10, 24), true],
    ['22:00', local(2026, 10, 24, 22), false],
    ['12:00', local(2026, 10, 25, 12), false],
    ['08:30', local(2026, 10, 25, 8, 30), false],
    ['2026-11-24T22:00Z', Date.UTC(2026, 10, 24, 22), false],
    ['2026-11-24 22:00+02:00', Date.UTC(2026, 10, 24, 20), false],
    ['2026-11-24T22:00:00.5-0230', Date.UTC(2026, 10, 25, 0, 30, 0, 500), false],
  ])('is read from %s', (text, ms, isDay) => {
    expect(readMoment(text, NOON)).toEqual({ ms, isDay });
  });

  it.each([
    '',
    'Z',
    'soon',
    '2026-02-30',
    '2026-02-30T12:00Z',
    '2026-13-01',
    '24:00',
    '22:60',
    '2h',
    '2026-11-24Z',
    '22:00Z',
    '2026-11-2422:00',
  ])('is not %j', (text) => expect(readMoment(text, NOON)).toBeUndefined());

  it('that is a day ends with the next', () => {
    expect(endOfDay(local(2026, 10, 24))).toBe(local(2026, 10, 25));
  });
});

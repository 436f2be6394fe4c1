import { expect, it } from 'vitest';
import { endAsked, silenceEnds } from './silence-ends.ts';

// Times of the zone of the host: these hold in any.
const at = (day: number, hour: number, minute = 0) =>
  new Date(2026, 10, day, hour, minute).getTime();
const until = (from: number, choice: string) => endAsked(from, choice, '');

it('offers the mornings that come, at night and by day', () => {
  // The 24th is a Tuesday.
  const night = at(24, 3);
  expect(until(night, 'today')).toBe(at(24, 8));
  expect(until(night, 'tomorrow')).toBe(at(25, 8));
  expect(until(night, 'monday')).toBe(at(30, 8));
  const noon = at(24, 12);
  expect(until(noon, 'today')).toBeUndefined();
  expect(until(noon, 'tomorrow')).toBe(at(25, 8));
  expect(until(at(30, 7), 'monday')).toBe(at(30, 8));
  expect(until(at(30, 8), 'monday')).toBe(at(37, 8));
});

it('offers spans, each once', () => {
  const from = at(24, 12);
  expect(until(from, '4h')).toBe(at(24, 16));
  const choices = silenceEnds(from).map(({ choice }) => choice);
  expect(new Set(choices).size).toBe(choices.length);
  for (const one of silenceEnds(from)) expect(one.until).toBeGreaterThan(from);
});

it('takes a time that is written before what is chosen, and none that does not exist', () => {
  const from = at(24, 12);
  expect(endAsked(from, '1h', '2026-11-24T22:30')).toBe(at(24, 22, 30));
  expect(endAsked(from, '1h', '10:00')).toBe(at(25, 10));
  expect(endAsked(from, '1h', '2026-11-24')).toBe(at(25, 0));
  for (const wrong of ['2026-02-31T10:00', '2026-11-24T25:00', 'tomorrow', '2026-11']) {
    expect(endAsked(from, '1h', wrong)).toBeUndefined();
  }
  expect(endAsked(from, 'never', '')).toBeUndefined();
});

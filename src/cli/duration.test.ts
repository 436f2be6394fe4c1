import { expect, it } from 'vitest';
import { duration } from './duration.ts';

it.each([
  ['45s', 45_000],
  ['30m', 1_800_000],
  ['2h', 7_200_000],
  ['3d', 259_200_000],
  ['0m', 0],
  ['1h30m', 5_400_000],
  ['1d2h3m4s', 93_784_000],
])('reads %s', (text, milliseconds) => {
  expect(duration(text)).toBe(milliseconds);
});

it.each(['', '5', 'h', '-1h', '1.5h', '1w', '1 h', '30m1h', '1h1h', '1H'])('refuses %j', (text) => {
  expect(() => duration(text)).toThrow('such as 30m');
});

import { InvalidArgumentError } from 'commander';
import { DAY_MS, HOUR_MS } from '../core/durations.ts';

const UNITS = { s: 1000, m: 60_000, h: HOUR_MS, d: DAY_MS } as const;

/**
 * Reads an option that is a time span: a whole number and a unit, as in `30m`. In milliseconds.
 * @throws InvalidArgumentError when it is anything else.
 */
export function duration(text: string): number {
  const [, number, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (number === undefined || unit === undefined) {
    throw new InvalidArgumentError('It must be a number and a unit (s, m, h, d), such as 30m.');
  }
  return Number(number) * UNITS[unit as keyof typeof UNITS];
}

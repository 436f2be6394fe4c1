import { InvalidArgumentError } from 'commander';
import { readDuration } from '../core/durations.ts';

/**
 * Reads an option that is a time span, as in `30m` or `1h30m`. In milliseconds.
 * @throws InvalidArgumentError when it is anything else.
 */
export function duration(text: string): number {
  const milliseconds = readDuration(text);
  if (milliseconds === undefined) {
    throw new InvalidArgumentError('It must be a number and a unit (s, m, h, d), such as 30m.');
  }
  return milliseconds;
}

import { InvalidArgumentError } from 'commander';
import { systemClock } from '../core/clock.ts';
import { readMoment } from '../core/moment.ts';
import { duration } from './duration.ts';
import { CommandError, EXIT } from './exit.ts';

/**
 * Reads an option that is a moment: how long ago it was, as in `7d`, or a date with or without a time,
 * in the zone of the host unless it says another. In milliseconds since 1970.
 * @throws InvalidArgumentError when it is anything else.
 */
export function moment(text: string): number {
  if (/^\d+[a-z]$/.test(text)) return systemClock.now() - duration(text);
  // A time alone would be the next one.
  const read = /^\d{4}-/.test(text) ? readMoment(text, systemClock.now()) : undefined;
  if (read !== undefined) return read.ms;
  throw new InvalidArgumentError(
    'It must be how long ago (30m, 12h, 7d), or a date such as 2026-08-20 or 2026-08-20T14:30.',
  );
}

/** @throws CommandError when nothing can lie within. */
export function requireSpan({ since, until }: { since: number; until: number }): void {
  if (since < until) return;
  throw new CommandError('--since must be earlier than --until', EXIT.wrongUsage);
}

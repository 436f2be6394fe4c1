import type { Report } from '../core/problem-report.ts';
import { type DayTest, readDates } from './dates.ts';
import { type Hours, readHours } from './hours.ts';
import { type Circle, readNames } from './names.ts';
import { MOST_ENTRIES, MOST_HOURS } from './schema.ts';
import { type Zone, zoneOf } from './zone.ts';
import { unknownZone } from './zone-names.ts';

/*
 * One reader for each kind of key. What is wrong is reported at its place; what they return then counts
 * for nothing.
 */

/** `days` and `months`. Names may stand in a list, or in one text with commas. */
export function readNamesKey(value: unknown, circle: Circle, report: Report): ReadonlySet<number> {
  const { kind, names } = circle;
  const short = names.map((name) => name.slice(0, 3));
  const wanted = `must be a ${kind} or a range of them, such as ${short[0]}-${short[4]}, or a list`;
  const positions = entriesOf(value, MOST_ENTRIES, wanted, report).flatMap(({ entry, at }) => {
    if (typeof entry !== 'string') return failed(at, wanted);
    return entry.split(',').flatMap((part) => {
      const read = readNames(part.trim(), circle);
      return typeof read === 'string' ? failed(at, read) : read;
    });
  });
  return new Set(positions);
}

/** `hours`, by their starts. */
export function readHoursKey(value: unknown, report: Report): readonly Hours[] {
  const wanted = 'must be a range such as 08:00-18:00, or a list of them';
  return entriesOf(value, MOST_HOURS, wanted, report)
    .flatMap(({ entry, at }) => {
      if (typeof entry !== 'string') return failed(at, wanted);
      const read = readHours(entry.trim());
      return typeof read === 'string' ? failed(at, read) : [read];
    })
    .sort((a, b) => a.from - b.from);
}

/** `dates` and `except`. */
export function readDatesKey(value: unknown, report: Report): readonly DayTest[] {
  const wanted = 'must be a date such as 2026-12-24 or 12-24, a range with .., or a list of them';
  return entriesOf(value, MOST_ENTRIES, wanted, report).flatMap(({ entry, at }) => {
    if (typeof entry !== 'string') return failed(at, wanted);
    const read = readDates(entry.trim());
    return typeof read === 'string' ? failed(at, read) : [read];
  });
}

/** `week`. */
export function readWeekKey(value: unknown, report: Report): readonly number[] {
  const wanted =
    'must be a number from 1 to 5, or from -1 to -5 counted from the end of the month, or a list of them';
  return entriesOf(value, MOST_ENTRIES, wanted, report).flatMap(({ entry, at }) => {
    const isWeek = Number.isInteger(entry) && entry !== 0 && Math.abs(Number(entry)) <= 5;
    return isWeek ? [Number(entry)] : failed(at, wanted);
  });
}

/** `zone`. */
export function readZoneKey(value: unknown, report: Report): Zone | undefined {
  if (typeof value !== 'string') {
    report.error('must be the name of a time zone, such as Europe/Berlin');
    return undefined;
  }
  const zone = zoneOf(value);
  if (zone === undefined) report.error(unknownZone(value));
  return zone;
}

/** A value, or those of a list, each with the place where it stands. */
function entriesOf(
  value: unknown,
  most: number,
  wanted: string,
  report: Report,
): { readonly entry: unknown; readonly at: Report }[] {
  if (!Array.isArray(value)) return [{ entry: value, at: report }];
  if (value.length === 0) report.error(wanted);
  if (value.length > most) report.error(`may have ${most} entries`);
  return value.slice(0, most).map((entry: unknown, at) => ({ entry, at: report.at(at) }));
}

function failed(report: Report, message: string): [] {
  report.error(message);
  return [];
}

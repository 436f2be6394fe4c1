import { DAY_MS, readDuration } from '../core/durations.ts';
import { suggestion } from '../core/nearest.ts';
import type { Problem } from '../core/problem.ts';
import { Report } from '../core/problem-report.ts';
import { MINUTES_OF_DAY, readTimeOfDay } from './hours.ts';
import { readNames, WEEKDAYS } from './names.ts';
import { type Schedule, weeklySchedule } from './schedule.ts';
import { hostZone, type Zone, zoneOf } from './zone.ts';
import { unknownZone } from './zone-names.ts';

/** Again and again after the same time. */
export interface Interval {
  readonly kind: 'interval';
  /** In milliseconds, above 0. */
  readonly ms: number;
}

/** How often something comes. */
export type Every = Interval | Schedule;

/** Why something says of no moments that they come again. */
export interface WrongEvery {
  readonly kind: 'wrong';
  /** Their paths are empty: the value is one text. */
  readonly problems: readonly Problem[];
}

export interface EveryOptions {
  /** The zone of a schedule that names none. Default: that of the host. */
  readonly zone?: string;
}

const LONGEST_TEXT = 1000;
const LONGEST_INTERVAL = 366 * DAY_MS;
const EVERY_DAY = [0, 1, 2, 3, 4, 5, 6];
const EXAMPLES = 'such as 15m, 1h30m, "08:00" or "mon-fri 08:00"';

/**
 * Reads how often something comes: a duration (`15m`, `1h30m`, `1d`), or times of the day, each after the
 * days of the week that it has: `08:00`, `mon-fri 08:00`, `mon 08:00, thu 14:00`. A time without days has
 * those of the one before it, and the first one every day. A zone may stand at the end.
 */
export function readEvery(value: unknown, options: EveryOptions = {}): Every | WrongEvery {
  const report = new Report();
  const every = typeof value === 'string' ? readText(value.trim(), options, report) : undefined;
  if (typeof value !== 'string') report.error(`must be a text with a unit or a time, ${EXAMPLES}`);
  if (every !== undefined && report.isFine) return every;
  return { kind: 'wrong', problems: report.problems };
}

function readText(text: string, options: EveryOptions, report: Report): Every | undefined {
  const ms = readDuration(text);
  if (ms === undefined) return readSchedule(text, options, report);
  if (ms === 0) report.error('must be longer than nothing');
  if (ms > LONGEST_INTERVAL) report.error('must be at most 366d');
  return { kind: 'interval', ms };
}

function readSchedule(
  text: string,
  { zone: byDefault = hostZone() }: EveryOptions,
  report: Report,
): Schedule | undefined {
  const words = text
    .slice(0, LONGEST_TEXT + 1)
    .split(/[\s,]+/)
    .filter(Boolean);
  if (text.length > LONGEST_TEXT) report.error(`may have ${LONGEST_TEXT} characters`);
  const zone = readZone(words, byDefault, report);
  const minutes = EVERY_DAY.map(() => new Set<number>());
  let days: readonly number[] = EVERY_DAY;
  let areOpen = false;
  let times = 0;
  for (const word of words) {
    const minute = readTimeOfDay(word);
    if (minute !== undefined) {
      if (minute === MINUTES_OF_DAY) report.error('24:00 is 00:00 of the next day: write that');
      for (const day of days) minutes[day]?.add(minute);
      areOpen = false;
      times += 1;
      continue;
    }
    const read = readNames(word, WEEKDAYS);
    if (typeof read === 'string') {
      report.error(whyNotWord(word));
      return undefined;
    }
    days = areOpen ? [...days, ...read] : read;
    areOpen = true;
  }
  if (times === 0 || areOpen) report.error(`a time of the day is missing at the end, ${EXAMPLES}`);
  if (zone === undefined || !report.isFine) return undefined;
  return weeklySchedule(
    minutes.map((set) => [...set].sort((a, b) => a - b)),
    zone,
  );
}

/** Takes the zone from the end of the words; without one there, the default. */
function readZone(words: string[], byDefault: string, report: Report): Zone | undefined {
  const last = words.at(-1) ?? '';
  const named = words.length > 1 && /^[A-Za-z]/.test(last) ? zoneOf(last) : undefined;
  if (named === undefined && !last.includes('/')) return zoneOf(byDefault) ?? zoneOf('UTC');
  words.pop();
  if (named === undefined) report.error(unknownZone(last));
  return named;
}

function whyNotWord(word: string): string {
  const short = WEEKDAYS.names.map((name) => name.slice(0, 3));
  const wrong =
    word
      .toLowerCase()
      .split('-')
      .find((name) => !short.includes(name)) ?? word;
  const hint = /^[a-z]/.test(wrong) && suggestion(wrong, [...short, ...WEEKDAYS.names]);
  const quoted = JSON.stringify(word.slice(0, 60));
  return `${quoted} is no duration, day, time of the day or zone${hint || `; write one ${EXAMPLES}`}`;
}

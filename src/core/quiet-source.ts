import { HOUR_MS, MINUTE_MS } from './durations.ts';

/** What a source brought in an hour. */
export interface SourceHour {
  /** Of UTC, counted since 1970. */
  readonly hour: number;
  readonly count: number;
  /** How much of it the source was watched, in milliseconds. */
  readonly watchedMs: number;
  /** The longest time without an alert that ended or lasted in it, in milliseconds. */
  readonly gapMs: number;
  /** It was quieter than usual: nothing to learn from. */
  readonly isQuiet: boolean;
}

/** A source that is quieter than it ever was at this hour. Times are milliseconds since 1970. */
export interface QuietSource {
  /** When its last alert came, or when an hour with few of them began. */
  readonly since: number;
  /** Alerts in that hour; undefined where none come at all. */
  readonly count: number | undefined;
  /** The fewest that ever came at this hour of the week. */
  readonly fewest: number;
  /** How many weeks that is known of. */
  readonly weeks: number;
}

/** How many weeks are remembered. */
export const WEEKS_KEPT = 8;
export const HOURS_OF_WEEK = 168;

/** Fewer weeks say nothing. */
const LEAST_WEEKS = 3;
/** An hour with fewer alerts than this may bring none the next time. */
const LEAST_ALERTS = 20;
/** A gap is told when it is so many times as long as the longest one that was seen … */
const GAPS = 3;
/** … and no shorter than this. */
const LEAST_GAP_MS = 10 * MINUTE_MS;
/** An hour is low with less than this part of the fewest alerts. */
const LOW = 0.1;
/** What may be missing of an hour that counts as watched. */
const UNWATCHED_MS = 3 * MINUTE_MS;

/** True where an hour was watched from its beginning to its end. */
export function isWhole({ watchedMs }: SourceHour): boolean {
  return watchedMs >= HOUR_MS - UNWATCHED_MS;
}

/** What is usual at an hour of the week; undefined where too little is known, or too little comes. */
function usual(
  history: readonly SourceHour[],
): { fewest: number; weeks: number; longestGapMs: number } | undefined {
  const known = history.filter((one) => isWhole(one) && !one.isQuiet);
  if (known.length < LEAST_WEEKS) return undefined;
  const fewest = Math.min(...known.map(({ count }) => count));
  if (fewest < LEAST_ALERTS) return undefined;
  const longestGapMs = Math.max(...known.map(({ gapMs }) => gapMs));
  return { fewest, weeks: known.length, longestGapMs };
}

/**
 * Judges the time since the last alert.
 * @param history the same hour of the week, of earlier weeks.
 */
export function tooLongSilent(
  silenceMs: number,
  now: number,
  history: readonly SourceHour[],
): QuietSource | undefined {
  const known = usual(history);
  if (known === undefined) return undefined;
  if (silenceMs < Math.max(LEAST_GAP_MS, GAPS * known.longestGapMs)) return undefined;
  const { fewest, weeks } = known;
  return { since: now - silenceMs, count: undefined, fewest, weeks };
}

/** Judges an hour that is over. @param history as above. */
export function tooFew(hour: SourceHour, history: readonly SourceHour[]): QuietSource | undefined {
  const known = usual(history);
  if (known === undefined || !isWhole(hour) || hour.count >= known.fewest * LOW) return undefined;
  const { fewest, weeks } = known;
  return { since: hour.hour * HOUR_MS, count: hour.count, fewest, weeks };
}

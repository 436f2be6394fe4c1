import { endOfDay, readMoment } from '../core/moment.ts';

/** When a silence may end, as a person chooses it. */
export interface SilenceEnd {
  /** What a form says. */
  readonly choice: string;
  readonly label: string;
  /** Milliseconds since 1970. */
  readonly until: number;
}

const HOUR_MS = 3_600_000;
/** When people begin to work. */
const MORNING = 8;
const MONDAY = 1;

/**
 * The ends that a person chooses from, in the zone of the manager: spans, the mornings that come, a week.
 * @param from when it begins, or ended so far, in milliseconds since 1970.
 */
export function silenceEnds(from: number): readonly SilenceEnd[] {
  const span = (choice: string, label: string, ms: number) => ({ choice, label, until: from + ms });
  const next = morning(from, 0);
  const today = new Date(from).toDateString() === new Date(next).toDateString();
  const later = morning(from, 1);
  const monday = mondayMorning(from);
  return [
    span('15m', '15 minutes', HOUR_MS / 4),
    span('1h', '1 hour', HOUR_MS),
    span('4h', '4 hours', 4 * HOUR_MS),
    ...(today ? [{ choice: 'today', label: 'until 8:00 today', until: next }] : []),
    { choice: 'tomorrow', label: 'until tomorrow 8:00', until: today ? later : next },
    { choice: 'monday', label: 'until Monday 8:00', until: monday },
    span('7d', 'a week', 7 * 24 * HOUR_MS),
  ];
}

/**
 * The end that a form asks for; undefined where it asks for none that there is.
 * @param at a date and a time as a browser writes them, or as `silence add --until` takes them: goes before the choice.
 */
export function endAsked(from: number, choice: string, at: string): number | undefined {
  if (at.trim() === '') return silenceEnds(from).find((one) => one.choice === choice)?.until;
  const moment = readMoment(at.trim(), from);
  return moment?.isDay === true ? endOfDay(moment.ms) : moment?.ms;
}

/** The next morning after a time, or one of those that follow. */
function morning(after: number, later: number): number {
  const date = new Date(after);
  const at = (days: number) =>
    new Date(date.getFullYear(), date.getMonth(), date.getDate() + days, MORNING).getTime();
  return at(0) > after ? at(later) : at(later + 1);
}

function mondayMorning(after: number): number {
  for (let later = 0; ; later += 1) {
    const at = morning(after, later);
    if (new Date(at).getDay() === MONDAY) return at;
  }
}

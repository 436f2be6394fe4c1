import { suggestion } from '../core/nearest.ts';
import type { Problem } from '../core/problem.ts';
import { Report } from '../core/problem-report.ts';
import { type Hours, MINUTES_OF_DAY } from './hours.ts';
import { readDatesKey, readHoursKey, readNamesKey, readWeekKey, readZoneKey } from './keys.ts';
import { MONTHS, WEEKDAYS } from './names.ts';
import { MOST_ENTRIES, NAME, type TimeKey, timeSchema } from './schema.ts';
import { RuleTime, type Time, type TimeRule } from './time.ts';
import { hostZone, type Zone, zoneOf } from './zone.ts';

/** What times need to know of their surroundings. */
export interface TimesOptions {
  /** The zone of times that name none. Default: that of the host, and UTC where it is unknown. */
  readonly hostZone?: string;
  /** Now, in milliseconds since 1970: times that will not come any more are warned of. */
  readonly now?: number;
}

/** The times that are right, and what is wrong with the others. */
export interface ReadTimes {
  readonly times: ReadonlyMap<string, Time>;
  /** The names of those that are left out. */
  readonly wrong: ReadonlySet<string>;
  /** Their paths begin below `times`. */
  readonly problems: readonly Problem[];
}

const KEYS = Object.keys(timeSchema.shape) as TimeKey[];
/** A time without any of these would be always. */
const DECIDING = KEYS.filter((key) => key !== 'zone');
const WHOLE_DAY: readonly Hours[] = [{ from: 0, to: MINUTES_OF_DAY }];

/** Reads `times` of the settings file. A time with a mistake is left out as a whole. */
export function readTimes(value: unknown, options: TimesOptions = {}): ReadTimes {
  const report = new Report();
  const times = new Map<string, Time>();
  const wrong = new Set<string>();
  if (!isMapping(value)) {
    if (value !== undefined) report.error('must be a mapping of names, such as office, to times');
    return { times, wrong, problems: report.problems };
  }
  const zone = zoneOf(options.hostZone ?? hostZone()) ?? (zoneOf('UTC') as Zone);
  for (const [at, name] of Object.keys(value).entries()) {
    const its = report.at(name);
    if (at >= MOST_ENTRIES) its.unknownKey(`there may be ${MOST_ENTRIES} times`);
    const rule = at >= MOST_ENTRIES ? undefined : readTime(name, value[name], zone, its);
    if (rule === undefined || !its.isFine) {
      wrong.add(name);
      continue;
    }
    const time = new RuleTime(name, rule);
    times.set(name, time);
    if (options.now !== undefined && time.nextStart(options.now) === undefined) {
      its.warning('this time does not come within the next five years');
    }
  }
  return { times, wrong, problems: report.problems };
}

function readTime(name: string, value: unknown, zone: Zone, report: Report): TimeRule | undefined {
  if (!NAME.test(name)) {
    report.unknownKey('a name has 1 to 64 letters, digits, - and _');
  }
  if (!isMapping(value)) {
    report.error('must be a mapping with keys such as days and hours');
    return undefined;
  }
  for (const key of Object.keys(value)) {
    if ((KEYS as string[]).includes(key)) continue;
    const hint = suggestion(key, KEYS) || `; there are ${KEYS.join(', ')}`;
    report.at(key).unknownKey(`unknown key ${JSON.stringify(key)}${hint}`);
  }
  const { days, hours, week, months, dates, except, zone: own } = given(value);
  if (report.isFine && !DECIDING.some((key) => given(value)[key] !== undefined)) {
    report.error(`must have at least one of ${DECIDING.join(', ')}`);
  }
  const read = <T>(key: TimeKey, its: unknown, reader: (value: unknown, at: Report) => T) =>
    its === undefined ? undefined : reader(its, report.at(key));
  return {
    zone: read('zone', own, readZoneKey) ?? zone,
    hours: read('hours', hours, readHoursKey) ?? WHOLE_DAY,
    weekdays: read('days', days, (names, at) => readNamesKey(names, WEEKDAYS, at)),
    weeks: read('week', week, readWeekKey),
    months: read('months', months, (names, at) => readNamesKey(names, MONTHS, at)),
    dates: read('dates', dates, readDatesKey),
    except: read('except', except, readDatesKey),
  };
}

/** The keys of a mapping that are its own. */
function given(value: Readonly<Record<string, unknown>>): Partial<Record<TimeKey, unknown>> {
  return Object.fromEntries(
    KEYS.filter((key) => Object.hasOwn(value, key)).map((key) => [key, value[key]]),
  );
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { z } from 'zod';
import type { ReadOptions } from '../../conditions/read.ts';
import { readFit } from '../../conditions/read-fit.ts';
import { suggestion } from '../../core/nearest.ts';
import type { Problem } from '../../core/problem.ts';
import { Report } from '../../core/problem-report.ts';
import type { Time } from '../../times/time.ts';
import { isTooLong, RecurringSilence } from '../recurring.ts';
import { entriesOf, readEntry, warnOfUnknown } from './entries.ts';
import { silenceSchema } from './schema.ts';

/** What is read by those who know more of it. */
const schema = silenceSchema.extend({ only: z.unknown().optional(), when: z.unknown().optional() });

export interface QuietOptions extends Omit<ReadOptions, 'times'> {
  readonly times: ReadonlyMap<string, Time>;
  /** The ids of all integrations; undefined where they are not known. */
  readonly ids: ReadonlySet<string> | undefined;
  /** Now, in milliseconds since 1970. */
  readonly now: number;
}

/** Reads `silences`. An entry with a mistake is left out as a whole, so that its alerts are sent. */
export function readSilences(
  value: unknown,
  options: QuietOptions,
): { readonly silences: RecurringSilence[]; readonly problems: readonly Problem[] } {
  const report = new Report();
  const names = new Set<string>();
  const silences = entriesOf(value, report).flatMap(({ entry, report: its }) => {
    const silence = readSilence(entry, its, options);
    if (silence === undefined) return [];
    const { name } = silence.rule;
    if (names.has(name)) {
      its.at('name').error(`another silence is called ${name}`);
      return [];
    }
    names.add(name);
    return [silence];
  });
  return { silences, problems: report.problems };
}

function readSilence(
  entry: Readonly<Record<string, unknown>>,
  report: Report,
  options: QuietOptions,
): RecurringSilence | undefined {
  const raw = readEntry(schema, entry, report);
  const { only, when } = entry;
  const { condition, problems } = readFit({ only, when }, options);
  for (const problem of problems) {
    report.problems.push({ ...problem, path: [...report.path, ...problem.path] });
  }
  const time = timeOf(entry['at'], report.at('at'), options);
  if (raw === undefined || condition === undefined || time === undefined) return undefined;
  warnOfUnknown(raw.integrations, options.ids, report);
  const { name, why, then = 'summary', integrations, even_critical: evenCritical = false } = raw;
  const written = { only, when: when as string | undefined };
  const rule = { name, why, by: 'integratord.yaml', ending: then, integrations, evenCritical };
  return new RecurringSilence({ ...rule, ...written }, time, condition);
}

/** The time of a name; undefined where there is none, or it was reported as wrong itself. */
function timeOf(
  name: unknown,
  report: Report,
  { times, wrongTimes, now }: QuietOptions,
): Time | undefined {
  if (typeof name !== 'string' || wrongTimes?.has(name) === true) return undefined;
  const time = times.get(name);
  if (time === undefined) {
    const known = times.size === 0 ? ': there is no `times`' : suggestion(name, [...times.keys()]);
    report.error(`there is no time ${JSON.stringify(name)}${known}`);
  } else if (isTooLong(time, now)) {
    report.error('this time lasts longer than 30 days, which is the longest silence');
    return undefined;
  }
  return time;
}

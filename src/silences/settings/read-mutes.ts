import { z } from 'zod';
import { whyUnknown } from '../../conditions/fields.ts';
import { readOnly } from '../../conditions/read.ts';
import { readDuration } from '../../core/durations.ts';
import type { Problem } from '../../core/problem.ts';
import { Report } from '../../core/problem-report.ts';
import { keyOf } from '../../grouping/keys.ts';
import type { Mute } from '../mute.ts';
import { entriesOf, readEntry, warnOfUnknown } from './entries.ts';
import type { QuietOptions } from './read-silences.ts';
import { muteSchema } from './schema.ts';

/** What is read by those who know more of it. */
const schema = muteSchema.extend({ after: z.unknown().optional(), mute: z.unknown().optional() });

type MuteOptions = Pick<QuietOptions, 'knownFields' | 'ids'>;

/** Reads `mutes`. An entry with a mistake is left out as a whole, so that its alerts are sent. */
export function readMutes(
  value: unknown,
  options: MuteOptions,
): { readonly mutes: Mute[]; readonly problems: readonly Problem[] } {
  const report = new Report();
  const names = new Set<string>();
  const mutes = entriesOf(value, report).flatMap(({ entry, report: its }, at) => {
    const mute = readMute(entry, String(at + 1), its, options);
    if (mute === undefined) return [];
    if (names.has(mute.name)) {
      its.at('name').error(`another mute is called ${mute.name}`);
      return [];
    }
    names.add(mute.name);
    return [mute];
  });
  return { mutes, problems: report.problems };
}

function readMute(
  entry: Readonly<Record<string, unknown>>,
  number: string,
  report: Report,
  options: MuteOptions,
): Mute | undefined {
  const raw = readEntry(schema, entry, report);
  const [after, mute] = (['after', 'mute'] as const).map((key) => {
    if (entry[key] === undefined) {
      report.error(`must have ${JSON.stringify(key)}`);
      return undefined;
    }
    const { condition, problems } = readOnly(entry[key], options);
    for (const problem of problems) {
      report.problems.push({ ...problem, path: [...report.path, key, ...problem.path] });
    }
    return condition;
  });
  if (raw === undefined || after === undefined || mute === undefined) return undefined;
  warnOfUnknown(raw.integrations, options.ids, report);
  const { name = number, same, integrations } = raw;
  const fields = fieldsOf(same, report, options);
  return {
    name,
    after,
    mute,
    keyOf: keyOf(fields),
    forMs: readDuration(raw.for) ?? 0,
    integrations: integrations && new Set(integrations),
    written: { after: entry['after'], mute: entry['mute'], same: fields },
  };
}

function fieldsOf(
  same: string | readonly string[],
  report: Report,
  { knownFields }: MuteOptions,
): readonly string[] {
  const fields = typeof same === 'string' ? [same] : same;
  for (const [at, field] of fields.entries()) {
    const unknown = whyUnknown(field.split('.'), knownFields);
    if (unknown === undefined) continue;
    const place = typeof same === 'string' ? report.at('same') : report.at('same', at);
    place.warning(unknown.message, unknown.hint);
  }
  return [...new Set(fields)];
}

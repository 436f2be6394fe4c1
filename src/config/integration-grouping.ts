import type { DestinationDescription } from '../core/destination.ts';
import type { GroupingRules } from '../grouping/rules.ts';
import { readGrouping } from '../grouping/settings/read.ts';
import { reportProblems } from './problems.ts';
import type { SettingsEntry } from './settings.ts';
import type { Askable } from './times.ts';

/**
 * Reads when the alerts of an entry are sent, and which together. What is wrong is reported at its
 * place and left out, so that alerts are sent rather than held; undefined when there is nothing.
 */
export function integrationGrouping(
  entry: SettingsEntry,
  { times, fields }: Askable,
  { enriches, title }: DestinationDescription,
): GroupingRules | undefined {
  const { rules, problems } = readGrouping(entry.value, {
    times: times.times,
    wrongTimes: times.wrong,
    sourceOf: (name) => times.sources.get(name) ?? '',
    knownFields: fields(),
    single: enriches === true ? title : undefined,
  });
  reportProblems(problems, entry);
  return rules;
}

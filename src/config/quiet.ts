import { systemClock } from '../core/clock.ts';
import { NO_QUIET, type QuietSettings } from '../silences/quiet.ts';
import { readMutes } from '../silences/settings/read-mutes.ts';
import { readSilences } from '../silences/settings/read-silences.ts';
import { reportProblems } from './problems.ts';
import type { Askable } from './times.ts';
import type { YamlPart } from './validation.ts';

/** The values of `silences` and `mutes`, and where they stand. */
export interface QuietPart extends Pick<YamlPart, 'yaml' | 'report'> {
  readonly silences: unknown;
  readonly mutes: unknown;
}

/**
 * Reads `silences` and `mutes` of the settings file. What is wrong is reported at its place and left out,
 * so that alerts are sent rather than held back.
 * @param ids of all integrations; undefined where they are not known.
 */
export function settingsQuiet(
  part: QuietPart | undefined,
  { times, fields }: Askable,
  ids: ReadonlySet<string> | undefined,
): QuietSettings {
  if (part === undefined) return NO_QUIET;
  const { silences, mutes, yaml, report } = part;
  if (silences === undefined && mutes === undefined) return NO_QUIET;
  const options = {
    knownFields: fields(),
    now: systemClock.now(),
    times: times.times,
    wrongTimes: times.wrong,
    ids,
  };
  const readOnes = readSilences(silences, options);
  const readOthers = readMutes(mutes, options);
  const below = [
    ...readOnes.problems.map((problem) => ({ ...problem, path: ['silences', ...problem.path] })),
    ...readOthers.problems.map((problem) => ({ ...problem, path: ['mutes', ...problem.path] })),
  ];
  reportProblems(below, { yaml, report, path: [], value: { silences, mutes } });
  return { silences: readOnes.silences, mutes: readOthers.mutes };
}

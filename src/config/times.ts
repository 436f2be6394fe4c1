import { systemClock } from '../core/clock.ts';
import { type ReadTimes, readTimes } from '../times/read.ts';
import { reportProblems } from './problems.ts';
import type { YamlPart } from './validation.ts';

/** The times of a settings file, and the names of those that are wrong. */
export interface SettingsTimes extends Pick<ReadTimes, 'times' | 'wrong'> {
  /** How each of them is written: it changes when they do. */
  readonly sources: ReadonlyMap<string, string>;
}

/** What conditions and rules may ask: times, and fields. */
export interface Askable {
  readonly times: SettingsTimes;
  /** The fields that alerts are known to have. */
  readonly fields: () => ReadonlySet<string>;
}

/** Those of a file that has none. */
export const NO_TIMES: SettingsTimes = {
  times: new Map(),
  wrong: new Set(),
  sources: new Map(),
};

/** Reads the value of `times`. What is wrong is reported at its place, and the time left out. */
export function settingsTimes(
  value: unknown,
  file: Pick<YamlPart, 'yaml' | 'report'>,
): SettingsTimes {
  const { problems, ...times } = readTimes(value, { now: systemClock.now() });
  const below = problems.map((problem) => ({ ...problem, path: ['times', ...problem.path] }));
  reportProblems(below, { ...file, path: [], value: { times: value } });
  const written = value as Readonly<Record<string, unknown>> | undefined;
  const sources = [...times.times.keys()].map(
    (name) => [name, JSON.stringify(written?.[name])] as const,
  );
  return { ...times, sources: new Map(sources) };
}

import { type Conditions, readConditions } from '../conditions/read.ts';
import { conditionSettings } from '../conditions/vocabulary/schema.ts';
import { systemClock } from '../core/clock.ts';
import { reportProblems } from './problems.ts';
import type { SettingsEntry } from './settings.ts';
import type { Askable } from './times.ts';

const NAMES = Object.keys(conditionSettings);

/**
 * Reads `only`, `except` and `when` of an entry. What is wrong is reported at its place, inside of
 * expressions too, and left out; undefined when there are none.
 */
export function integrationConditions(
  entry: SettingsEntry,
  { times, fields }: Askable,
): Conditions | undefined {
  const { value } = entry;
  if (!NAMES.some((name) => name in value)) return undefined;
  const { conditions, problems } = readConditions(value, {
    knownFields: fields(),
    now: systemClock.now(),
    times: times.times,
    wrongTimes: times.wrong,
  });
  reportProblems(problems, entry);
  return conditions.parts.length === 0 ? undefined : conditions;
}

/** The value without them: they are expressions and patterns, where `${` is what it is. */
export function withoutConditions<Value extends object>(value: Value): Value {
  return Object.fromEntries(
    Object.entries(value).filter(([name]) => !NAMES.includes(name)),
  ) as Value;
}

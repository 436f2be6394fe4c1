import type { Problem } from '../core/problem.ts';
import { Report } from '../core/problem-report.ts';
import { allOf, type Check } from './check.ts';
import { compileWhen } from './compile-when.ts';
import { type Condition, conditionOf } from './condition.ts';
import type { ReadOptions } from './read.ts';
import { compileKeys } from './vocabulary/only.ts';

/** What alerts must fit to be held back, and what is wrong with it. */
export interface ReadFit {
  /** Undefined where something is wrong with it: then no alert fits. */
  readonly condition: Condition | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Reads `only` and `when` of a mapping as one condition, such as that of a silence: an alert fits when it
 * fits both; without them, every alert does. Where it would be too much work to find out, an alert does not
 * fit, so that it is sent.
 */
export function readFit(
  { only, when }: { readonly only?: unknown; readonly when?: unknown },
  options: ReadOptions = {},
): ReadFit {
  const report = new Report();
  const checks: Check[] = [];
  if (only !== undefined) {
    const its = report.at('only');
    const keys = compileKeys(only, its, options.knownFields);
    if (keys.length === 0 && its.isFine) its.error('must have at least one key');
    checks.push(...keys.map(({ check }) => check));
  }
  const check = when === undefined ? undefined : compileWhen(when, report.at('when'), options);
  if (check !== undefined) checks.push(check);
  const { problems, isFine } = report;
  if (!isFine) return { condition: undefined, problems };
  const [first, ...others] = checks;
  const all = first === undefined || others.length > 0 ? allOf('all of these', checks) : first;
  return { condition: conditionOf(all, false), problems };
}

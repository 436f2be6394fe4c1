import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Lookup, lookupOf } from '../conditions/lookup.ts';
import { type ConditionAlert, Scope } from '../conditions/scope.ts';
import type { Value } from '../conditions/values.ts';
import type { Arrival } from '../core/grouping.ts';
import { DEFAULT_BY, type GroupingRules } from './rules.ts';

/** A value that is longer is told apart by its hash. In characters. */
const LONGEST_VALUE = 200;
const HASH_DIGITS = 16;

/** The key of an alert: the values of some fields as a JSON list. An absent field is its own value. */
export type KeyOf = (alert: ConditionAlert) => string;

export function keyOf(fields: readonly string[]): KeyOf {
  const lookups: readonly Lookup[] = fields.map((field) => lookupOf(field.split('.')));
  return (alert) => {
    const scope = new Scope(alert, 0);
    return JSON.stringify(lookups.map((lookup) => partOf(lookup(scope))));
  };
}

function partOf(value: Value): string | null {
  if (value === undefined || value === null) return null;
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  if (text.length <= LONGEST_VALUE) return text;
  const hash = createHash('sha256').update(text).digest('hex').slice(0, HASH_DIGITS);
  return `${text.slice(0, LONGEST_VALUE)}… (${hash})`;
}

/** The fields of the lines of digests, storms, and of what comes outside of the hours. */
export function lineFields({ digest, throttle }: GroupingRules): readonly string[] {
  return digest?.by ?? throttle?.same ?? DEFAULT_BY;
}

/** What the placing by these rules needs to know of an alert. */
export function arrivalsBy(rules: GroupingRules): (alert: ConditionAlert) => Arrival {
  const { throttle, digest, storm, at, outside } = rules;
  const bundlesLines =
    digest !== undefined || storm !== undefined || (at !== undefined && outside === 'digest');
  const fields = bundlesLines ? lineFields(rules) : undefined;
  const throttleOf = throttle && keyOf(throttle.same);
  const lineOf = fields && (isDeepStrictEqual(fields, throttle?.same) ? throttleOf : keyOf(fields));
  return (alert) => {
    const throttleKey = throttleOf?.(alert);
    const groupKey = lineOf === throttleOf ? throttleKey : lineOf?.(alert);
    return {
      ...(throttleKey !== undefined && { throttleKey }),
      ...(groupKey !== undefined && { groupKey }),
    };
  };
}

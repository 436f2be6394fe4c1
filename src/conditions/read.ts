import { endOfDay, readMoment } from '../core/moment.ts';
import { Report } from '../core/problem-report.ts';
import type { ExpressionOptions } from './cel/compile.ts';
import { allOf, type Check } from './check.ts';
import { compileWhen } from './compile-when.ts';
import { type Condition, conditionOf, type Step } from './condition.ts';
import { bothHints, type Hints, NO_HINTS } from './hints.ts';
import type { Problem } from './problem.ts';
import type { ConditionAlert } from './scope.ts';
import { compileKeys } from './vocabulary/only.ts';
import { exceptEntrySchema, MOST_ENTRIES } from './vocabulary/schema.ts';

/** One of the conditions of an integration. */
export interface ConditionPart {
  /** Where it stands, as people write it: `only.level`, `except[0]` (they count from 0), `when`. */
  readonly name: string;
  /** Where it stands, from the mapping that holds the conditions. */
  readonly path: Problem['path'];
  readonly condition: Condition;
  readonly kind: 'only' | 'except' | 'when';
  /** True for what must fit, false for what must not. */
  readonly mustFit: boolean;
  /** From then on it does not count, in milliseconds since 1970. */
  readonly end?: number;
  /** The reason that its author gave. */
  readonly why?: string;
}

/** What a part says of an alert. */
export interface PartStep {
  readonly part: ConditionPart;
  /** False where this part refuses the alert. */
  readonly passed: boolean;
  /** True where it does not count any more. */
  readonly isOver: boolean;
  readonly step: Step;
}

/** `only`, `except` and `when` as they are written. */
export interface WrittenConditions {
  readonly only?: unknown;
  readonly except?: unknown;
  readonly when?: unknown;
}

/** The conditions of an integration: `only`, then `except`, then `when`. */
export class Conditions {
  readonly parts: readonly ConditionPart[];
  /** What they were read from, so that they can be kept and read again. */
  readonly written: WrittenConditions;
  /** What an alert that passes has at least. */
  readonly hints: Hints;

  constructor(parts: readonly ConditionPart[], written: WrittenConditions = {}) {
    this.parts = parts;
    this.written = written;
    this.hints = parts
      .filter(({ mustFit }) => mustFit)
      .map(({ condition }) => condition.hints)
      .reduce(bothHints, NO_HINTS);
  }

  /** The first part that refuses an alert; undefined when it passes. @param time in milliseconds. */
  refusedBy(alert: ConditionAlert, time: number): ConditionPart | undefined {
    for (const part of this.parts) {
      if (isOver(part, time)) continue;
      if (part.condition.test(alert, time) !== part.mustFit) return part;
    }
    return undefined;
  }

  /** What every part says, also those behind one that refuses. */
  explain(alert: ConditionAlert, time: number): PartStep[] {
    return this.parts.map((part) => {
      const step = part.condition.explain(alert, time);
      const over = isOver(part, time);
      return { part, step, isOver: over, passed: over || step.passed === part.mustFit };
    });
  }
}

function isOver({ end }: ConditionPart, time: number): boolean {
  return end !== undefined && time >= end;
}

export interface ReadOptions extends ExpressionOptions {
  /** Now, in milliseconds since 1970: entries that are over are warned of. */
  readonly now?: number;
}

/** The conditions that are right, and what is wrong with the others. */
export interface ReadConditions {
  readonly conditions: Conditions;
  readonly problems: readonly Problem[];
}

/**
 * Reads `only`, `except` and `when` of a mapping and compiles them. What is wrong is left out so that
 * alerts are sent rather than lost: of `only` the key or field, of `except` the whole entry.
 */
export function readConditions(
  { only, except, when }: WrittenConditions,
  options: ReadOptions = {},
): ReadConditions {
  const report = new Report();
  const parts = [
    ...(only === undefined ? [] : onlyParts(only, report.at('only'), options)),
    ...(except === undefined ? [] : exceptParts(except, report.at('except'), options)),
    ...(when === undefined ? [] : whenParts(when, report.at('when'), options)),
  ];
  const written = {
    ...(only !== undefined && { only }),
    ...(except !== undefined && { except }),
    ...(when !== undefined && { when }),
  };
  return { conditions: new Conditions(parts, written), problems: report.problems };
}

/** Reads the vocabulary of `only` as one condition, such as for a silence. */
export function readOnly(
  value: unknown,
  options: ReadOptions = {},
): { readonly condition: Condition | undefined; readonly problems: readonly Problem[] } {
  const report = new Report();
  const checks = compileKeys(value, report, options.knownFields);
  if (checks.length === 0 && report.isFine) report.error('must have at least one key');
  if (!report.isFine) return { condition: undefined, problems: report.problems };
  const condition = conditionOf(joined(checks), false);
  return { condition, problems: report.problems };
}

function onlyParts(value: unknown, report: Report, options: ReadOptions): ConditionPart[] {
  return compileKeys(value, report, options.knownFields).map(({ key, check }) => ({
    name: `only.${key}`,
    kind: 'only',
    path: ['only', key],
    condition: conditionOf(check, true),
    mustFit: true,
  }));
}

const joined = (checks: readonly { readonly check: Check }[]): Check =>
  checks.length === 1 && checks[0] !== undefined
    ? checks[0].check
    : allOf(
        'all of these',
        checks.map(({ check }) => check),
      );

function exceptParts(value: unknown, report: Report, options: ReadOptions): ConditionPart[] {
  if (!Array.isArray(value)) {
    report.error('must be a list of entries');
    return [];
  }
  if (value.length > MOST_ENTRIES) report.error(`may have ${MOST_ENTRIES} entries`);
  return value.slice(0, MOST_ENTRIES).flatMap((entry: unknown, at) => {
    const part = exceptPart(entry, at, report.at(at), options);
    return part === undefined ? [] : [part];
  });
}

function exceptPart(
  entry: unknown,
  at: number,
  report: Report,
  { knownFields, now }: ReadOptions,
): ConditionPart | undefined {
  const checks = compileKeys(entry, report, knownFields, ['until', 'why']);
  if (!report.isFine) return undefined;
  const { until, why } = entry as { until?: unknown; why?: unknown };
  if (checks.length === 0) {
    report.error('must have a key that says which alerts; without one it would be all of them');
  }
  const end = until === undefined ? undefined : endOf(until);
  if (until !== undefined && end === undefined) {
    report.at('until').error('must be a date such as 2026-12-31');
  } else if (end !== undefined && now !== undefined && now >= end) {
    report.at('until').warning('this day is over, so the entry does not count any more');
  }
  const { data: reason, error } = exceptEntrySchema.shape.why.safeParse(why);
  if (error !== undefined) report.at('why').error(error.issues[0]?.message ?? 'must be a text');
  if (!report.isFine) return undefined;
  return {
    name: `except[${at}]`,
    kind: 'except',
    path: ['except', at],
    condition: conditionOf(joined(checks), false),
    mustFit: false,
    ...(end !== undefined && { end }),
    ...(reason !== undefined && { why: reason }),
  };
}

/** Where the day after a date begins, in the zone of the host; undefined when there is no such day. */
function endOf(date: unknown): number | undefined {
  const day = typeof date === 'string' ? readMoment(date, 0) : undefined;
  return day?.isDay === true ? endOfDay(day.ms) : undefined;
}

function whenParts(value: unknown, report: Report, options: ReadOptions): ConditionPart[] {
  const check = compileWhen(value, report, options);
  if (check === undefined) return [];
  return [
    {
      name: 'when',
      kind: 'when',
      path: ['when'],
      condition: conditionOf(check, true),
      mustFit: true,
    },
  ];
}

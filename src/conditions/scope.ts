import type { Alert } from '../alert/alert.ts';
import type { AlertFacts } from '../alert/alert-scan.ts';
import { present, type Value } from './values.ts';

/** What conditions look at. */
export interface ConditionAlert {
  /** What was scanned: cheap, and the same that the filters of the block see. */
  readonly facts: AlertFacts;
  /** The alert, which is parsed only when a condition asks for more. */
  readonly alert: () => Alert;
}

/**
 * How much work one evaluation may do. A unit is some 100 ns, such as one member of a list; what
 * has used up its work gives no answer.
 */
const MOST_WORK = 20_000;

/** One evaluation: the alert, the time, the variables, and how much work is left. */
export class Scope {
  readonly source: ConditionAlert;
  /** In milliseconds since 1970. */
  readonly time: number;
  /** The variables of `exists` and the like: one for each level of nesting. */
  readonly variables: Value[] = [];
  workLeft = MOST_WORK;

  constructor(source: ConditionAlert, time: number) {
    this.source = source;
    this.time = time;
  }

  /** False when that is more work than is left. */
  spend(work: number): boolean {
    this.workLeft -= work;
    return this.workLeft >= 0;
  }

  get isExhausted(): boolean {
    return this.workLeft < 0;
  }
}

export type Lookup = (scope: Scope) => Value;

/** What was found in large alerts, where looking something up means reading all of it. */
const foundInLarge = new WeakMap<Alert, Map<string, Value>>();

/**
 * Looks up a path of keys. What was scanned is taken from there, so that a field has the same value
 * in every condition, in the filters and in the fast path; all else is taken from the alert's JSON.
 */
export function lookupOf(path: readonly string[]): Lookup {
  const key = JSON.stringify(path);
  switch (key) {
    case '["rule","level"]':
      return ({ source }) => source.facts.level;
    case '["rule","id"]':
      return ({ source }) => source.facts.ruleId;
    case '["rule","groups"]':
      return ({ source }) => source.facts.groups as string[] | undefined;
    case '["location"]':
      return ({ source }) => source.facts.location;
    case '["id"]':
      return ({ source }) => source.facts.id;
    default:
      return ({ source }) => {
        const alert = source.alert();
        return alert.isLarge ? inLarge(alert, key, path) : present(alert.at(...path));
      };
  }
}

function inLarge(alert: Alert, key: string, path: readonly string[]): Value {
  let found = foundInLarge.get(alert);
  if (found === undefined) {
    found = new Map();
    foundInLarge.set(alert, found);
  }
  if (!found.has(key)) found.set(key, present(alert.at(...path)));
  return found.get(key);
}

import type { Alert } from '../alert/alert.ts';
import type { AlertFacts } from '../alert/facts.ts';
import type { JsonValue } from '../alert/json.ts';
import { present, textOf, type Value } from './values.ts';

/** What conditions look at. */
export interface ConditionAlert {
  /** What was scanned: cheap, and the same that the filters of the block see. */
  readonly facts: AlertFacts;
  /** The alert, which is parsed only when a condition asks for more. */
  readonly alert: () => Alert;
}

/**
 * How much work one evaluation may do. A unit is some 400 ns at most, such as one member of a list; what
 * has used up its work gives no answer.
 */
const MOST_WORK = 5000;

/** One evaluation: the alert, the time, the variables, and how much work is left. */
export class Scope {
  readonly source: ConditionAlert;
  /** In milliseconds since 1970. */
  readonly time: number;
  #variables: Value[] | undefined;
  workLeft = MOST_WORK;

  constructor(source: ConditionAlert, time: number) {
    this.source = source;
    this.time = time;
  }

  /** The variables of `exists` and the like: one for each level of nesting. */
  get variables(): Value[] {
    return (this.#variables ??= []);
  }

  /** False when that is more work than is left. */
  spend(work: number): boolean {
    this.workLeft -= Math.ceil(work);
    return this.workLeft >= 0;
  }

  get isExhausted(): boolean {
    return this.workLeft < 0;
  }
}

/** Members that the engine looks through by itself for one unit of work. */
const MEMBERS_PER_WORK = 8;

/** The members of a list, the keys of an object, or the value itself; none when it is too much. */
export function itemsOf(value: Value, scope: Scope): readonly JsonValue[] {
  if (value === undefined) return [];
  if (typeof value !== 'object') return [value];
  const items = Array.isArray(value) ? value : Object.keys(value);
  // Keys are made anew each time.
  return items === value || scope.spend(items.length / MEMBERS_PER_WORK) ? items : [];
}

/** True when a member of a list is one of these, as far as there is work left. */
export function hasMember(list: readonly JsonValue[], wanted: JsonValue, scope: Scope): boolean {
  return scope.spend(list.length / MEMBERS_PER_WORK) && list.includes(wanted);
}

/**
 * True when a text, a number's text, or a member of a list passes a test. An object has no text.
 */
export function someText(
  value: Value,
  test: (text: string, scope: Scope) => boolean,
  scope: Scope,
): boolean {
  if (!Array.isArray(value)) {
    const text = textOf(value);
    return text !== undefined && test(text, scope);
  }
  for (const member of value) {
    if (!scope.spend(1)) return false;
    const text = textOf(present(member));
    if (text !== undefined && test(text, scope)) return true;
  }
  return false;
}

/** True when a value or a member of a list is in a set. */
export function isAmong(value: Value, wanted: ReadonlySet<Value>, scope: Scope): boolean {
  if (!Array.isArray(value)) return value !== undefined && wanted.has(value);
  if (!scope.spend(value.length / MEMBERS_PER_WORK)) return false;
  return value.some((member) => wanted.has(present(member)));
}

import type { Check } from './check.ts';
import type { Hints } from './hints.ts';
import { type ConditionAlert, Scope } from './scope.ts';

/** One step of an explanation: what was asked, found and wanted. */
export interface Step {
  readonly kind: Check['kind'];
  /** This part as it was written. */
  readonly text: string;
  /** The value found, as JSON, shortened; `absent` for a field that is not there. */
  readonly found?: string;
  readonly wanted?: string;
  readonly passed: boolean;
  /** True where it was too much work, so that `passed` is what harms least. */
  readonly tooMuchWork?: true;
  readonly children: readonly Step[];
}

/** A compiled condition. Neither method throws, whatever the alert. */
export interface Condition {
  /** True when the alert fits. @param time now, in milliseconds since 1970. */
  test(alert: ConditionAlert, time: number): boolean;
  /** The same answer, with the reasons. */
  explain(alert: ConditionAlert, time: number): Step;
  /** What an alert that fits has at least. */
  readonly hints: Hints;
}

/**
 * @param whenTooMuchWork the answer where an alert would make it too much work to find out: the one
 *   with which the alert is sent.
 */
export function conditionOf(check: Check, whenTooMuchWork: boolean): Condition {
  const { passes } = check;
  return {
    test: (alert, time) => {
      const scope = new Scope(alert, time);
      const passed = passes(scope);
      return scope.isExhausted ? whenTooMuchWork : passed;
    },
    explain: (alert, time) => explain(check, alert, time, whenTooMuchWork),
    hints: check.hints,
  };
}

function explain(
  { kind, text, passes, found, wanted, parts }: Check,
  alert: ConditionAlert,
  time: number,
  whenTooMuchWork: boolean,
): Step {
  const scope = new Scope(alert, time);
  const passed = passes(scope);
  return {
    kind,
    text,
    ...(found && { found: found(new Scope(alert, time)) }),
    ...(wanted !== undefined && { wanted }),
    passed: scope.isExhausted ? whenTooMuchWork : passed,
    ...(scope.isExhausted && { tooMuchWork: true as const }),
    children: parts.map((part) => explain(part, alert, time, whenTooMuchWork)),
  };
}

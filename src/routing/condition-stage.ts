import type { Step } from '../conditions/condition.ts';
import type { ConditionPart } from '../conditions/read.ts';
import type { Clock } from '../core/clock.ts';
import type { Refusal, Route, RoutedAlert, Stage } from './stage.ts';

/** The conditions of `integratord.yaml`: `only`, `except`, `when`. */
export class ConditionStage implements Stage {
  readonly name = 'conditions';
  readonly #clock: Pick<Clock, 'now'>;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  refuse(alert: RoutedAlert, { conditions }: Pick<Route, 'conditions'>): Refusal | undefined {
    if (conditions === undefined) return undefined;
    const now = this.#clock.now();
    const part = conditions.refusedBy(alert, now);
    if (part === undefined) return undefined;
    return {
      verdict: part.kind,
      by: part.name,
      // Told apart only when someone asks: it takes longer than the answer.
      get why() {
        return textOf(part, part.condition.explain(alert, now));
      },
    };
  }
}

/** Where all parts must pass, the one that did not; where one must not pass, the one there is. */
function decisive(step: Step, mustFit: boolean): Step {
  const { kind, passed, children } = step;
  const next =
    kind === 'all' && !passed
      ? children.find((child) => !child.passed)
      : !mustFit && children.length === 1
        ? children[0]
        : undefined;
  return next === undefined ? step : decisive(next, mustFit);
}

function textOf(part: ConditionPart, whole: Step): string {
  const { text, found, wanted } = decisive(whole, part.mustFit);
  const reason = part.why === undefined ? '' : ` (${part.why})`;
  const short = text.replace(/\s+/g, ' ').trim();
  if (wanted !== undefined && !text.includes(wanted)) {
    return `${short}: ${found ?? 'absent'}; ${part.mustFit ? 'wanted' : 'excluded'}: ${wanted}${reason}`;
  }
  const value = found === undefined ? '' : `, and it is ${found}`;
  return part.mustFit
    ? `${short} is not so${value}`
    : `${short} is so${value}: it is excluded${reason}`;
}

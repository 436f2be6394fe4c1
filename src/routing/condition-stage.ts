import type { Conditions, PartStep } from '../conditions/read.ts';
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
      verdict: kindOf(part.name),
      by: part.name,
      // Told apart only when someone asks: it takes longer than the answer.
      get why() {
        return whyNot(conditions, part.name, alert, now);
      },
    };
  }
}

function kindOf(name: string): 'only' | 'except' | 'when' {
  if (name.startsWith('only')) return 'only';
  return name.startsWith('except') ? 'except' : 'when';
}

function whyNot(conditions: Conditions, name: string, alert: RoutedAlert, now: number): string {
  const found = conditions.explain(alert, now).find(({ part }) => part.name === name);
  return found === undefined ? name : textOf(found);
}

function textOf({ part, step }: PartStep): string {
  const value = step.found === undefined ? '' : `, and it is ${step.found}`;
  const reason = part.why === undefined ? '' : ` (${part.why})`;
  return part.mustFit
    ? `${step.text} is not so${value}`
    : `${step.text} is so${value}: it is excluded${reason}`;
}

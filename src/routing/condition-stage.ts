import type { Clock } from '../core/clock.ts';
import { stepOf, whyRefused } from './condition-steps.ts';
import type { ChainStep, Refusal, Route, RoutedAlert, Stage } from './stage.ts';

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
        return whyRefused(part, part.condition.explain(alert, now));
      },
    };
  }

  explain(alert: RoutedAlert, { conditions }: Pick<Route, 'conditions'>): ChainStep[] {
    const steps = conditions?.explain(alert, this.#clock.now()) ?? [];
    const refusing = steps.findIndex(({ passed }) => !passed);
    return (refusing === -1 ? steps : steps.slice(0, refusing + 1)).map(stepOf);
  }
}

import type { ConditionPart } from '../conditions/read.ts';
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
    return new ConditionRefusal(part, alert, now);
  }

  explain(alert: RoutedAlert, { conditions }: Pick<Route, 'conditions'>): ChainStep[] {
    const steps = conditions?.explain(alert, this.#clock.now()) ?? [];
    const refusing = steps.findIndex(({ passed }) => !passed);
    return (refusing === -1 ? steps : steps.slice(0, refusing + 1)).map(stepOf);
  }
}

/** A class, since an object with a getter of its own takes longer to make than the question took. */
class ConditionRefusal implements Refusal {
  readonly #part: ConditionPart;
  readonly #alert: RoutedAlert;
  readonly #time: number;

  constructor(part: ConditionPart, alert: RoutedAlert, time: number) {
    this.#part = part;
    this.#alert = alert;
    this.#time = time;
  }

  get verdict(): ConditionPart['kind'] {
    return this.#part.kind;
  }

  get by(): string {
    return this.#part.name;
  }

  /** Told apart only when someone asks: it takes longer than the answer. */
  get why(): string {
    const part = this.#part;
    return whyRefused(part, part.condition.explain(this.#alert, this.#time));
  }
}

import type { ChainStep, Route, RoutedAlert, Stage, Verdict } from './stage.ts';

/** What the stages say of an alert for one integration. */
export interface Decision {
  readonly verdict: Verdict | 'send';
  /** Which of several conditions said no. */
  readonly by?: string;
  /** All that was asked; what said no is the last. */
  readonly chain: readonly ChainStep[];
}

/** Asks the stages in their order, up to the first that refuses. */
export function decide(stages: readonly Stage[], alert: RoutedAlert, route: Route): Decision {
  const chain: ChainStep[] = [];
  for (const stage of stages) {
    const steps = stage.explain?.(alert, route) ?? byRefusal(stage, alert, route);
    chain.push(...steps);
    const last = steps.at(-1);
    if (last?.pass !== false) continue;
    return { verdict: last.stage, ...(last.by !== undefined && { by: last.by }), chain };
  }
  return { verdict: 'send', chain };
}

function byRefusal(stage: Stage, alert: RoutedAlert, route: Route): ChainStep[] {
  const refusal = stage.refuse(alert, route);
  if (refusal === undefined) return [];
  const { verdict, by, why } = refusal;
  return [{ stage: verdict, pass: false, ...(by !== undefined && { by }), why }];
}

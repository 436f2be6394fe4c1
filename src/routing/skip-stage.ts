import type { ChainStep, Refusal, Route, RoutedAlert, Stage } from './stage.ts';

/** Alerts that a destination deliberately leaves out, such as those that it caused itself. */
export const skipStage: Stage = {
  name: 'skip',
  refuse(alert: RoutedAlert, { destination, integration }: Route): Refusal | undefined {
    if (destination.skip === undefined) return undefined;
    try {
      const why = destination.skip(alert.alert(), integration);
      return why === undefined ? undefined : { verdict: 'skip', why };
    } catch {
      // A bug in a destination's rule must not stop the reading: then the alert is delivered.
      return undefined;
    }
  },
  explain(alert: RoutedAlert, route: Route): ChainStep[] {
    if (route.destination.skip === undefined) return [];
    const refusal = skipStage.refuse(alert, route);
    if (refusal === undefined) return [{ stage: 'skip', pass: true }];
    return [{ stage: 'skip', pass: false, why: refusal.why }];
  },
};

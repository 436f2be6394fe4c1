import type { Refusal, Route, RoutedAlert, Stage } from './stage.ts';

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
};

import { arrivalsBy } from '../grouping/keys.ts';
import type { Route } from '../routing/stage.ts';
import type { RoutedIntegration } from './setup.ts';

type Routed = Pick<RoutedIntegration, 'integration' | 'destination'> &
  Partial<Pick<RoutedIntegration, 'conditions' | 'grouping'>>;

/** How the alerts of an integration are chosen, in the daemon and where one is only tried. */
export function routeOf({
  integration,
  destination,
  conditions,
  grouping,
}: Routed): Omit<Route, 'lane'> {
  return { integration, destination, conditions, arrival: grouping && arrivalsBy(grouping) };
}

import { GroupingPolicy } from '../grouping/policy.ts';
import { NO_RULES } from '../grouping/rules.ts';
import { inOrder, type Records } from '../simulation/in-order.ts';
import type { SimulationResult } from '../simulation/result.ts';
import { Simulation } from '../simulation/simulation.ts';
import type { SimulatedConfiguration, SimulatedIntegration } from '../simulation/track.ts';
import { priorityBy } from './priority.ts';
import { routeOf } from './route-of.ts';
import type { PreparedIntegration, RoutedIntegration, Setup } from './setup.ts';

type Decisive = 'integration' | 'conditions' | 'grouping' | 'destination';

/** What of a configuration decides about past alerts. */
export interface Tried extends Pick<Setup, 'quiet'> {
  readonly integrations: readonly Pick<PreparedIntegration, Decisive>[];
}

/** An integration whose alerts are stored. */
export type TriedIntegration = Pick<RoutedIntegration, Decisive>;

/** What is tried, and on what. */
export interface SimulationParts {
  readonly after: Tried;
  /** What it is compared with; undefined: with itself. */
  readonly before: Tried | undefined;
  /** Reads the history from its beginning. */
  readonly read: () => AsyncIterable<Records>;
  /** The time of alerts where none has one, in milliseconds since 1970. */
  readonly now: number;
}

/**
 * Sends a history of alerts through one configuration and another. Integrations that cannot run now
 * take part as if they could, as their alerts are stored as well.
 */
export async function simulate(parts: SimulationParts): Promise<SimulationResult> {
  const { read, now } = parts;
  const [after, before] = [simulated(parts.after), parts.before && simulated(parts.before)];
  return simulateAll(after, before, read, now);
}

/** The same of what is put together already. */
export async function simulateAll(
  after: SimulatedConfiguration,
  before: SimulatedConfiguration | undefined,
  read: () => AsyncIterable<Records>,
  now: number,
): Promise<SimulationResult> {
  const { sink, passes } = await inOrder(read, () => new Simulation(after, before), now);
  return sink.finish(passes);
}

/** What people silence by command is not among it: that was for its time. */
function simulated(setup: Tried): SimulatedConfiguration {
  const integrations = triedIntegrations(setup).map((entry) => simulatedIntegration(entry));
  return { integrations, quiet: setup.quiet };
}

/** The integrations whose alerts are stored: all but those whose names lead nowhere. */
export function triedIntegrations({ integrations }: Pick<Tried, 'integrations'>) {
  return integrations.filter((entry): entry is TriedIntegration => entry.destination !== undefined);
}

/** @param variant what it is called in the result, where it is tried in several ways. */
export function simulatedIntegration(
  entry: TriedIntegration,
  variant?: string,
): SimulatedIntegration {
  const { integration, destination, grouping } = entry;
  return {
    route: routeOf(entry),
    policy: new GroupingPolicy(integration.id, grouping ?? NO_RULES),
    limit: integration.settings.rateLimit ?? destination.rateLimit?.(integration),
    quota: destination.quota?.(integration),
    priorityOf: priorityBy(entry),
    variant,
  };
}

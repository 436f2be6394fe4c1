import type { LaneIdentity } from '../core/outbox.ts';
import { MANAGER } from '../destinations/manager/index.ts';
import { GroupingPolicy } from '../grouping/policy.ts';
import { NO_RULES } from '../grouping/rules.ts';
import type { RoutedIntegration } from './setup.ts';

type IdentifiedIntegration = Pick<RoutedIntegration, 'integration' | 'destination'> &
  Partial<Pick<RoutedIntegration, 'unusable' | 'grouping'>>;

/**
 * By what the lane of an integration is found again, and what decides about its alerts.
 * @param network what the environment says about the network.
 */
export function laneIdentity(
  { integration, destination, unusable, grouping }: IdentifiedIntegration,
  now: number,
  network: string | undefined,
): LaneIdentity {
  const { id, hookUrl, apiKey, optionsText, source: _, ...rest } = integration;
  const target = [hookUrl?.reveal() ?? null, apiKey?.reveal() ?? null];
  return {
    integrationId: id,
    name: integration.name.trim(),
    target: JSON.stringify(target),
    settings: JSON.stringify([
      target,
      optionsText?.reveal() ?? null,
      rest,
      ...(network === undefined ? [] : [network]),
    ]),
    highestLevelFirst: destination.highestLevelFirst === true,
    policy: id === MANAGER ? undefined : new GroupingPolicy(id, grouping ?? NO_RULES),
    cannotRun: unusable && { message: unusable.reason, since: now },
  };
}

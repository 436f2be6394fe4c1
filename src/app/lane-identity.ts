import type { RateLimit } from '../core/integration.ts';
import type { LaneIdentity } from '../core/outbox.ts';
import { MANAGER } from '../destinations/manager/index.ts';
import { GroupingPolicy } from '../grouping/policy.ts';
import { type GroupingRules, NO_RULES } from '../grouping/rules.ts';
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
  const limit = integration.settings.rateLimit ?? destination.rateLimit?.(integration);
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
    policy:
      id === MANAGER ? undefined : new GroupingPolicy(id, withRate(grouping ?? NO_RULES, limit)),
    cannotRun: unusable && { message: unusable.reason, since: now },
  };
}

/** A storm begins as well when what waits could not be sent in time. */
function withRate(rules: GroupingRules, limit: RateLimit | undefined): GroupingRules {
  if (rules.storm === undefined || limit === undefined) return rules;
  const rate = limit.count / (limit.seconds * 1000);
  return { ...rules, storm: { ...rules.storm, rate }, source: `${rules.source} ${rate}` };
}

import type { CanaryPlan } from '../core/canary.ts';
import { readCanary } from './canary-settings.ts';
import type { LoadedIntegration } from './loaded-integration.ts';
import type { SettingsEntry } from './settings.ts';

/**
 * When each integration gets test alerts, by its id. One that cannot get any is reported where its own
 * entry asks for it.
 * @param everywhere the plan for those that do not say.
 */
export function canaryPlans(
  everywhere: CanaryPlan | undefined,
  entries: ReadonlyMap<string, SettingsEntry>,
  integrations: readonly Pick<LoadedIntegration, 'integration' | 'resolution'>[],
): Map<string, CanaryPlan> {
  const plans = new Map<string, CanaryPlan>();
  for (const { integration, resolution } of integrations) {
    const { destination } = resolution;
    const entry = entries.get(integration.id);
    const own = entry?.value['canary'];
    if (own === false || destination === undefined) continue;
    const its = readCanary(own);
    if (destination.enriches === true) {
      if (entry !== undefined && its !== undefined) {
        const offset = entry.yaml.offsetOf([...entry.path, 'canary']);
        const why = `${destination.title} looks up alerts, and a test alert has nothing to look up`;
        entry.report.error(offset, `${why}: remove canary`);
      }
      continue;
    }
    const planned =
      own === undefined ? (destination.opensCases === true ? undefined : everywhere) : its;
    if (planned !== undefined) plans.set(integration.id, planned);
  }
  return plans;
}

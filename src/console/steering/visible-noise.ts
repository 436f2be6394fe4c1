import { hiddenBy } from '../hidden.ts';
import type { NoiseReport } from './orders.ts';

/**
 * What of it somebody may see who does not see some fields of alerts. Keys are made of the fields that the
 * settings name, whatever they are: then none is shown.
 * @param hide patterns of the fields; none for those who see all.
 */
export function visibleNoise(report: NoiseReport, hide: readonly string[]): NoiseReport {
  if (hide.length === 0) return report;
  const isHidden = hiddenBy(hide);
  const hides = (...path: string[]) => isHidden(path);
  const hidesAgents = hides('agent', 'name') || hides('agent', 'id');
  const { noise } = report;
  const integrations = noise.integrations.map((one) => ({
    ...one,
    rules: hides('rule', 'id')
      ? []
      : one.rules.map((rule) =>
          hides('rule', 'description') ? { ...rule, description: undefined } : rule,
        ),
    agents: hidesAgents ? [] : one.agents,
    keys: [],
  }));
  return { ...report, noise: { ...noise, integrations } };
}

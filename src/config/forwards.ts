import { suggestion } from '../core/nearest.ts';
import type { LoadedIntegration } from './loaded-integration.ts';
import { quoted } from './report.ts';
import type { SettingsEntry } from './settings.ts';

/** Reports verdicts that are forwarded to integrations that do not exist or cannot take them. */
export function checkForwards(
  integrations: readonly Omit<LoadedIntegration, 'getconfig'>[],
  entries: ReadonlyMap<string, SettingsEntry>,
  ids: ReadonlySet<string>,
): void {
  for (const { integration } of integrations) {
    const entry = entries.get(integration.id);
    const { forward } = integration.settings;
    if (entry === undefined || forward === undefined) continue;
    for (const [position, id] of forward.to.entries()) {
      const problem = whyNobody(id, integrations, ids);
      if (problem === undefined) continue;
      const offset = entry.yaml.offsetOf([...entry.path, 'forward', 'to', position]);
      entry.report.error(offset, problem);
    }
  }
}

function whyNobody(
  id: string,
  integrations: readonly Pick<LoadedIntegration, 'integration' | 'resolution'>[],
  ids: ReadonlySet<string>,
): string | undefined {
  if (!ids.has(id)) {
    const known = suggestion(id, ids) || `; known are: ${[...ids].join(', ')}`;
    return `forward goes to ${quoted(id)}, which is not the id of an integration${known}`;
  }
  const target = integrations.find(({ integration }) => integration.id === id);
  if (target?.resolution.destination?.enriches !== true) return undefined;
  return `forward goes to ${quoted(id)}, which looks things up itself and takes no verdicts`;
}

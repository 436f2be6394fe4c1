import type { Alert } from '../alert/alert.ts';
import type { AlertFacts } from '../alert/facts.ts';

const MOST_NAMES = 20_000;

/** The agents of alerts for statistics, `web01 (004)`: those that were seen before are known. */
export class AgentNames {
  readonly #byName = new Map<string, { readonly id: string; readonly text: string }>();

  of({ agentId, agentName }: Pick<AlertFacts, 'agentId' | 'agentName'>): string | undefined {
    if (agentName === undefined || agentId === undefined) return agentName ?? agentId;
    const known = this.#byName.get(agentName);
    if (known?.id === agentId) return known.text;
    const text = `${agentName} (${agentId})`;
    if (this.#byName.size >= MOST_NAMES) this.#byName.clear();
    this.#byName.set(agentName, { id: agentId, text });
    return text;
  }
}

/** The same of an alert that is parsed anyway. */
export function parsedAgent(alert: Alert): string | undefined {
  const [name, id] = [alert.textAt('agent', 'name'), alert.textAt('agent', 'id')];
  return name === undefined || id === undefined ? (name ?? id) : `${name} (${id})`;
}

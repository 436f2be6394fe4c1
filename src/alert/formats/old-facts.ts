import type { Alert } from '../alert.ts';

/** Groups that Wazuh 3 and later keep in members of the rule of their own: `pci_dss_10.2.5`. */
export const STANDARDS = ['pci_dss', 'cis', 'gdpr', 'gpg13', 'hipaa', 'nist_800_53', 'tsc'];

/** The groups of a Wazuh alert as Wazuh 2 and before had them: compliance stood among them. */
export function groupText(alert: Alert): string | undefined {
  const strings = (name: string): string[] => {
    const list = alert.at('rule', name);
    return Array.isArray(list) ? list.filter((one) => typeof one === 'string') : [];
  };
  if (!Array.isArray(alert.at('rule', 'groups'))) return undefined;
  const compliance = STANDARDS.flatMap((name) => strings(name).map((item) => `${name}_${item}`));
  return [...strings('groups'), ...compliance].map((name) => `${name},`).join('');
}

/**
 * The location of a Wazuh alert as Wazuh 2 and before had it: `(agent) ip->path` for agents and for
 * devices without one, `manager->path` for the manager's own events. A location that names its host
 * already stays as it is.
 */
export function fullLocation(alert: Alert): string | undefined {
  const location = alert.textAt('location');
  if (location?.includes('->')) return location;
  const path = location ?? '';
  const device = alert.textAt('agentless', 'host');
  if (device !== undefined) {
    const user = alert.textAt('agentless', 'user');
    const host = user === undefined ? device : `${user}@${device}`;
    return `(${alert.textAt('agentless', 'script') ?? ''}) ${host}->${path}`;
  }
  const name = alert.textAt('agent', 'name');
  const isManager = name === undefined || alert.textAt('agent', 'id') === '000';
  if (!isManager) return `(${name}) ${alert.textAt('agent', 'ip') ?? 'any'}->${path}`;
  const manager = name ?? alert.textAt('manager', 'name');
  return manager === undefined ? location : `${manager}->${path}`;
}

import type { Alert } from '../../../alert/alert.ts';
import { displayText } from '../text.ts';

/** Longest origin that is accepted, in bytes; the event must fit in after it. */
const LONGEST_ORIGIN = 1024;

/** The manager itself: its own events have no agent. */
const MANAGER_ID = '000';

/**
 * The origin of an event in the form that analysisd expects: on behalf of the alert's agent
 * (`[001] (web01) 10.0.0.21->virustotal`), so that the new alert belongs to this agent; or only
 * `virustotal`, when the alert is the manager's own or names no agent. The agent's part is escaped
 * as Wazuh 4.14 does it (`|` as `||`, `:` as `|:`); an unknown address is `any`.
 */
export function managerLocation(alert: Alert, service: string): string {
  const id = displayText(alert.at('agent', 'id')) ?? '';
  const name = displayText(alert.at('agent', 'name')) ?? '';
  if (id === '' || name === '' || id === MANAGER_ID) return service;
  const ip = displayText(alert.at('agent', 'ip')) ?? 'any';
  const origin = `[${id}] (${name}) ${ip}`;
  if (Buffer.byteLength(origin) > LONGEST_ORIGIN || /[\0-\x1f]/.test(origin)) return service;
  return `${origin.replaceAll('|', '||').replaceAll(':', '|:')}->${service}`;
}

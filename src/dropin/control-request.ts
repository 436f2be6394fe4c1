import type { JsonObject } from '../alert/json.ts';

/**
 * Answers a request of the manager's API, which asks running daemons for their configuration
 * (`intgcom.c` of Wazuh 4.14). There is one: `getconfig integration`. Keys and addresses are in the
 * answer in plaintext, as the API expects; only the manager's user and group can ask.
 * @param settings the effective settings of all integrations, with the reference's names
 */
export function answerRequest(request: string, settings: () => readonly JsonObject[]): string {
  // The reference reads it as a C string.
  const [text = ''] = request.split('\0', 1);
  const space = text.indexOf(' ');
  const command = space === -1 ? text : text.slice(0, space);
  if (command !== 'getconfig') return 'err Unrecognized command';
  if (space === -1) return 'err INTGCOM getconfig needs arguments';
  if (text.slice(space + 1) !== 'integration') return 'err Could not get requested section';
  return `ok ${JSON.stringify({ integration: settings() })}`;
}

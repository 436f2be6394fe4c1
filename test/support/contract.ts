import { inspect } from 'node:util';
import { expect } from 'vitest';
import type { JsonValue } from '../../src/alert/json.ts';
import type { Destination, Job } from '../../src/core/destination.ts';
import type { Integration } from '../../src/core/integration.ts';
import { Secret } from '../../src/core/secret.ts';
import { createRegistry, DEFINITIONS } from '../../src/destinations/registry.ts';
import { createDestination } from '../../src/destinations/sdk/create-destination.ts';
import { withExamples } from '../../src/destinations/sdk/example-settings.ts';
import { aJob, anAlert, anIntegration } from './jobs.ts';

/** What the contract tests of the destinations share. */

export const registry = createRegistry({ home: '/nowhere' });
export const enrichmentNames = DEFINITIONS.filter((one) => 'enrich' in one).map(({ name }) => name);
export const web = DEFINITIONS.map((definition) => ({
  name: definition.name,
  definition,
  destination: createDestination(definition, enrichmentNames),
}));
const script = registry.resolve('custom-x').destination as Destination;
/** They ask a service about an alert, rather than send it there. */
export const enrichments = web.filter(({ destination }) => destination.enriches === true);
export const senders = [
  ...web.filter(({ destination }) => destination.enriches !== true),
  { name: 'custom-x', destination: script },
];

export const definitionOf = (name: string) => DEFINITIONS.find((one) => one.name === name);

/** What a service says when it takes a message. */
export function success(name: string): [number, string] {
  const [taken] = definitionOf(name)?.examples.answers ?? [];
  return [taken?.status ?? 0, taken?.body ?? ''];
}

export const KEY = 'e93facc04764012d7bfb002500d5d1a6';
export const PATH = '/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX';
const SECRETS = [KEY, PATH, 'XXXXXXXXXXXXXXXXXXXXXXXX'];

export const ALERT: JsonValue = {
  timestamp: '2026-08-20T11:22:31.771+0000',
  rule: { level: 10, description: 'sshd: brute force', id: '5712', groups: ['sshd'] },
  agent: { id: '001', name: 'web01', ip: '10.0.0.21' },
  manager: { name: 'wazuh-manager' },
  id: '1787224951.1',
  full_log: 'Failed password for root',
  location: '/var/log/auth.log',
  syscheck: { path: '/root/.ssh/authorized_keys', md5_after: '44d88612fea8a8f36de82e1278abb02f' },
};

/** An integration that works: with the secrets of this test, and else with the definition's examples. */
export function integrationFor(name: string, origin = 'https://hooks.example.test'): Integration {
  const integration = anIntegration({
    name,
    hookUrl: new Secret(`${origin}${PATH}`),
    apiKey: new Secret(KEY),
    timeout: 10,
  });
  const definition = definitionOf(name);
  return definition === undefined ? integration : withExamples(definition, integration);
}

export function jobFor(name: string, alert: JsonValue | Buffer = ALERT, origin?: string): Job {
  return aJob(anAlert(alert), integrationFor(name, origin));
}

/** What is sent as text: a body, which must be JSON, or a script's alert file. */
export function sentText(destination: Destination, job: Job): string {
  const plan = destination.plan(job);
  if (plan.kind === 'script') return plan.call.alertFile.toString('latin1');
  expect(plan.requests).toHaveLength(1);
  const body = plan.requests[0]?.body ?? '';
  expect(JSON.parse(body)).toBeTypeOf('object');
  return body;
}

export function expectNoSecret(value: unknown): void {
  const texts = [inspect(value, { depth: 10 }), JSON.stringify(value), String(value)];
  for (const text of texts) {
    for (const secret of SECRETS) expect(text).not.toContain(secret);
  }
}

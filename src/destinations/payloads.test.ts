import { describe, expect, it } from 'vitest';
import { aJob, anAlert, anIntegration } from '../../test/support/jobs.ts';
import { vectors } from '../../test/support/vectors.ts';
import type { JsonObject, JsonValue } from '../alert/json.ts';
import type { Job } from '../core/destination.ts';
import { Secret } from '../core/secret.ts';
import { createRegistry } from './registry.ts';

interface Row {
  readonly integration: string;
  readonly alert: JsonObject;
  readonly options: JsonObject | null;
  readonly payload?: JsonObject | null;
  readonly reference_fails?: string;
}

const rows = vectors<Row>('payloads.jsonl');
const registry = createRegistry({ home: '/var/ossec' });

function jobOf({ integration: name, alert, options }: Row): Job {
  const integration = anIntegration({
    name,
    hookUrl: name === 'pagerduty' ? undefined : new Secret('https://example.test/hook'),
    apiKey: new Secret('KEY'),
    options: options ?? undefined,
  });
  return aJob(anAlert(alert), integration);
}

/** The text that is posted, or null when the alert is skipped. */
function bodyOf(row: Row): string | null {
  const destination = registry.resolve(row.integration).destination;
  if (destination === undefined) throw new Error(`no destination ${row.integration}`);
  const job = jobOf(row);
  if (destination.skip?.(job.alert, job.integration) !== undefined) return null;
  const plan = destination.plan(job);
  if (plan.kind !== 'requests') throw new Error('not a request');
  expect(plan.requests).toHaveLength(1);
  return plan.requests[0]?.body ?? '';
}

function payloadOf(row: Row): JsonValue {
  const body = bodyOf(row);
  if (body === null) return null;
  const payload = JSON.parse(body) as JsonObject;
  delete payload['dedup_key'];
  return payload;
}

describe('payloads of the reference', () => {
  it('has all 240 rows', () => {
    expect(rows).toHaveLength(240);
    expect(rows.filter((row) => row.reference_fails !== undefined)).toHaveLength(40);
    expect(rows.filter((row) => row.payload === null)).toHaveLength(7);
  });

  const sent = rows.filter((row) => row.reference_fails === undefined);
  it.each(sent.map((row, at) => ({ at, row })))(
    'sends the same: $at $row.integration',
    ({ row }) => {
      expect(payloadOf(row)).toEqual(row.payload);
    },
  );

  const failing = rows.filter((row) => row.reference_fails !== undefined);
  it.each(failing.map((row, at) => ({ at, row })))(
    'sends something useful: $at $row.integration $row.reference_fails',
    ({ row }) => {
      const body = bodyOf(row) ?? '';
      expect(body).not.toContain('undefined');
      expect(JSON.parse(body)).toBeTypeOf('object');
      // Options that replace the whole payload leave nothing of ours in it, as in the reference.
      if (row.integration === 'pagerduty' && row.options?.['payload'] !== undefined) return;
      const alert = anAlert(row.alert);
      const known = [alert.textAt('rule', 'description'), alert.textAt('location')];
      // Slack shows the location in a field, and these options take the fields away.
      if (row.options?.['fields'] !== undefined) known.pop();
      const facts = known.filter((fact) => fact !== undefined && fact !== '');
      for (const fact of facts) expect(body).toContain(JSON.stringify(fact));
    },
  );
});

describe('the alert inside a message', () => {
  const exact =
    '{"rule":{"level":3,"id":"1","description":"x"},"agent":{"id":"1","name":"n"},"data":{"2":"b","1":"a","n":12345678901234567890,"f":1.0,"e":1e25},"location":"dup","location":"two"}';

  it.each([
    ['pagerduty', 'custom_details'],
    ['shuffle', 'all_fields'],
  ])('is carried through byte for byte: %s', (name, member) => {
    const integration = anIntegration({ name, apiKey: new Secret('KEY') });
    const plan = registry
      .resolve(name)
      .destination?.plan(aJob(anAlert(Buffer.from(exact)), integration));
    const body = plan?.kind === 'requests' ? plan.requests[0]?.body : undefined;
    expect(body).toContain(`"${member}":${exact}`);
  });
});

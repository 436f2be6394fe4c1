import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { builtin } from '../../../test/support/builtin.ts';
import { aBundle, aBundleJob } from '../../../test/support/bundles.ts';
import { aContext, FakeHttp, response } from '../../../test/support/fake-transports.ts';
import { anAlert, anIntegration } from '../../../test/support/jobs.ts';
import type { JsonObject } from '../../alert/json.ts';
import type { Bundle } from '../../core/bundle.ts';
import { Secret } from '../../core/secret.ts';

const pagerduty = builtin('pagerduty');
const integration = anIntegration({ apiKey: new Secret('K'.repeat(32)) });
const exact =
  '{"rule":{"id":"2502","level":13,"description":"d"},"agent":{"name":"web01"},"n":1e400}';
const times = [Date.UTC(2026, 10, 24, 13), Date.UTC(2026, 10, 24, 13, 30)];

async function sent(bundle: Bundle, ...ways: ReturnType<typeof response>[]): Promise<JsonObject[]> {
  const http = new FakeHttp(...ways, response(202, '{"status":"success"}'));
  await pagerduty.deliver(aBundleJob(bundle, integration, 'key'), aContext({ http }));
  return http.bodies as JsonObject[];
}

describe('several alerts in PagerDuty', () => {
  const alerts = [anAlert({ rule: { id: '5760', level: 5 } }), anAlert(Buffer.from(exact))];
  const bundle = aBundle(alerts, { times, count: 200, moreGroups: 3 });

  it('are one event with a line for each key', async () => {
    const [event] = await sent(bundle);
    expect(event).toMatchObject({
      event_action: 'trigger',
      dedup_key: createHash('sha256').update('key').digest('hex'),
      payload: {
        summary: expect.stringMatching(/^200 alerts, .*, highest level 13$/) as string,
        timestamp: '2026-11-24T13:30:00.000Z',
        source: 'web01',
        severity: 'critical',
        custom_details: {
          bundle: 812,
          kind: 'digest',
          count: 200,
          first: '2026-11-24T13:00:00.000Z',
          last: '2026-11-24T13:30:00.000Z',
          highest_level: 13,
          groups: [
            expect.stringMatching(/^1 × 2502 \(level 13\): d · web01 · /),
            expect.stringMatching(/^1 × 5760 \(level 5\) · /),
          ],
          more_groups: 'and 3 more keys',
          more: 'and 198 more: integratord queue list --bundle 812',
        },
      },
    });
  });

  it('have their examples byte for byte', () => {
    const plan = pagerduty.plan(aBundleJob(bundle, integration));
    expect(plan.kind === 'requests' && plan.requests[0]?.body).toContain(`"examples":[${exact},`);
  });

  it('fill an event, and no more', async () => {
    const alert = anAlert({ rule: { id: '1', level: 5 }, full_log: 'é'.repeat(400_000) });
    const many = Object.fromEntries(
      Array.from({ length: 500 }, (_, at) => [`m${at}`, 'x'.repeat(900)]),
    );
    const medium = anAlert({ rule: { id: '2', level: 5 }, data: many });
    const [event] = await sent(aBundle([alert, medium]));
    const bytes = Buffer.byteLength(JSON.stringify(event));
    expect(bytes).toBeLessThanOrEqual(512_000);
    expect(JSON.stringify(event)).not.toContain('integratord removed');
  });

  it('are sent without the examples when PagerDuty refuses them', async () => {
    const [, event] = await sent(bundle, response(400, '{"errors":["no"]}'));
    const { custom_details: details, summary } = (event?.['payload'] ?? {}) as JsonObject;
    expect(summary).toMatch(/^200 alerts, /);
    expect(details).toMatchObject({
      note: expect.stringMatching(/^integratord removed/) as string,
      count: 200,
      more: 'and 200 more: integratord queue list --bundle 812',
    });
    expect(details).not.toHaveProperty('examples');
  });

  it('are sent with a corrected field when PagerDuty names one', async () => {
    const refused = response(400, `{"errors":["'payload.timestamp' is invalid"]}`);
    const [, event] = await sent(bundle, refused);
    const payload = event?.['payload'] as JsonObject;
    expect(payload).not.toHaveProperty('timestamp');
    expect(payload['summary']).toMatch(/^200 alerts, /);
    expect(payload['custom_details']).toHaveProperty('examples');
  });
});

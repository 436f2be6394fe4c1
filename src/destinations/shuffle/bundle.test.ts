import { expect, it } from 'vitest';
import { builtin } from '../../../test/support/builtin.ts';
import { aBundle, aBundleJob } from '../../../test/support/bundles.ts';
import { anAlert, anIntegration } from '../../../test/support/jobs.ts';

const exact =
  '{"id":"17.2","timestamp":"2026-11-24T14:00:12.000+0100","rule":{"id":"2502","level":12,"description":"d"},"n":12345678901234567890}';

it('gives Shuffle several alerts in the shape of one, and all of it as data', () => {
  const alerts = [anAlert({ rule: { id: '5760', level: 5 } }), anAlert(Buffer.from(exact))];
  const bundle = aBundle(alerts, { count: 7, moreGroups: 1 });
  const plan = builtin('shuffle').plan(aBundleJob(bundle, anIntegration(), 'the-key'));
  const body = (plan.kind === 'requests' && plan.requests[0]?.body) || '';
  expect(body).toContain(`"all_fields":${exact},`);
  expect(body).toContain(`"alerts":[${exact},{"rule":{"id":"5760","level":5}}]`);
  expect(JSON.parse(body)).toMatchObject({
    severity: 3,
    pretext: 'WAZUH Alerts',
    title: '7 alerts, 14:00:12–14:00:13, highest level 12',
    text: [
      '1 × 2502 (level 12): d · 14:00:13',
      '1 × 5760 (level 5) · 14:00:12',
      'and 1 more key',
      'and 5 more: integratord queue list --bundle 812',
    ].join('\n'),
    rule_id: '2502',
    timestamp: '2026-11-24T14:00:12.000+0100',
    // Its own, since the alert may have been sent before.
    id: 'the-key',
    bundle: {
      id: 812,
      kind: 'digest',
      count: 7,
      by: ['rule.id'],
      groups: [
        { count: 1, rule: { id: '2502' } },
        { count: 1, rule: { id: '5760' } },
      ],
      more_groups: 1,
    },
  });
});

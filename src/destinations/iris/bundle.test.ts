import { expect, it } from 'vitest';
import { builtin } from '../../../test/support/builtin.ts';
import { aBundle, aBundleJob } from '../../../test/support/bundles.ts';
import { anAlert, anIntegration } from '../../../test/support/jobs.ts';
import type { JsonObject } from '../../alert/json.ts';

const alert = (level: number, agent: string, srcip: string) =>
  anAlert({
    id: `17.${level}`,
    rule: { id: '5760', level, description: 'failed', groups: ['sshd'] },
    agent: { id: '002', name: agent },
    data: { srcip },
    full_log: `from ${srcip}`,
  });

function sent(): JsonObject {
  const alerts = [
    alert(5, 'bastion', '203.0.113.7'),
    alert(12, 'web01', '203.0.113.8'),
    alert(5, 'bastion', '203.0.113.7'),
  ];
  const bundle = aBundle(alerts, { by: ['agent.name'], times: [0, 60_000, 90_000], count: 9 });
  const plan = builtin('iris').plan(aBundleJob(bundle, anIntegration(), 'the-key'));
  return JSON.parse((plan.kind === 'requests' && plan.requests[0]?.body) || '') as JsonObject;
}

it('makes one alert in IRIS of several, which is found again by the key of the message', () => {
  expect(sent()).toMatchObject({
    alert_title: expect.stringMatching(/^9 alerts, .*, highest level 12$/) as string,
    alert_source_ref: 'the-key',
    alert_source_event_time: '1970-01-01T00:01:30.000Z',
    alert_severity_id: 5,
    alert_tags: 'wazuh,web01,sshd,bastion',
    alert_context: {
      Bundle: '812',
      Kind: 'digest',
      Alerts: '9',
      First: '1970-01-01T00:00:00.000Z',
      Last: '1970-01-01T00:01:30.000Z',
      'Highest level': '12',
    },
    alert_source_content: {
      bundle: { id: 812, count: 9, groups: [{ count: 1 }, { count: 2 }], more_groups: 0 },
      alerts: [{ id: '17.12' }, { id: '17.5' }, { id: '17.5' }],
    },
  });
});

it('names the keys and the logs of the examples in the description', () => {
  const lines = (sent()['alert_description'] as string).split('\n');
  expect(lines[0]).toMatch(/^1 × 5760 \(level 12\): failed · web01 \(002\) · /);
  expect(lines[1]).toMatch(/^2 × 5760 \(level 5\): failed · bastion \(002\) · /);
  expect(lines).toContain('from 203.0.113.8');
  expect(lines.at(-1)).toBe('and 6 more: integratord queue list --bundle 812');
});

it('has the observables and machines of all examples, each once', () => {
  const { alert_iocs: iocs, alert_assets: assets } = sent();
  expect((iocs as JsonObject[]).map((ioc) => ioc['ioc_value'])).toEqual([
    '203.0.113.8',
    '203.0.113.7',
  ]);
  expect((assets as JsonObject[]).map((one) => one['asset_name'])).toEqual(['web01', 'bastion']);
});

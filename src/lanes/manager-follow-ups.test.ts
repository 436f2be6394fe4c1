import { describe, expect, it } from 'vitest';
import { anIntegration } from '../../test/support/jobs.ts';
import type { ManagerEvent } from '../core/enrichment.ts';
import type { IntegrationSettings } from '../core/integration.ts';
import { ManagerFollowUps } from './manager-follow-ups.ts';

const ALERT = Buffer.from(
  '{"timestamp":"2026-08-20T11:22:31.771+0000","id":"1.2","agent":{"id":"001","name":"web01"},' +
    '"manager":{"name":"m"},"rule":{"level":5,"id":"554"}}',
);
const virusTotal = (content: Record<string, number | string | object>): ManagerEvent => ({
  location: '[001] (web01) 10.0.0.21->virustotal',
  message: { virustotal: content as never, integration: 'virustotal' },
});
const MALICIOUS = virusTotal({
  found: 1,
  malicious: 1,
  positives: 66,
  source: { file: '/tmp/eicar.com' },
});
const CLEAN = virusTotal({ found: 1, malicious: 0, positives: 0, source: { file: '/tmp/ok' } });
const ERROR = virusTotal({
  error: 204,
  description: 'Error: Public API request rate limit reached',
});

const LANES: Record<string, number> = { slack: 1, pagerduty: 2 };

function feedback(
  events: readonly ManagerEvent[],
  forward?: IntegrationSettings['forward'],
  manager: number | undefined = 9,
) {
  const woken: number[][] = [];
  const targets = new ManagerFollowUps({
    manager: () => manager,
    lane: (id) => LANES[id],
    wake: (lanes) => woken.push([...lanes]),
  });
  const integration = anIntegration({ id: 'virustotal', settings: { forward } });
  const followUps = targets.followUps(integration, ALERT, events);
  targets.stored(followUps);
  return { followUps, woken, texts: followUps.map(({ raw }) => raw.toString('utf8')) };
}

describe('feedback', () => {
  it('goes to the manager as a datagram', () => {
    const { followUps, texts, woken } = feedback([ERROR]);
    expect(texts).toEqual([
      '1:[001] (web01) 10.0.0.21->virustotal:{"virustotal":{"error":204,' +
        '"description":"Error: Public API request rate limit reached"},"integration":"virustotal"}',
    ]);
    expect(followUps).toMatchObject([{ alertId: '1.2', lanes: [9] }]);
    expect(woken).toEqual([[9]]);
  });

  it('goes nowhere without events, or without a manager', () => {
    expect(feedback([])).toMatchObject({ followUps: [], woken: [] });
    expect(feedback([MALICIOUS], undefined, undefined)).toBeDefined();
  });

  it('goes straight on to other integrations as an alert of its own, when it is malicious', () => {
    const forward = { to: ['slack', 'pagerduty', 'nobody'], onlyMalicious: true };
    const { followUps, texts } = feedback([MALICIOUS, CLEAN, ERROR], forward);
    expect(followUps.map(({ lanes }) => lanes)).toEqual([[9], [1, 2], [9], [9]]);
    expect(followUps[1]).toMatchObject({ level: 12, alertId: '1.2' });
    expect(JSON.parse(texts[1] as string)).toEqual({
      timestamp: '2026-08-20T11:22:31.771+0000',
      rule: {
        level: 12,
        description: 'VirusTotal: Alert - /tmp/eicar.com - 66 engines detected this file',
        id: '87105',
        firedtimes: 1,
        mail: false,
        groups: ['virustotal'],
      },
      agent: { id: '001', name: 'web01' },
      manager: { name: 'm' },
      id: '1.2',
      decoder: { name: 'json' },
      data: { ...MALICIOUS.message },
      location: 'virustotal',
    });
  });

  it('continues whatever the verdict where that is wanted, but errors are not verdicts', () => {
    const forward = { to: ['slack'], onlyMalicious: false };
    const { followUps } = feedback([MALICIOUS, CLEAN, ERROR], forward);
    expect(followUps.map(({ lanes, level }) => [lanes, level])).toEqual([
      [[9], 0],
      [[1], 12],
      [[9], 0],
      [[1], 3],
      [[9], 0],
    ]);
  });

  it('knows the verdicts of Maltiverse', () => {
    const event = (confidence: string): ManagerEvent => ({
      location: 'maltiverse',
      message: {
        integration: 'maltiverse',
        threat: { indicator: { name: '8.8.8.8', confidence } },
      },
    });
    const forward = { to: ['slack'], onlyMalicious: true };
    expect(feedback([event('High')], forward).followUps).toHaveLength(2);
    expect(feedback([event('None')], forward).followUps).toHaveLength(1);
  });
});

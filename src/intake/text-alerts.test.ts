import { describe, expect, it } from 'vitest';
import { FakeDestination } from '../../test/support/fake-destination.ts';
import { anIntegration } from '../../test/support/jobs.ts';
import { fixture } from '../../test/support/vectors.ts';
import { recordAt } from '../alert/record-framing.ts';
import type { Integration } from '../core/integration.ts';
import { Router, type Routing } from '../routing/router.ts';

const bytes = fixture('samples/ossec_alerts.log');

/** What becomes of each alert of the text log. */
function routed(changes: Partial<Integration>): Routing[] {
  const integration = anIntegration(changes);
  const router = new Router([{ integration, destination: new FakeDestination(), lane: 1 }]);
  const routings: Routing[] = [];
  for (let start = 0; start < bytes.length; ) {
    const { end, next } = recordAt(bytes, start);
    routings.push(router.route(bytes, start, end));
    start = next;
  }
  return routings;
}

const delivered = (changes: Partial<Integration>) =>
  routed(changes).map((routing) => routing.kind === 'read' && routing.lanes.length > 0);

describe('alerts of a text log', () => {
  it('are routed by the filters of every dialect', () => {
    expect(delivered({})).toEqual([true, true, true, true, true]);
    expect(delivered({ level: 7 })).toEqual([false, true, true, false, false]);
    expect(delivered({ ruleIds: [5710, 31101] })).toEqual([true, false, false, false, true]);
    expect(delivered({ group: 'sshd,web' })).toEqual([true, true, false, false, true]);
    expect(delivered({ group: 'sshd,|web,' })).toEqual([true, true, false, false, true]);
    expect(delivered({ group: '^ ossec,' })).toEqual([false, false, true, false, false]);
    expect(delivered({ group: 'pci_dss_10.2.5' })).toEqual([false, false, false, true, false]);
    expect(delivered({ eventLocation: '^(web01)' })).toEqual([false, true, true, false, true]);
    expect(delivered({ eventLocation: '^syscheck$' })).toEqual([false, false, true, false, false]);
    expect(delivered({ eventLocation: '!10.0.0.21' })).toEqual([true, false, false, true, false]);
  });

  it('are delivered as JSON of Wazuh 4', () => {
    const [first] = routed({});
    expect(first?.kind === 'read' && JSON.parse(first.raw.toString('utf8'))).toMatchObject({
      rule: { id: '5710' },
      location: '/var/log/auth.log',
    });
  });
});

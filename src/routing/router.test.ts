import { describe, expect, it } from 'vitest';
import { FakeDestination } from '../../test/support/fake-destination.ts';
import { anIntegration } from '../../test/support/jobs.ts';
import type { Alert } from '../alert/alert.ts';
import type { Destination } from '../core/destination.ts';
import type { Integration } from '../core/integration.ts';
import { Router } from './router.ts';

const LINE = '{"rule":{"level":7,"id":"5710","groups":["sshd"]},"location":"auth.log","id":"1.2"}';

const route = (lane: number, changes: Partial<Integration>, destination?: Destination) => {
  const integration = anIntegration({ id: `i${lane}`, ...changes });
  return { integration, destination: destination ?? new FakeDestination(), lane };
};

/** A destination that deliberately leaves some alerts out. */
const skipping = (skip: (alert: Alert) => string | undefined): Destination =>
  Object.assign(new FakeDestination(), { skip });

function routeLine(router: Router, line: string) {
  const bytes = Buffer.from(`before\n${line}\nafter`);
  return router.route(bytes, 7, bytes.length - 6);
}

describe('the router', () => {
  it('gives the lanes of all that match, in their order, and the facts', () => {
    const router = new Router([route(9, {}), route(4, { level: 8 }), route(6, { group: 'sshd' })]);
    expect(routeLine(router, LINE)).toEqual({
      kind: 'read',
      facts: { level: 7, ruleId: '5710', groups: ['sshd'], location: 'auth.log', id: '1.2' },
      raw: Buffer.from(LINE),
      lanes: [9, 6],
      skips: [],
    });
  });

  it('finds no lane where nothing matches, and none without integrations', () => {
    expect(routeLine(new Router([route(1, { level: 8 })]), LINE)).toMatchObject({ lanes: [] });
    expect(routeLine(new Router([]), LINE)).toMatchObject({ kind: 'read', lanes: [] });
  });

  it.each([
    ['', 'empty line'],
    ['{"rule":', 'invalid JSON'],
    ['[1]', 'no rule in it'],
  ])('says why a line is not an alert: %j', (line, reason) => {
    expect(routeLine(new Router([route(1, {})]), line)).toEqual({ kind: 'unreadable', reason });
  });

  it('leaves out what a destination skips, and says why, but only of what matches', () => {
    const asked: string[] = [];
    const destination = skipping((alert) => {
      asked.push(alert.raw.toString());
      return alert.textAt('rule', 'id') === '5710' ? 'rule 5710 is noise' : undefined;
    });
    const router = new Router([
      route(1, {}, destination),
      route(2, {}),
      route(3, { level: 9 }, destination),
    ]);
    expect(routeLine(router, LINE)).toMatchObject({
      lanes: [2],
      skips: [{ integration: 'i1', reason: 'rule 5710 is noise' }],
    });
    expect(asked).toEqual([LINE]);
    expect(routeLine(router, LINE.replace('5710', '1'))).toMatchObject({
      lanes: [1, 2],
      skips: [],
    });
  });

  it('delivers rather than stop reading when a destination’s rule for skipping throws', () => {
    const router = new Router([
      route(
        1,
        {},
        skipping(() => {
          throw new Error('bug');
        }),
      ),
    ]);
    expect(routeLine(router, LINE)).toMatchObject({ lanes: [1], skips: [] });
  });
});

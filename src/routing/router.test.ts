import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeDestination } from '../../test/support/fake-destination.ts';
import { anIntegration } from '../../test/support/jobs.ts';
import type { Alert } from '../alert/alert.ts';
import { readAlert } from '../alert/formats/read-alert.ts';
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

  it('sees on the fast path what matches no integration, in a line as the manager writes it', () => {
    const line =
      '{"timestamp":"2026-08-20T11:22:31.771+0000",' +
      '"rule":{"level":7,"description":"sshd: failed","id":"5710"},"location":"auth.log"}';
    expect(routeLine(new Router([route(1, { level: 8 })]), line)).toEqual({ kind: 'nobody' });
    expect(routeLine(new Router([route(1, { level: 7 })]), line)).toMatchObject({ lanes: [1] });
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
      skips: [{ integration: 'i1', refusal: { verdict: 'skip', why: 'rule 5710 is noise' } }],
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

describe('what the stages say', () => {
  const decide = (router: Router, line: string) => {
    const read = readAlert(Buffer.from(line));
    if (typeof read === 'string') throw new Error(read);
    return router.decide(read);
  };
  const verdicts = (router: Router, line: string) =>
    decide(router, line).map(({ verdict }) => verdict);

  it('names the stage that said no, and why, for every integration', () => {
    const router = new Router([
      route(1, {}),
      route(2, { level: 8 }),
      route(3, { ruleIds: [1, 2] }),
      route(4, { group: 'web' }),
      route(5, { eventLocation: 'syslog' }),
      route(
        6,
        {},
        skipping(() => 'it is noise'),
      ),
    ]);
    expect(verdicts(router, LINE)).toEqual(['send', 'level', 'rule', 'group', 'location', 'skip']);
    const said = decide(router, LINE).map(({ chain }) => chain.at(-1)?.why);
    expect(said).toEqual([
      undefined,
      'its level is 7; 8 and above are wanted',
      'its rule is 5710; wanted: 1, 2',
      'its groups are sshd; wanted: web',
      'its location is auth.log; wanted: syslog',
      'it is noise',
    ]);
    expect(decide(router, LINE).map(({ chain }) => chain.length)).toEqual([0, 1, 1, 1, 1, 1]);
  });

  it('says what is missing from an alert', () => {
    const router = new Router([
      route(1, { level: 1 }),
      route(2, { ruleIds: [] }),
      route(3, { group: 'a' }),
      route(4, { eventLocation: 'x' }),
    ]);
    expect(decide(router, '{"rule":{}}').map(({ chain }) => chain[0]?.why)).toEqual([
      'its level is missing; 1 and above are wanted',
      'its rule is missing; wanted: none',
      'its groups are missing; wanted: a',
      'its location is missing; wanted: x',
    ]);
  });

  it('asks the filters in the order of the reference', () => {
    const all = { eventLocation: 'x', level: 9, group: 'a', ruleIds: [1] };
    const orders: [Partial<Integration>, string][] = [
      [all, 'location'],
      [{ ...all, eventLocation: undefined }, 'level'],
      [{ group: 'a', ruleIds: [1] }, 'group'],
    ];
    for (const [filters, verdict] of orders) {
      expect(verdicts(new Router([route(1, filters)]), LINE)).toEqual([verdict]);
    }
  });

  it('agrees with the way that alerts go, whatever the filters', () => {
    const filters = fc.record({
      level: fc.integer({ min: 0, max: 10 }),
      ruleIds: fc.option(fc.uniqueArray(fc.constantFrom(1, 5710, 5712)), { nil: undefined }),
      group: fc.option(fc.constantFrom('sshd', 'web,sshd', '^sshd,$|^web,$', 'x'), {
        nil: undefined,
      }),
      eventLocation: fc.option(fc.constantFrom('auth', '!auth', 'x|auth.log$', ''), {
        nil: undefined,
      }),
    });
    fc.assert(
      fc.property(fc.array(filters, { maxLength: 8 }), fc.boolean(), (all, skips) => {
        const destination = skipping(() => (skips ? 'noise' : undefined));
        const router = new Router(all.map((one, lane) => route(lane, one, destination)));
        const { lanes = [] } = routeLine(router, LINE) as { lanes?: number[] };
        const sent = decide(router, LINE).flatMap(({ route: { lane }, chain }) =>
          chain.every(({ pass }) => pass) ? [lane] : [],
        );
        expect(lanes).toEqual(sent);
      }),
    );
  });
});

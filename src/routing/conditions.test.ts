import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expressions } from '../../test/support/expressions.ts';
import { FakeDestination } from '../../test/support/fake-destination.ts';
import { anIntegration } from '../../test/support/jobs.ts';
import { readAlert } from '../alert/formats/read-alert.ts';
import { readConditions } from '../conditions/read.ts';
import type { Integration } from '../core/integration.ts';
import { Router, type Skip } from './router.ts';

const NOW = Date.UTC(2026, 10, 29, 12);
const clock = { now: () => NOW };

function route(lane: number, written: object, changes: Partial<Integration> = {}) {
  const { conditions } = readConditions(written);
  const integration = anIntegration({ id: `i${lane}`, ...changes });
  return { integration, destination: new FakeDestination(), lane, conditions };
}

/** A line in the order in which the manager writes it, which the fast path knows. */
function lineOf({ level, id, groups, srcip }: AlertParts): string {
  const rule = { level, description: 'd', id, firedtimes: 1, mail: false, groups };
  const agent = { id: '001', name: 'web-1', ip: '10.0.0.9' };
  return JSON.stringify({
    timestamp: '2026-08-20T11:22:31.771+0000',
    rule,
    agent,
    manager: { name: 'm' },
    id: '1787224951.1060002',
    full_log: 'a',
    decoder: { name: 'sshd' },
    data: { srcip },
    location: 'auth.log',
  });
}

interface AlertParts {
  readonly level: number;
  readonly id: string;
  readonly groups: readonly string[];
  readonly srcip: string;
}

function decide(router: Router, line: string) {
  const read = readAlert(Buffer.from(line));
  if (typeof read === 'string') throw new Error(read);
  return router.decide(read);
}

function lanesOf(router: Router, line: string): readonly number[] {
  const bytes = Buffer.from(line);
  const routing = router.route(bytes, 0, bytes.length);
  return routing.kind === 'read' ? routing.lanes : [];
}

function skipsOf(router: Router, line: string): readonly Skip[] {
  const bytes = Buffer.from(line);
  const routing = router.route(bytes, 0, bytes.length);
  return routing.kind === 'read' ? routing.skips : [];
}

const SSHD = lineOf({ level: 5, id: '5710', groups: ['syslog', 'sshd'], srcip: '10.0.0.7' });

describe('conditions on the way of an alert', () => {
  it('say which of them refused it, what was found, and why it is there', () => {
    const router = new Router(
      [
        route(1, { only: { groups: ['sshd'] } }),
        route(2, { only: { level: '>= 7' } }),
        route(3, { except: [{ agents: 'db-*' }, { agents: 'web-*', why: 'they are noisy' }] }),
        route(4, { when: 'rule.level >= 3 &&\n  data.srcip == "10.0.0.8"' }),
        route(5, { only: { level: '>= 7' } }, { level: 6 }),
      ],
      clock,
    );
    const decisions = decide(router, SSHD).map(({ verdict, by, chain }) => [
      verdict,
      by,
      chain.at(-1)?.why,
    ]);
    expect(decisions).toEqual([
      ['send', undefined, undefined],
      ['only', 'only.level', 'level: 5; wanted: >= 7'],
      [
        'except',
        'except[1]',
        'agents: "001", "web-1", "10.0.0.9"; excluded: web-* (they are noisy)',
      ],
      ['when', undefined, 'data.srcip == "10.0.0.8" is not so, and it is "10.0.0.7"'],
      ['level', undefined, expect.any(String)],
    ]);
    expect(lanesOf(router, SSHD)).toEqual([1]);
  });

  it('are steps of a chain, each with what it found and wanted, up to the one that said no', () => {
    const filters = { level: 3, ruleIds: [5710, 5712], group: 'sshd,web', eventLocation: 'auth' };
    const only = {
      level: 5,
      groups: ['sshd'],
      agents: ['web-*', '004'],
      fields: { 'data.srcip': { not_in: ['10.1.0.0/16'] }, 'data.user': { exists: false } },
    };
    const except = [
      { rules: '1', until: '2020-01-01' },
      { agents: 'db-*' },
      { rules: 5710, agents: 'web-*', why: 'noisy' },
    ];
    const router = new Router(
      [
        route(1, { only, when: 'rule.level >= 5 && data.srcip == "10.0.0.7"' }, filters),
        route(2, { except, when: 'rule.level > 99' }),
        route(3, { when: 'rule.level > 6' }, { level: 0 }),
      ],
      clock,
    );
    const [first, second, third] = decide(router, SSHD).map(({ chain }) => chain);
    expect(first).toEqual([
      { stage: 'location', pass: true, found: 'auth.log', wanted: 'auth' },
      { stage: 'level', pass: true, found: 5, wanted: '>= 3' },
      { stage: 'group', pass: true, found: ['syslog', 'sshd'], wanted: 'sshd,web' },
      { stage: 'rule', pass: true, found: '5710', wanted: '5710, 5712' },
      { stage: 'only', by: 'only.level', pass: true, found: 5, wanted: '5' },
      { stage: 'only', by: 'only.groups', pass: true, found: ['syslog', 'sshd'], wanted: 'sshd' },
      {
        stage: 'only',
        by: 'only.agents',
        pass: true,
        found: ['001', 'web-1', '10.0.0.9'],
        wanted: 'web-*, 004',
      },
      {
        stage: 'only',
        by: 'only.fields',
        pass: true,
        wanted: 'data.srcip not in 10.1.0.0/16 and data.user exists false',
        children: [
          { text: 'data.srcip', pass: true, found: '10.0.0.7', wanted: 'not in 10.1.0.0/16' },
          { text: 'data.user', pass: true, found: null, wanted: 'exists false' },
        ],
      },
      {
        stage: 'when',
        pass: true,
        wanted: 'rule.level >= 5 && data.srcip == "10.0.0.7"',
        children: [
          { text: 'rule.level >= 5', pass: true, found: 5, wanted: '>= 5' },
          {
            text: 'data.srcip == "10.0.0.7"',
            pass: true,
            found: '10.0.0.7',
            wanted: '== "10.0.0.7"',
          },
        ],
      },
    ]);
    expect(
      second?.map(({ by, pass, found, wanted, why }) => [by, pass, found, wanted, why]),
    ).toEqual([
      ['except[0]', true, '5710', 'not 1', 'it does not count any more'],
      ['except[1]', true, ['001', 'web-1', '10.0.0.9'], 'not db-*', undefined],
      [
        'except[2]',
        false,
        undefined,
        'not rules 5710 and agents web-*',
        'rules 5710 and agents web-* fit: it is excluded (noisy)',
      ],
    ]);
    expect(third).toEqual([
      {
        stage: 'when',
        pass: false,
        found: 5,
        wanted: 'rule.level > 6',
        why: 'rule.level > 6 is not so, and it is 5',
      },
    ]);
  });

  it('rule out on the fast path what their level, rules or groups cannot have', () => {
    const bytes = Buffer.from(SSHD);
    const nobody = (written: object, changes?: Partial<Integration>) =>
      new Router([route(1, written, changes)], clock).route(bytes, 0, bytes.length).kind;
    expect(nobody({ only: { level: '>= 7' } })).toBe('nobody');
    expect(nobody({ when: 'rule.level >= 7' })).toBe('nobody');
    expect(nobody({ only: { rules: ['5711-5715'] } })).toBe('nobody');
    expect(nobody({ only: { groups: ['web', 'ids'] } })).toBe('nobody');
    expect(nobody({ only: { groups: ['web'] } }, { level: 3 })).toBe('nobody');
    expect(nobody({ only: { groups: ['we*'] } })).toBe('read');
    expect(nobody({ except: [{ level: 5 }] })).toBe('read');
  });

  const parts: fc.Arbitrary<AlertParts> = fc.record({
    level: fc.integer({ min: 0, max: 16 }),
    id: fc.constantFrom('5710', '5712', '100200', '1', '9999999', 'x'),
    groups: fc.subarray(['syslog', 'sshd', 'a', 'web', 'x,y', '']),
    srcip: fc.constantFrom('10.0.0.7', 'a', ''),
  });
  const only = fc.record(
    {
      level: fc.constantFrom('>= 5', '7-11', 3, [1, 2], '<= 4'),
      rules: fc.constantFrom('5710', ['5700-5719', '1'], '1-100000000', 'x'),
      groups: fc.constantFrom('sshd', ['a', 'web'], 's*', 'x,y'),
      fields: fc.constantFrom({ 'data.srcip': '10.0.0.0/8' }),
    },
    { requiredKeys: [] },
  );
  const written = fc.record(
    { only, except: fc.array(only, { maxLength: 2 }), when: expressions },
    { requiredKeys: [] },
  );
  const filters: fc.Arbitrary<Partial<Integration>> = fc.record(
    {
      level: fc.constantFrom(0, 5),
      ruleIds: fc.constantFrom([5710], [1, 2]),
      group: fc.constantFrom('sshd', 'web,a'),
    },
    { requiredKeys: [] },
  );

  it('are the same on the fast way and where they are explained', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(written, filters), { minLength: 1, maxLength: 4 }),
        fc.array(parts, { minLength: 1, maxLength: 6 }),
        (integrations, alerts) => {
          const routes = integrations.map(([one, changes], at) => route(at, one, changes));
          const router = new Router(routes, clock);
          for (const line of alerts.map(lineOf)) {
            const decisions = decide(router, line);
            const passing = decisions.flatMap(({ verdict, route }) =>
              verdict === 'send' ? [route.lane] : [],
            );
            expect(lanesOf(router, line)).toEqual(passing);
            for (const { integration, refusal } of skipsOf(router, line)) {
              const its = decisions.find(({ route }) => route.integration.id === integration);
              const why = its?.chain.at(-1)?.why;
              expect([its?.verdict, why]).toEqual([refusal.verdict, refusal.why]);
            }
            for (const { verdict, by, chain } of decisions) {
              const refused = chain.filter(({ pass }) => !pass);
              expect(refused).toEqual(verdict === 'send' ? [] : [chain.at(-1)]);
              const said = refused.map((last) => [last.stage, last.by]);
              expect(said).toEqual(verdict === 'send' ? [] : [[verdict, by]]);
            }
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

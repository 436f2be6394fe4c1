import { describe, expect, it } from 'vitest';
import { FakeDestination } from '../../test/support/fake-destination.ts';
import { anIntegration } from '../../test/support/jobs.ts';
import { aMute } from '../../test/support/quiet.ts';
import { readConditions } from '../conditions/read.ts';
import type { RateLimit } from '../core/integration.ts';
import { arrivalsBy } from '../grouping/keys.ts';
import { GroupingPolicy } from '../grouping/policy.ts';
import { type GroupingRules, NO_RULES } from '../grouping/rules.ts';
import { NO_QUIET, type QuietSettings } from '../silences/quiet.ts';
import { inOrder } from './in-order.ts';
import { Simulation } from './simulation.ts';
import type { SimulatedIntegration } from './track.ts';

const START = Date.UTC(2026, 7, 20, 10);
const MINUTE = 60_000;

interface Tried {
  readonly id?: string;
  readonly level?: number;
  readonly rules?: Partial<GroupingRules>;
  readonly limit?: RateLimit;
  readonly settings?: Parameters<typeof readConditions>[0];
}

function tried({ id = 'slack', level = 0, rules, limit, settings }: Tried): SimulatedIntegration {
  const all: GroupingRules = { ...NO_RULES, ...rules };
  return {
    route: {
      integration: anIntegration({ id, level }),
      destination: new FakeDestination(),
      conditions: settings && readConditions(settings).conditions,
      arrival: rules && arrivalsBy(all),
    },
    policy: new GroupingPolicy(id, all),
    limit,
    quota: undefined,
    priorityOf: (level) => Number(level >= 12),
  };
}

/** An alert so many minutes after the start. */
function line(minutes: number, { level = 5, rule = '5710', id = `${minutes}` } = {}): string {
  const timestamp = new Date(START + minutes * MINUTE).toISOString().replace('Z', '+0000');
  return JSON.stringify({
    timestamp,
    rule: { level, description: `rule ${rule}`, id: rule, groups: ['sshd'] },
    agent: { id: '004', name: 'web01' },
    id,
  });
}

async function result(
  lines: readonly string[],
  after: readonly Tried[],
  before?: readonly Tried[],
  quiet: QuietSettings = NO_QUIET,
) {
  const bytes = Buffer.from(lines.map((one) => `${one}\n`).join(''));
  const read = async function* () {
    yield { bytes };
  };
  const create = () =>
    new Simulation(
      { integrations: after.map(tried), quiet },
      before && { integrations: before.map(tried), quiet: NO_QUIET },
    );
  const { sink, passes } = await inOrder(read, create, START);
  return sink.finish(passes);
}

const range = (count: number) => Array.from({ length: count }, (_, at) => at);
const THROTTLE = { throttle: { same: ['rule.id'], every: 15 * MINUTE, upTo: 60 * MINUTE } };

describe('a simulation', () => {
  it('counts a message that covers several alerts as one', async () => {
    const lines = range(10).map((minute) => line(minute));
    const { alerts, from, to, integrations } = await result(lines, [{ rules: THROTTLE }], [{}]);
    expect({ alerts, from, to }).toEqual({ alerts: 10, from: START, to: START + 9 * MINUTE });
    expect(integrations).toMatchObject([
      { id: 'slack', before: 10, after: 2, verdicts: { send: 1, throttle: 9 } },
    ]);
  });

  it('goes by the time of the alerts, in conditions and in hours', async () => {
    const isFirstHour = (time: number) => time < START + 60 * MINUTE;
    const at = { name: 'first', contains: isFirstHour, nextStart: () => undefined };
    const { integrations } = await result(
      [line(0), line(30), line(90)],
      [{ rules: { at, outside: 'drop' } }],
    );
    expect(integrations[0]).toMatchObject({ after: 2, verdicts: { send: 2, time: 1 } });
  });

  it('tells how long messages would wait for the rate limit', async () => {
    const lines = range(20).map(() => line(0));
    const limit = { count: 1, seconds: 60, burst: 5 };
    const { integrations } = await result(lines, [{ limit }]);
    expect(integrations[0]).toMatchObject({
      after: 20,
      peakPerMinute: 5,
      longestDelay: 15 * MINUTE,
      rateLimit: limit,
    });
    expect(integrations[0]?.hoursAfter).toEqual(new Map([[START / (60 * MINUTE), 20]]));
  });

  it('lists what is sent now and what is not any more', async () => {
    const { newlySent, noLongerSent, integrations } = await result(
      [line(0), line(1, { rule: '5712' }), line(2, { level: 9 })],
      [{ settings: { except: [{ rules: [5712] }] } }, { id: 'mail', level: 9 }],
      [{ level: 1 }, { id: 'gone', level: 9 }],
    );
    const example = { level: 5, agent: 'web01 (004)', integration: 'slack' };
    expect(noLongerSent).toEqual({
      count: 2,
      some: [
        { ...example, id: '1', time: START + MINUTE, rule: '5712', description: 'rule 5712' },
        expect.objectContaining({ id: '2', integration: 'gone' }),
      ],
    });
    expect(newlySent).toMatchObject({ count: 1, some: [{ id: '2', integration: 'mail' }] });
    const numbers = integrations.map((one) => [one.id, one.before, one.after]);
    expect(numbers).toEqual([
      ['slack', 3, 2],
      ['mail', 0, 1],
      ['gone', 1, 0],
    ]);
    expect(integrations[0]?.verdicts).toEqual({ send: 2, except: 1 });
  });

  it('lists grave alerts that reach nobody: not those that are sent together', async () => {
    const digest = { by: [], every: { kind: 'interval', ms: MINUTE }, atMost: 10 } as const;
    const grave = { level: 12 };
    const { unreached, integrations } = await result(
      [
        line(0, { ...grave, id: 'excluded', rule: '1' }),
        line(1, { ...grave, id: 'digested', rule: '2' }),
        line(2, { level: 11, id: 'not grave', rule: '1' }),
        line(3, { level: 14, id: 'for nobody', rule: '3' }),
      ],
      [{ rules: { digest }, settings: { only: { rules: ['1-2'] }, except: [{ rules: 1 }] } }],
    );
    expect(unreached.some.map(({ id }) => id)).toEqual(['excluded', 'for nobody']);
    expect(unreached.count).toBe(2);
    expect(integrations[0]).toMatchObject({
      after: 1,
      // Those that `only` excludes by their rules are never read in full, and not counted.
      verdicts: { digest: 1, except: 2 },
    });
  });

  it('counts an alert that a storm took along as held back', async () => {
    const storm = { above: 3, in: 10 * MINUTE, late: 60 * MINUTE };
    const limit = { count: 1, seconds: 3600, burst: 1 };
    const lines = range(6).map((at) => line(at / 60));
    const { integrations } = await result(lines, [{ rules: { storm }, limit }]);
    // The first one, and that it began, that of the storm, and that it is over.
    expect(integrations[0]).toMatchObject({ after: 4, verdicts: { send: 1, storm: 5 } });
  });

  it('holds back what mutes of one of two configurations quiet, and says so', async () => {
    const mute = aMute({ after: { rules: 5712 }, mute: { rules: 5710 }, name: 'scans' });
    const lines = [
      line(0),
      line(1, { rule: '5712' }),
      line(2, { level: 12, id: 'grave' }),
      line(30),
    ];
    const quiet = { silences: [], mutes: [mute] };
    const { integrations, unreached, noLongerSent } = await result(lines, [{}], [{}], quiet);
    expect(integrations[0]).toMatchObject({ before: 4, after: 3, verdicts: { send: 3, mute: 1 } });
    expect(unreached.some.map(({ id }) => id)).toEqual(['grave']);
    expect(noLongerSent).toMatchObject({ count: 1, some: [{ id: 'grave' }] });
  });

  it('says who and what was busiest', async () => {
    const lines = [line(0), line(1), line(2, { rule: '7' })];
    const { integrations } = await result(lines, [{ rules: THROTTLE }]);
    expect(integrations[0]).toMatchObject({
      rules: [
        { name: '5710', description: 'rule 5710', count: 2 },
        { name: '7', description: 'rule 7', count: 1 },
      ],
      agents: [{ name: 'web01 (004)', count: 3 }],
      keys: [
        { name: '["5710"]', count: 2 },
        { name: '["7"]', count: 1 },
      ],
    });
  });

  it('sorts what is not in order, with the same result', async () => {
    const lines = range(100).map((minute) => line(minute * 3));
    const shuffled = range(100).map((at) => lines[(at * 37) % 100] as string);
    const { passes, ...sorted } = await result(shuffled, [{ rules: THROTTLE }]);
    const { passes: once, ...straight } = await result(lines, [{ rules: THROTTLE }]);
    expect([passes, once]).toEqual([3, 1]);
    expect(sorted).toEqual(straight);
  });

  it('takes alerts that come a little late as they come', async () => {
    const { passes, alerts } = await result([line(1), line(0.5), line(2)], [{}]);
    expect({ passes, alerts }).toEqual({ passes: 1, alerts: 3 });
  });

  it('counts what is no alert apart, and an alert without a time with the one before', async () => {
    const lines = ['not an alert', line(5), '{"rule":{"level":3}}'];
    const { alerts, unreadable, from, to } = await result(lines, [{}]);
    const at = START + 5 * MINUTE;
    expect({ alerts, unreadable, from, to }).toEqual({
      alerts: 2,
      unreadable: 1,
      from: at,
      to: at,
    });
  });

  it('says nothing of nothing', async () => {
    const { alerts, from, to, unreached } = await result([], [{}]);
    expect({ alerts, from, to }).toEqual({ alerts: 0, from: undefined, to: undefined });
    expect(unreached).toEqual({ some: [], count: 0 });
  });
});

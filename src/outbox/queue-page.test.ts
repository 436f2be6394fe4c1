import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  anIdentity,
  anIntake,
  aSettlement,
  BY_TEST,
  openTestDatabase,
} from '../../test/support/outbox.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { Database } from './database.ts';
import { Queue } from './queue.ts';
import type { QueueFilter } from './queue-filter.ts';
import { SqliteOutbox } from './sqlite-outbox.ts';

const [SLACK, PAGERDUTY] = [1, 2];
const WEB = { id: '001', name: 'web-1' };
const DATABASE = { id: '002', name: 'db-1' };

let database: Database;
let outbox: SqliteOutbox;
let queue: Queue;
beforeEach(() => {
  database = openTestDatabase(tempDir());
  outbox = new SqliteOutbox(database);
  outbox.assignLanes([anIdentity('slack'), anIdentity('pagerduty')], 0);
  queue = new Queue(database);
  // Deliveries 1 and 2, 3, 4 and 5, 6.
  store(1000, '1.1', '5710', WEB, 5, [SLACK, PAGERDUTY]);
  store(2000, '1.2', '5712', DATABASE, 10, [SLACK]);
  store(3000, '1.3', '5710', DATABASE, 12, [SLACK, PAGERDUTY]);
  store(4000, '1.4', '100', WEB, 3, [PAGERDUTY]);
  outbox.lease(SLACK, 3, 9999, 5000);
  outbox.commit({
    settlements: [
      aSettlement(1, { startedAt: 5000 }),
      aSettlement(3, { next: { state: 'dead', reason: 'client_error' }, startedAt: 6000 }),
    ],
  });
});

function store(
  now: number,
  id: string,
  rule: string,
  agent: { readonly id: string; readonly name: string },
  level: number,
  lanes: number[],
): void {
  const text = JSON.stringify({
    rule: { id: rule, description: `rule ${rule}`, level },
    agent,
    id,
  });
  const raw = Buffer.from(text);
  outbox.accept(anIntake([{ raw, alertId: id, level, lanes }]), now);
}

const paged = (filter: QueueFilter, limit = 50) =>
  queue.page(filter, limit).entries.map(({ id }) => id);

/** Each filter, and the deliveries that it lets through. */
const FILTERS: [string, QueueFilter, number[]][] = [
  ['nothing', {}, [6, 5, 4, 3, 2, 1]],
  ['an integration', { integration: 'slack' }, [4, 3, 1]],
  ['an integration that nobody knows', { integration: 'jira' }, []],
  ['what is delivered', { state: 'delivered' }, [1]],
  ['what is dead', { state: 'dead' }, [3]],
  ['what is leased', { state: 'leased' }, [4]],
  ['what waits', { state: 'pending' }, [6, 5, 2]],
  ['what is parked', { state: 'parked' }, []],
  ['what waits for an integration', { state: 'pending', integration: 'pagerduty' }, [6, 5, 2]],
  ['what is held', { state: 'held' }, []],
  ['what is covered', { state: 'covered' }, []],
  ['what is silenced', { state: 'silenced' }, []],
  ['a rule', { rules: ['5710'] }, [5, 4, 2, 1]],
  ['several rules', { rules: ['5712', '100'] }, [6, 3]],
  ['a rule of an integration', { rules: ['5710'], integration: 'slack' }, [4, 1]],
  ['what is dead of a rule', { rules: ['5712'], state: 'dead' }, [3]],
  ['an agent by its name', { agent: 'web-1' }, [6, 2, 1]],
  ['an agent by its id', { agent: '002' }, [5, 4, 3]],
  ['agents by a pattern', { agent: 'd?-*' }, [5, 4, 3]],
  ['a pattern with a bracket', { agent: '[d]b-*' }, []],
  ['a level', { level: 10 }, [5, 4, 3]],
  ['what was read since', { readSince: 3000 }, [6, 5, 4]],
  ['what was read before', { readBefore: 3000 }, [3, 2, 1]],
  ['what waits since', { state: 'pending', readSince: 3000 }, [6, 5]],
  ['a reason', { reason: 'client_error' }, [3]],
  ['an alert', { alert: '1.3' }, [5, 4]],
  ['up to an id', { upTo: 2 }, [2, 1]],
  ['what is new', { news: { after: 5, endedSince: 5500 } }, [6, 3]],
];

describe('a page', () => {
  it.each(FILTERS)('of %s holds the newest first', (_what, filter, expected) => {
    expect(paged(filter)).toEqual(expected);
    expect([...queue.list(filter)].map(({ id }) => id)).toEqual(expected);
    expect(paged(filter, 2)).toEqual(expected.slice(0, 2));
  });

  it.each(FILTERS)('of %s counts the rest', (_what, filter, expected) => {
    const { more, isMoreThanThat } = queue.page(filter, 1);
    expect({ more, isMoreThanThat }).toEqual({
      more: Math.max(0, expected.length - 1),
      isMoreThanThat: false,
    });
  });

  it.each(FILTERS)('of %s holds what would be dropped', (_what, filter, expected) => {
    expect(queue.drop(filter, BY_TEST)).toBe(expected.length);
    expect(paged(filter)).toEqual([]);
  });

  it('shows what a lane is parked for, and finds it by that', () => {
    outbox.park(PAGERDUTY, { reason: 'auth', message: 'no', since: 1 });
    expect(paged({ reason: 'auth' })).toEqual([6, 5, 2]);
    expect(paged({ state: 'parked' })).toEqual([6, 5, 2]);
    expect(paged({ state: 'parked', agent: 'db-1' })).toEqual([5]);
    expect(paged({ state: 'pending' })).toEqual([]);
  });

  it('shows rule, agent and the last error', () => {
    const [entry] = queue.page({ state: 'dead' }, 1).entries;
    expect(entry).toMatchObject({
      rule: '5712',
      description: 'rule 5712',
      agent: 'db-1',
      agentId: '002',
      reason: 'client_error',
    });
  });

  it.each(FILTERS)('of %s looks at no table without an index', (_what, filter) => {
    const spy = vi.spyOn(Database.prototype, 'all');
    queue.page(filter, 50);
    const statements = [...spy.mock.calls];
    spy.mockRestore();
    const plans = statements.flatMap(([sql, ...values]) =>
      database
        .all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values)
        .map(({ detail }) => detail),
    );
    expect(plans.length).toBeGreaterThan(0);
    // In the order of its key, the newest first, until enough are found; labels are small.
    const isCheap = /^SCAN (?:json_each|l$|d$|f$|s$|delivery USING (?:COVERING )?INDEX|\(subquery)/;
    expect(plans.filter((plan) => plan.startsWith('SCAN') && !isCheap.test(plan))).toEqual([]);
    const isByKey = Object.keys(filter).every((key) => ['upTo', 'reason'].includes(key));
    const isDelivered = filter.state === 'delivered';
    expect(plans.includes('SCAN d') && !isByKey && !isDelivered).toBe(false);
    // Where no index is in the order of ids, ids are sorted, and nothing else.
    const isSorted = plans.some((plan) => plan.includes('TEMP B-TREE FOR ORDER BY'));
    const isOfState = filter.state !== undefined && !isDelivered;
    expect(isSorted && !isOfState && filter.alert === undefined).toBe(false);
  });
});

describe('what alerts are looked for by', () => {
  it('goes with them', () => {
    const labels = () => database.all('SELECT * FROM alert_label').length;
    expect(labels()).toBe(4);
    queue.drop({ alert: '1.3' }, BY_TEST);
    expect(labels()).toBe(3);
    queue.drop({}, BY_TEST);
    expect(labels()).toBe(0);
  });
});

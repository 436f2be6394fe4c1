import { beforeEach, expect, it } from 'vitest';
import {
  anAcceptedAlert,
  anIdentity,
  anIntake,
  aSettlement,
  openTestDatabase,
} from '../../../test/support/outbox.ts';
import { tempDir } from '../../../test/support/temp-dir.ts';
import { GroupingPolicy } from '../../grouping/policy.ts';
import { type GroupingRules, NO_RULES } from '../../grouping/rules.ts';
import { SqliteOutbox } from '../sqlite-outbox.ts';

const NOW = 1_000_000;
let outbox: SqliteOutbox;

beforeEach(() => {
  outbox = new SqliteOutbox(openTestDatabase(tempDir()));
});

function use(rules: Partial<GroupingRules>): void {
  const all = { ...NO_RULES, source: JSON.stringify(rules), ...rules };
  outbox.assignLanes([{ ...anIdentity('slack'), policy: new GroupingPolicy('slack', all) }], NOW);
}

function accept(count: number): void {
  const alert = {
    ...anAcceptedAlert('{}', [1]),
    arrivals: new Map([[1, { throttleKey: '["a"]', groupKey: '["a"]' }]]),
  };
  outbox.accept(anIntake(Array.from({ length: count }, () => alert)), NOW);
}

/** How many alerts each message covers that goes with the next lease. */
function sent(): number[] {
  const leased = outbox.lease(1, 64, 1e6, NOW);
  outbox.commit({ settlements: leased.map(({ id }) => aSettlement(id, { startedAt: NOW })) });
  return leased.map(({ bundle }) => bundle?.count ?? 1);
}

it('leases few of many large messages at a time, and nothing before its turn', () => {
  use({ digest: { by: ['a'], every: { kind: 'interval', ms: 60_000 }, atMost: 1000 } });
  accept(5000);
  use({});
  accept(2);
  expect([sent(), sent(), sent(), sent()]).toEqual([[1000, 1000], [1000, 1000], [1000, 1, 1], []]);
});

it('leases a message by itself that is larger than what is leased at a time', () => {
  use({ digest: { by: ['a'], every: { kind: 'interval', ms: 60_000 }, atMost: 2500 } });
  accept(5000);
  expect([sent(), sent(), sent()]).toEqual([[2500], [2500], []]);
});

it('tells of 10,000 repeats at once, without waiting for the end of the period', () => {
  use({ throttle: { same: ['a'], every: 60_000, upTo: 60_000 } });
  accept(10_005);
  expect([sent(), sent()]).toEqual([[1], [10_000]]);
  expect(outbox.nextDue(1)).toBeGreaterThan(NOW);
});

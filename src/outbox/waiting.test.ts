import { beforeEach, expect, it } from 'vitest';
import {
  anAcceptedAlert,
  anIdentity,
  anIntake,
  aSettlement,
  BY_TEST,
  openTestDatabase,
} from '../../test/support/outbox.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { Queue } from './queue.ts';
import { SqliteOutbox } from './sqlite-outbox.ts';

const SLACK = 1;
const OTHER = 2;

let outbox: SqliteOutbox;
let queue: Queue;
beforeEach(() => {
  const database = openTestDatabase(tempDir());
  outbox = new SqliteOutbox(database);
  queue = new Queue(database);
  outbox.assignLanes([anIdentity('slack'), anIdentity('pagerduty')], 0);
  give(5000, 'delivered', 'leased', 'retry');
  outbox.lease(SLACK, 3, 1000, 5000);
  const next = { state: 'pending', notBefore: 9000, reason: 'timeout' } as const;
  const outcome = { kind: 'retry', reason: 'timeout' } as const;
  outbox.commit({ settlements: [aSettlement(1), aSettlement(3, { outcome, next })] });
  give(5000, 'due');
  outbox.accept(anIntake([anAcceptedAlert('other', [OTHER])]), 4000);
  give(7000, 'new');
});

function give(at: number, ...raws: string[]): void {
  outbox.accept(anIntake(raws.map((raw) => anAcceptedAlert(raw, [SLACK]))), at);
}

it('counts what waits in a lane, also what is being attempted', () => {
  expect(outbox.waiting(SLACK)).toEqual({ count: 4, oldestReadAt: 5000 });
  expect(outbox.waiting(OTHER)).toEqual({ count: 1, oldestReadAt: 4000 });
  queue.drop({ integration: 'slack' }, BY_TEST);
  expect(outbox.waiting(SLACK)).toEqual({ count: 0, oldestReadAt: undefined });
});

it('gives up what waits and was read before a time, also what was tried', () => {
  expect(outbox.giveUp(SLACK, 5000, 9999)).toBe(0);
  expect(outbox.giveUp(SLACK, 5001, 9999)).toBe(2);
  const states = [...queue.list({})].toReversed().map(({ alert, state }) => [alert, state]);
  expect(Object.fromEntries(states)).toEqual({
    delivered: 'delivered',
    leased: 'leased',
    retry: 'dead',
    due: 'dead',
    other: 'pending',
    new: 'pending',
  });
  const dead = [...queue.list({ state: 'dead' })];
  expect(dead).toMatchObject(dead.map(() => ({ reason: 'configuration', finishedAt: 9999 })));
});

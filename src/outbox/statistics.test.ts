import { expect, it } from 'vitest';
import {
  anAcceptedAlert,
  anIdentity,
  anIntake,
  aSettlement,
  checkpointAt,
  openTestDatabase,
} from '../../test/support/outbox.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { SqliteOutbox } from './sqlite-outbox.ts';
import { BACKLOG, SqliteStatistics } from './statistics.ts';

function openOutbox(directory = tempDir()) {
  const database = openTestDatabase(directory);
  const outbox = new SqliteOutbox(database);
  return { directory, database, outbox, statistics: new SqliteStatistics(database) };
}

it('keeps the totals of reading over restarts', () => {
  const { directory, database, outbox, statistics } = openOutbox();
  expect(statistics.counts()).toEqual({ read: 0, matched: 0, skipped: 0, unreadable: 0 });
  const counts = { read: 5, matched: 2, skipped: 1, unreadable: 1 };
  outbox.accept(anIntake([], { counts }), 1);
  database.close();
  const again = openOutbox(directory);
  again.outbox.accept(anIntake([], { counts }), 2);
  expect(again.statistics.counts()).toEqual({ read: 10, matched: 4, skipped: 2, unreadable: 2 });
});

it('counts what has not been delivered, and knows since when it waits', () => {
  const { outbox, statistics } = openOutbox();
  const lanes = outbox.assignLanes([anIdentity('slack'), anIdentity('shuffle')], 0);
  const slack = lanes.get('slack')?.id ?? 0;
  for (const at of [1000, 2000, 3000, 4000, 5000]) {
    outbox.accept(anIntake([anAcceptedAlert(`alert ${at}`, [slack])]), at);
  }
  const [first, second, third] = outbox.lease(slack, 3, 1e6, 5000);
  outbox.commit({
    settlements: [
      aSettlement(first?.id ?? 0),
      aSettlement(second?.id ?? 0, {
        outcome: { kind: 'reject', reason: 'client_error' },
        next: { state: 'dead', reason: 'client_error' },
      }),
    ],
  });
  const none = {
    pending: 0,
    leased: 0,
    parked: 0,
    dead: 0,
    held: 0,
    silenced: 0,
    oldestReadAt: undefined,
    behindSince: undefined,
    losses: 0,
    lostBytes: 0,
  };
  expect(statistics.backlog()).toEqual([
    { ...none, integration: 'slack', pending: 2, leased: 1, dead: 1, oldestReadAt: 3000 },
    { ...none, integration: 'shuffle' },
  ]);

  // A retry that is not due waits as well, for as long as the alert does.
  outbox.commit({
    settlements: [
      aSettlement(third?.id ?? 0, {
        outcome: { kind: 'retry', reason: 'timeout' },
        next: { state: 'pending', notBefore: 99_000, reason: 'timeout' },
      }),
    ],
  });
  outbox.park(slack, { reason: 'auth', message: '', since: 6000 });
  expect(statistics.backlog()[0]).toEqual({
    ...none,
    integration: 'slack',
    parked: 3,
    dead: 1,
    oldestReadAt: 3000,
  });

  outbox.accept(anIntake([], { behind: new Map([[slack, checkpointAt(7, 'file')]]) }), 7000);
  const losses = [
    { what: 'an archive', bytes: 80 },
    { what: 'another', bytes: undefined },
  ];
  const step = { lane: slack, source: 'file', alerts: [], cursor: checkpointAt(9, 'file') };
  outbox.catchUp({ ...step, losses }, 8000);
  expect(statistics.backlog()[0]).toMatchObject({ behindSince: 7000, losses: 2, lostBytes: 80 });
  outbox.catchUp({ ...step, cursor: undefined }, 9000);
  expect(statistics.backlog()[0]).toMatchObject({ behindSince: undefined, losses: 2 });

  outbox.assignLanes([], 0);
  expect(statistics.backlog().map(({ integration }) => integration)).toEqual(['slack (removed)']);
});

it('never looks at delivered deliveries, nor at dead ones for the sake of a count', () => {
  const { database } = openOutbox();
  const plan = database
    .all<{ detail: string }>(`EXPLAIN QUERY PLAN ${BACKLOG}`)
    .map(({ detail }) => detail);
  const ofDeliveries = plan.filter((step) => /^(SCAN|SEARCH) delivery/.test(step));
  expect(ofDeliveries).toHaveLength(6);
  // SQLite looks at the rows of silenced ones that wait, although the index has no others.
  expect(ofDeliveries.filter((step) => !step.includes('USING COVERING INDEX'))).toEqual([
    'SCAN delivery USING INDEX delivery_silenced',
  ]);
});

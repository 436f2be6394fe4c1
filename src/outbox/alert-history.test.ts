import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  anAcceptedAlert,
  anIdentity,
  anIntake,
  aSettlement,
  openTestDatabase,
} from '../../test/support/outbox.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import type { HoldReason } from '../core/lane-hold.ts';
import type { Outcome } from '../core/outcome.ts';
import { AlertHistory } from './alert-history.ts';
import type { Database } from './database.ts';
import { setPause } from './pauses.ts';
import { SqliteOutbox } from './sqlite-outbox.ts';
import { type Waiter, waitOf } from './waits-for.ts';

const NOW = 10_000;
let database: Database;
let outbox: SqliteOutbox;
let history: AlertHistory;
beforeEach(() => {
  database = openTestDatabase(tempDir());
  outbox = new SqliteOutbox(database);
  history = new AlertHistory(database);
  outbox.assignLanes([anIdentity('slack'), anIdentity('jira')], 0);
  onTestFinished(() => database.close());
});

function deliveries(alertId: string, now = NOW) {
  return history.deliveries(
    history.alerts(alertId).map(({ row }) => row),
    now,
  );
}

describe('what became of an alert', () => {
  it('is found by the alert’s own id, for all integrations', () => {
    outbox.accept(
      anIntake([anAcceptedAlert('one', [1, 2], 3, '7.1'), anAcceptedAlert('two', [1], 3, '7.2')]),
      5,
    );
    expect(history.alerts('7.1')).toEqual([{ row: 1, readAt: 5, raw: Buffer.from('one') }]);
    expect(history.alerts('7')).toEqual([]);
    expect(deliveries('7.1').map(({ integration, state }) => [integration, state])).toEqual([
      ['slack', 'pending'],
      ['jira', 'pending'],
    ]);
    expect(deliveries('7.2')).toMatchObject([{ waitsFor: 'order', nextAttemptAt: undefined }]);
    const plan = database.all('EXPLAIN QUERY PLAN SELECT raw FROM alert WHERE alert_id = ?', '7.1');
    expect(JSON.stringify(plan)).toContain('alert_by_id');
  });

  it('says that its integration is paused, and by whom', () => {
    outbox.accept(
      anIntake([anAcceptedAlert('a', [1], 3, '7.1'), anAcceptedAlert('b', [1], 3, '7.2')]),
      5,
    );
    const [first] = outbox.lease(1, 1, 1e6, NOW);
    outbox.commit({ settlements: [aSettlement(first?.id ?? 0)] });
    setPause(database, 'slack', { since: 7, who: 'anna' }, { who: 'anna', at: 7 });
    expect(deliveries('7.1')).toMatchObject([{ state: 'delivered', pause: undefined }]);
    expect(deliveries('7.2')).toMatchObject([
      { waitsFor: 'held', nextAttemptAt: undefined, pause: { since: 7, who: 'anna' } },
    ]);
    setPause(database, 'slack', undefined, { who: 'anna', at: 8 });
    expect(deliveries('7.2')).toMatchObject([{ waitsFor: undefined, pause: undefined }]);
  });

  it('shows its attempts, and the retry or the time that the service named', () => {
    outbox.accept(anIntake([anAcceptedAlert('a', [1, 2], 3, '7.1')]), 5);
    const fail = (lane: number, notBefore: number, named?: number) => {
      const [delivery] = outbox.lease(lane, 1, 1e6, NOW);
      const outcome: Outcome = {
        kind: 'retry',
        reason: 'server_error',
        status: 503,
        message: 'no',
        ...(named !== undefined && { notBefore: named }),
      };
      const next = { state: 'pending', notBefore, reason: 'server_error' } as const;
      outbox.commit({ settlements: [aSettlement(delivery?.id ?? 0, { outcome, next })] });
    };
    fail(1, NOW + 500);
    fail(2, NOW + 900, NOW + 900);
    const [slack, jira] = deliveries('7.1');
    expect(slack).toMatchObject({ waitsFor: 'retry', nextAttemptAt: NOW + 500 });
    expect(slack?.attempts).toMatchObject([{ number: 1, status: 503, message: 'no' }]);
    expect(jira).toMatchObject({ waitsFor: 'retry_after', nextAttemptAt: NOW + 900 });
  });

  it('says why its lane does nothing', () => {
    outbox.accept(anIntake([anAcceptedAlert('a', [1, 2], 3, '7.1')]), 5);
    outbox.commit({ holds: new Map([[1, { until: NOW + 50, reason: 'breaker' }]]) });
    outbox.park(2, { reason: 'auth', message: 'the key is wrong', since: 1 });
    expect(deliveries('7.1')).toMatchObject([
      { state: 'pending', waitsFor: 'breaker', nextAttemptAt: NOW + 50 },
      { state: 'parked', waitsFor: 'parked', reason: 'auth', parkedMessage: 'the key is wrong' },
    ]);
    outbox.assignLanes([anIdentity('slack')], 0);
    expect(deliveries('7.1')[1]).toMatchObject({
      integration: undefined,
      name: 'jira',
      waitsFor: 'parked',
    });
  });
});

describe('what a delivery waits for', () => {
  const waiter = (changes: Partial<Waiter>): Waiter => ({
    state: 'pending',
    due_at: 0,
    tries: 0,
    held_until: 0,
    held_for: null,
    notBefore: undefined,
    isBehindOthers: () => false,
    ...changes,
  });
  const held = (held_for: HoldReason, changes: Partial<Waiter> = {}) =>
    waiter({ held_for, held_until: NOW + 1, ...changes });

  it.each([
    [waiter({}), undefined],
    [waiter({ state: 'delivered' }), undefined],
    [waiter({ state: 'leased' }), undefined],
    [waiter({ state: 'held' }), 'held'],
    [waiter({ state: 'parked', due_at: NOW + 1 }), 'parked'],
    [waiter({ due_at: NOW + 1 }), 'retry'],
    [waiter({ due_at: NOW - 1 }), undefined],
    [waiter({ due_at: NOW + 1, notBefore: NOW + 1 }), 'retry_after'],
    [waiter({ due_at: NOW + 2, notBefore: NOW + 1 }), 'retry'],
    [waiter({ isBehindOthers: () => true }), 'order'],
    [held('rate_limit', { isBehindOthers: () => true }), 'rate_limit'],
    [held('breaker', { due_at: NOW + 1 }), 'breaker'],
    [held('breaker', { due_at: NOW + 2 }), 'retry'],
    [held('retry_after'), 'retry_after'],
    [held('rate_limit', { held_until: NOW }), undefined],
    // In an ordered lane, the one that failed, and those behind it.
    [held('retry', { tries: 1 }), 'retry'],
    [held('retry'), 'order'],
  ])('%j: %s', (one, wanted) => {
    expect(waitOf(one, NOW)).toBe(wanted);
  });
});

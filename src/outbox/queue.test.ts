import { beforeEach, describe, expect, it } from 'vitest';
import {
  anAcceptedAlert,
  anIdentity,
  anIntake,
  aSettlement,
  BY_TEST,
  openTestDatabase,
} from '../../test/support/outbox.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import type { DeliveryState } from '../core/delivery.ts';
import { Queue } from './queue.ts';
import { SqliteOutbox } from './sqlite-outbox.ts';

const SLACK = 1;
const PAGERDUTY = 2;
const PARKING = { reason: 'auth', message: 'HTTP 403', since: 6000 } as const;

/** The daemon's side, and the operator's with a connection of its own. */
class Both {
  readonly #directory = tempDir();
  readonly daemon = openTestDatabase(this.#directory);
  readonly outbox = new SqliteOutbox(this.daemon);
  readonly queue = new Queue(openTestDatabase(this.#directory));

  constructor() {
    this.outbox.assignLanes([anIdentity('slack'), anIdentity('pagerduty')], 0);
  }

  /**
   * Six deliveries of slack in the states delivered, dead, leased, due, waiting for a retry, due;
   * and one of pagerduty that is due.
   */
  fill(): void {
    const names = ['delivered', 'dead', 'leased', 'due', 'retry', 'due too'];
    this.outbox.accept(anIntake(names.map((raw) => anAcceptedAlert(raw, [SLACK], 7))), 5000);
    this.outbox.accept(anIntake([anAcceptedAlert('other', [PAGERDUTY], 12)]), 5001);
    this.outbox.lease(SLACK, 5, 1000, 5000);
    this.outbox.commit({
      settlements: [
        aSettlement(1, { startedAt: 5100 }),
        aSettlement(2, {
          startedAt: 5200,
          outcome: { kind: 'reject', reason: 'client_error', status: 400, message: 'no' },
          next: { state: 'dead', reason: 'client_error' },
        }),
        aSettlement(5, {
          startedAt: 5300,
          outcome: { kind: 'retry', reason: 'timeout' },
          next: { state: 'pending', notBefore: 9000, reason: 'timeout' },
        }),
      ],
    });
    this.outbox.release([4]);
  }

  states(): Record<string, DeliveryState> {
    return Object.fromEntries([...this.queue.list({})].map((row) => [row.alert, row.state]));
  }
}

let both: Both;
beforeEach(() => {
  both = new Both();
  both.fill();
});

describe('what was read before a time', () => {
  it('can be listed, retried and dropped alone', () => {
    both.outbox.accept(anIntake([anAcceptedAlert('new', [SLACK])]), 9000);
    const before = (readBefore: number) => ({ integration: 'slack', readBefore });
    expect([...both.queue.list({ readBefore: 5001 })]).toHaveLength(6);
    expect([...both.queue.list({ readBefore: 5002 })]).toHaveLength(7);
    expect(both.queue.retry(before(5000))).toBe(0);
    expect(both.queue.drop(before(5001), BY_TEST)).toBe(6);
    expect(both.states()).toEqual({ other: 'pending', new: 'pending' });
  });
});

describe('the list', () => {
  it('shows every delivery, the newest first', () => {
    expect([...both.queue.list({})].toReversed()).toEqual([
      entry(1, 'delivered', 'delivered', { attempts: 1, finishedAt: 5110 }),
      entry(2, 'dead', 'dead', {
        attempts: 1,
        finishedAt: 5210,
        reason: 'client_error',
        lastError: 'no',
      }),
      entry(3, 'leased', 'leased', {}),
      entry(4, 'due', 'pending', { nextAttemptAt: 5000 }),
      entry(5, 'retry', 'pending', { attempts: 1, reason: 'timeout', nextAttemptAt: 9000 }),
      entry(6, 'due too', 'pending', { nextAttemptAt: 5000 }),
      {
        ...entry(7, 'other', 'pending', { readAt: 5001, nextAttemptAt: 5001 }),
        integration: 'pagerduty',
        level: 12,
      },
    ]);
  });

  function entry(id: number, alert: string, state: DeliveryState, changes: object) {
    return {
      id,
      integration: 'slack',
      alert,
      level: 7,
      state,
      attempts: 0,
      reason: undefined,
      rule: undefined,
      description: undefined,
      agent: undefined,
      agentId: undefined,
      lastError: undefined,
      nextAttemptAt: undefined,
      readAt: 5000,
      finishedAt: undefined,
      ...changes,
    };
  }

  it('can be narrowed to a state, an integration, a number', () => {
    const ids = (filter: Parameters<Queue['list']>[0]) =>
      [...both.queue.list(filter)].map(({ id }) => id);
    expect(ids({ state: 'pending' })).toEqual([7, 6, 5, 4]);
    expect(ids({ state: 'parked' })).toEqual([]);
    expect(ids({ integration: 'pagerduty' })).toEqual([7]);
    expect(ids({ integration: 'slack', state: 'pending', limit: 2 })).toEqual([6, 5]);
    expect(ids({ integration: 'nobody' })).toEqual([]);
    expect(ids({ limit: 0 })).toEqual([]);
  });

  it('can be broken off', () => {
    for (const { id } of both.queue.list({})) if (id === 2) break;
    expect([...both.queue.list({})]).toHaveLength(7);
    // Nothing keeps the daemon from writing, and from emptying its log.
    both.outbox.release([3]);
    expect(both.daemon.all('PRAGMA wal_checkpoint(TRUNCATE)')).toEqual([
      { busy: 0, log: 0, checkpointed: 0 },
    ]);
  });

  it('shows an alert without an id, and one whose lane was never in a configuration', () => {
    both.outbox.accept(anIntake([{ ...anAcceptedAlert('x', [SLACK]), alertId: undefined }]), 1);
    expect([...both.queue.list({})][0]).toMatchObject({ alert: undefined, state: 'pending' });
  });
});

describe('what is parked', () => {
  it('shows as such while its lane is parked, with the reason of the lane', () => {
    both.outbox.park(SLACK, PARKING);
    expect(both.states()).toEqual({
      delivered: 'delivered',
      dead: 'dead',
      leased: 'leased',
      due: 'parked',
      retry: 'parked',
      'due too': 'parked',
      other: 'pending',
    });
    expect([...both.queue.list({ state: 'parked' })].toReversed()).toMatchObject([
      { id: 4, reason: 'auth', nextAttemptAt: undefined },
      { id: 5, reason: 'auth', nextAttemptAt: undefined },
      { id: 6, reason: 'auth' },
    ]);
    expect([...both.queue.list({ state: 'pending' })]).toHaveLength(1);
    expect(both.queue.show(4)?.parked).toEqual({ message: 'HTTP 403', since: 6000 });
    both.outbox.unpark(SLACK);
    expect(both.states()).toMatchObject({ due: 'pending', retry: 'pending' });
    expect(both.queue.show(4)?.parked).toBeUndefined();
  });

  it('is also what waits for an integration that is gone', () => {
    both.outbox.assignLanes([anIdentity('pagerduty')], 0);
    expect(both.states()).toMatchObject({ due: 'parked', retry: 'parked', dead: 'dead' });
    expect([...both.queue.list({ integration: 'slack (removed)', state: 'parked' })]).toHaveLength(
      3,
    );
    expect(both.queue.stats()).toMatchObject({ 'slack (removed)': { parked: 3, pending: 0 } });
  });
});

describe('showing one', () => {
  it('gives its attempts and its alert', () => {
    expect(both.queue.show(2)).toMatchObject({
      id: 2,
      state: 'dead',
      raw: 'dead',
      parked: undefined,
      attemptLog: [
        {
          number: 1,
          startedAt: 5200,
          durationMs: 10,
          outcome: 'reject',
          reason: 'client_error',
          status: 400,
          message: 'no',
          excerpt: undefined,
        },
      ],
    });
  });

  it('knows none of an unknown id', () => {
    expect(both.queue.show(99)).toBeUndefined();
  });
});

describe('the statistics', () => {
  it('count per integration and state, also where there is nothing', () => {
    both.outbox.assignLanes([anIdentity('slack'), anIdentity('pagerduty'), anIdentity('new')], 0);
    const none = {
      pending: 0,
      leased: 0,
      parked: 0,
      delivered: 0,
      dead: 0,
      held: 0,
      covered: 0,
      silenced: 0,
    };
    expect(both.queue.stats()).toEqual({
      slack: { ...none, pending: 3, leased: 1, delivered: 1, dead: 1 },
      pagerduty: { ...none, pending: 1 },
      new: none,
    });
  });

  it('leave out a removed integration that nothing waits for', () => {
    both.outbox.assignLanes([anIdentity('slack')], 0);
    both.queue.drop({ integration: 'pagerduty (removed)' }, BY_TEST);
    expect(Object.keys(both.queue.stats())).toEqual(['slack']);
  });
});

describe('retry', () => {
  it('makes dead and waiting ones due at once, and begins their schedule again', () => {
    expect(both.queue.retry({ ids: [1, 2, 3, 5, 99] })).toBe(2);
    expect(both.states()).toMatchObject({
      delivered: 'delivered',
      dead: 'pending',
      leased: 'leased',
      retry: 'pending',
    });
    const leased = both.outbox.lease(SLACK, 99, 9999, 5000);
    expect(
      leased.map(({ id, attempts, tries, firstAttemptAt }) => [
        id,
        attempts,
        tries,
        firstAttemptAt,
      ]),
    ).toEqual([
      [2, 1, 0, undefined],
      [4, 0, 0, undefined],
      [5, 1, 0, undefined],
      [6, 0, 0, undefined],
    ]);
    expect(both.queue.show(2)?.finishedAt).toBeUndefined();
    expect(both.queue.show(2)?.attemptLog).toHaveLength(1);
  });

  it('ends the parking of the lanes it concerns, and of no others', () => {
    both.outbox.park(SLACK, PARKING);
    both.outbox.park(PAGERDUTY, PARKING);
    expect(both.queue.retry({ ids: [2] })).toBe(1);
    expect(both.outbox.lane(SLACK)?.parking).toBeUndefined();
    expect(both.outbox.lane(PAGERDUTY)?.parking).toEqual(PARKING);
    expect(both.queue.retry({ state: 'parked' })).toBe(1);
    expect(both.outbox.lane(PAGERDUTY)?.parking).toBeUndefined();
  });

  it('takes all that a filter lets through', () => {
    expect(both.queue.retry({ state: 'delivered' })).toBe(0);
    expect(both.queue.retry({ state: 'dead', integration: 'pagerduty' })).toBe(0);
    expect(both.queue.retry({ integration: 'slack' })).toBe(4);
    expect(both.queue.retry({})).toBe(5);
  });

  it('is noticed by the daemon', () => {
    expect(both.outbox.changedElsewhere()).toBe(false);
    both.queue.retry({ ids: [2] });
    expect(both.outbox.changedElsewhere()).toBe(true);
  });
});

describe('drop', () => {
  it('removes deliveries, their attempts, and alerts that nobody waits for any more', () => {
    both.outbox.accept(anIntake([anAcceptedAlert('for both', [SLACK, PAGERDUTY])]), 1);
    const rows = (table: string) => both.daemon.all(`SELECT * FROM ${table}`).length;
    expect([rows('delivery'), rows('alert'), rows('attempt')]).toEqual([9, 8, 3]);
    expect(both.queue.drop({ ids: [2, 3, 8] }, BY_TEST)).toBe(3);
    expect([rows('delivery'), rows('alert'), rows('attempt')]).toEqual([6, 6, 2]);
    expect(both.queue.show(9)?.raw).toBe('for both');
    expect(both.queue.drop({ integration: 'slack' }, BY_TEST)).toBe(4);
    expect(both.queue.drop({ state: 'pending', integration: 'pagerduty' }, BY_TEST)).toBe(2);
    expect([rows('delivery'), rows('alert'), rows('attempt')]).toEqual([0, 0, 0]);
    expect(both.queue.drop({}, BY_TEST)).toBe(0);
  });
});

it('waits for its turn while the daemon writes, rather than fail', () => {
  // The daemon's transactions are short; here one is open until the operator has asked to look.
  both.daemon.execute('BEGIN IMMEDIATE');
  expect(both.states()).toMatchObject({ due: 'pending' });
  expect(both.queue.stats()['slack']?.pending).toBe(3);
  both.daemon.execute('COMMIT');
  expect(both.queue.retry({ ids: [2] })).toBe(1);
});

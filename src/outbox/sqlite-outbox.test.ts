import { describe, expect, it, vi } from 'vitest';
import {
  anAcceptedAlert,
  anIdentity,
  anIntake,
  aSettlement,
  BY_TEST,
  checkpointAt,
  openTestDatabase,
} from '../../test/support/outbox.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import type { UnreadableRecord } from '../core/outbox.ts';
import { Database } from './database.ts';
import { Queue } from './queue.ts';
import { SqliteOutbox } from './sqlite-outbox.ts';

const MEGABYTE = 1024 * 1024;
const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** An outbox with two lanes, 1 and 2. */
function open(directory = tempDir()) {
  const database = openTestDatabase(directory);
  const outbox = new SqliteOutbox(database);
  outbox.assignLanes([anIdentity('slack'), anIdentity('pagerduty')], 0);
  return { directory, database, outbox, queue: new Queue(database) };
}

const leaseAll = (outbox: SqliteOutbox, lane: number, now = 5000) =>
  outbox.lease(lane, 1000, NO_LIMIT, now);
const raws = (leased: readonly { raw: Buffer }[]) => leased.map(({ raw }) => raw.toString());

describe('accepting', () => {
  it('stores alerts byte for byte, one delivery per lane, and the checkpoint', () => {
    const { outbox, queue } = open();
    const raw = Buffer.from([0x7b, 0x00, 0xff, 0xfe, 0x22, 0x7d]);
    const batch = Buffer.concat([Buffer.from('before\n'), raw, Buffer.from('\nafter')]);
    const alert = { raw: batch.subarray(7, 13), alertId: '1.2', level: 7, lanes: [1, 2] };
    outbox.accept(anIntake([alert], { checkpoint: checkpointAt(14) }), 5000);
    batch.fill(0); // the batch is the source's, which uses it again
    expect(leaseAll(outbox, 1)[0]?.raw).toEqual(raw);
    expect(leaseAll(outbox, 2)[0]?.raw).toEqual(raw);
    expect(outbox.checkpoint('test')).toEqual(checkpointAt(14));
    expect([...queue.list({})].toReversed()).toMatchObject([
      { alert: '1.2', level: 7, readAt: 5000, integration: 'slack' },
      { alert: '1.2', level: 7, readAt: 5000, integration: 'pagerduty' },
    ]);
  });

  it('accepts a batch without any alert, for its checkpoint', () => {
    const { outbox } = open();
    expect(outbox.checkpoint('test')).toBeUndefined();
    outbox.accept(anIntake([], { checkpoint: checkpointAt(1) }), 1);
    outbox.saveCheckpoint(checkpointAt(2));
    expect(outbox.checkpoint('test')).toEqual(checkpointAt(2));
  });

  it('keeps the checkpoint of each source by itself, whatever its state is', () => {
    const { outbox } = open();
    const queue = { source: 'queue', version: 3, state: null };
    outbox.accept(anIntake([], { checkpoint: queue }), 1);
    outbox.accept(anIntake([], { checkpoint: checkpointAt(1) }), 1);
    outbox.accept(anIntake([], { checkpoint: checkpointAt(2) }), 1);
    expect(outbox.checkpoint('queue')).toEqual(queue);
    expect(outbox.checkpoint('test')).toEqual(checkpointAt(2));
    expect(outbox.checkpoint('other')).toBeUndefined();
  });

  it('stores all of it or nothing', () => {
    const { outbox, queue } = open();
    const broken = { ...anAcceptedAlert('b', [1]), raw: null as unknown as Buffer };
    const intake = anIntake([anAcceptedAlert('a', [1]), broken], { checkpoint: checkpointAt(9) });
    expect(() => outbox.accept(intake, 1)).toThrow('NOT NULL');
    expect([...queue.list({})]).toEqual([]);
    expect(outbox.checkpoint('test')).toBeUndefined();
    outbox.accept(anIntake([anAcceptedAlert('c', [1])]), 1);
    expect(raws(leaseAll(outbox, 1))).toEqual(['c']);
  });

  it('keeps unreadable lines, the empty one too, but no more than the last thousand', () => {
    const { outbox, database } = open();
    const line = (offset: number, excerpt = Buffer.alloc(0)): UnreadableRecord => {
      const place = `/alerts.json, byte ${offset}`;
      return { source: 'test', place, length: 0, reason: 'empty line', excerpt };
    };
    const lines = Array.from({ length: 1500 }, (_, i) => line(i));
    outbox.accept(anIntake([], { unreadable: lines }), 7);
    outbox.accept(anIntake([], { unreadable: [line(1500, Buffer.from('{"a'))] }), 8);
    const kept = database.all<{ excerpt: Uint8Array }>('SELECT * FROM unreadable ORDER BY id');
    expect(kept).toHaveLength(1000);
    expect(kept[0]).toMatchObject({ source: 'test', place: '/alerts.json, byte 501', read_at: 7 });
    expect(Buffer.from(kept[999]?.excerpt ?? []).toString()).toBe('{"a');
  });

  it('counts lines over all batches', () => {
    const { outbox, database } = open();
    const counts = { read: 3, matched: 1, skipped: 0, unreadable: 2 };
    outbox.accept(anIntake([], { counts }), 1);
    outbox.accept(anIntake([], { counts: { ...counts, skipped: 5 } }), 2);
    const rows = database.all<{ name: string; value: number }>('SELECT name, value FROM counter');
    expect(Object.fromEntries(rows.map(({ name, value }) => [name, value]))).toEqual({
      read: 6,
      matched: 2,
      skipped: 5,
      unreadable: 4,
    });
  });
});

describe('leasing', () => {
  it('gives urgent ones first, then the order of reading, and each only once', () => {
    const { outbox } = open();
    const levels = [3, 12, 11, 15, 7];
    const alerts = levels.map((level, i) => anAcceptedAlert(`${i}:${level}`, [1], level));
    outbox.accept(anIntake(alerts), 1);
    expect(raws(outbox.lease(1, 2, NO_LIMIT, 1))).toEqual(['1:12', '3:15']);
    expect(raws(outbox.lease(1, 2, NO_LIMIT, 1))).toEqual(['0:3', '2:11']);
    expect(raws(outbox.lease(1, 2, NO_LIMIT, 1))).toEqual(['4:7']);
    expect(outbox.lease(1, 2, NO_LIMIT, 1)).toEqual([]);
    expect(outbox.lease(2, 2, NO_LIMIT, 1)).toEqual([]);
  });

  it('gives no more bytes than asked for, but at least one alert', () => {
    const { outbox } = open();
    const big = 'x'.repeat(MEGABYTE);
    outbox.accept(anIntake(['1', '2', '3', '4'].map((i) => anAcceptedAlert(i + big, [1]))), 1);
    expect(outbox.lease(1, 10, 10, 1)).toHaveLength(1);
    expect(outbox.lease(1, 10, 2 * MEGABYTE + 2, 1)).toHaveLength(2);
    expect(outbox.lease(1, 10, 2 * MEGABYTE, 1)).toHaveLength(1);
  });

  it('says what is known of earlier attempts', () => {
    const { outbox } = open();
    outbox.accept(anIntake([anAcceptedAlert('a', [1])]), 1);
    const [first] = leaseAll(outbox, 1);
    expect(first).toMatchObject({ attempts: 0, tries: 0, firstAttemptAt: undefined });
    const id = first?.id ?? 0;
    const next = { state: 'pending', notBefore: 0, reason: 'timeout' } as const;
    const outcome = { kind: 'retry', reason: 'timeout' } as const;
    outbox.commit({ settlements: [aSettlement(id, { startedAt: 77, outcome, next })] });
    leaseAll(outbox, 1);
    outbox.commit({ settlements: [aSettlement(id, { startedAt: 99, outcome, next })] });
    expect(leaseAll(outbox, 1)).toMatchObject([{ attempts: 2, tries: 2, firstAttemptAt: 77 }]);
  });

  it('keeps what waits for a retry until it is due, and says when that is', () => {
    const { outbox } = open();
    expect(outbox.nextDue(1)).toBeUndefined();
    outbox.accept(anIntake(['a', 'b', 'c'].map((raw) => anAcceptedAlert(raw, [1]))), 1);
    expect(outbox.nextDue(1)).toBe(0);
    expect(outbox.nextDue(2)).toBeUndefined();
    const [a, b] = leaseAll(outbox, 1);
    const outcome = { kind: 'retry', reason: 'timeout' } as const;
    const later = (id: number | undefined, notBefore: number) => {
      const next = { state: 'pending', notBefore, reason: 'timeout' } as const;
      return aSettlement(id ?? 0, { outcome, next });
    };
    outbox.commit({ settlements: [later(a?.id, 9000), later(b?.id, 8000)] });
    expect(outbox.nextDue(1)).toBe(8000);
    expect(leaseAll(outbox, 1, 7999)).toEqual([]);
    expect(outbox.nextDue(1)).toBe(8000);
    expect(raws(leaseAll(outbox, 1, 8000))).toEqual(['b']);
    expect(outbox.nextDue(1)).toBe(9000);
    outbox.expedite(2);
    expect(outbox.nextDue(1)).toBe(9000);
    outbox.expedite(1);
    expect(outbox.nextDue(1)).toBe(0);
    expect(raws(leaseAll(outbox, 1, 8000))).toEqual(['a']);
    expect(outbox.nextDue(1)).toBeUndefined();
  });

  it('gives back what was released, in its old place', () => {
    const { outbox } = open();
    outbox.accept(anIntake(['a', 'b', 'c'].map((raw) => anAcceptedAlert(raw, [1]))), 1);
    const [a, b] = outbox.lease(1, 2, NO_LIMIT, 1);
    outbox.release([b?.id ?? 0, a?.id ?? 0]);
    expect(raws(leaseAll(outbox, 1))).toEqual(['a', 'b', 'c']);
  });

  it('takes back what was leased when the process was killed', () => {
    const { directory, database, outbox } = open();
    outbox.accept(anIntake(['a', 'b', 'c'].map((raw) => anAcceptedAlert(raw, [1]))), 1);
    const [a] = outbox.lease(1, 2, NO_LIMIT, 1);
    outbox.commit({ settlements: [aSettlement(a?.id ?? 0)] });
    database.close();
    expect(raws(leaseAll(open(directory).outbox, 1))).toEqual(['b', 'c']);
  });
});

describe('settling', () => {
  it('records the attempt, its text cut and without NUL characters', () => {
    const { outbox, queue } = open();
    outbox.accept(anIntake([anAcceptedAlert('a', [1])]), 1);
    const id = leaseAll(outbox, 1)[0]?.id ?? 0;
    outbox.commit({
      settlements: [
        aSettlement(id, {
          startedAt: 1000,
          durationMs: 12.6,
          outcome: {
            kind: 'reject',
            reason: 'client_error',
            status: 400,
            message: `m\0${'é'.repeat(3000)}`,
            excerpt: 'a\0b',
          },
          next: { state: 'dead', reason: 'client_error' },
        }),
      ],
    });
    expect(queue.show(id)).toMatchObject({
      state: 'dead',
      reason: 'client_error',
      attempts: 1,
      finishedAt: 1013,
      attemptLog: [
        {
          number: 1,
          startedAt: 1000,
          durationMs: 13,
          outcome: 'reject',
          reason: 'client_error',
          status: 400,
          message: `m\ufffd${'é'.repeat(1998)}`,
          excerpt: 'a\ufffdb',
        },
      ],
    });
  });

  it('settles only what is leased', () => {
    const { outbox, queue } = open();
    outbox.accept(anIntake([anAcceptedAlert('a', [1]), anAcceptedAlert('b', [1])]), 1);
    const [a] = outbox.lease(1, 1, NO_LIMIT, 1);
    const id = a?.id ?? 0;
    const dead = { state: 'dead', reason: 'rejected' } as const;
    outbox.commit({ settlements: [aSettlement(id), aSettlement(id, { next: dead })] });
    outbox.commit({ settlements: [aSettlement(id + 1), aSettlement(id + 99)] });
    outbox.release([id, id + 1]);
    expect(
      [...queue.list({})].toReversed().map(({ state, attempts }) => [state, attempts]),
    ).toEqual([
      ['delivered', 1],
      ['pending', 0],
    ]);
    expect(queue.show(id)?.attemptLog).toHaveLength(1);
  });

  it('does not count for the retries what was parked', () => {
    const { outbox } = open();
    outbox.accept(anIntake([anAcceptedAlert('a', [1])]), 1);
    const id = leaseAll(outbox, 1)[0]?.id ?? 0;
    const outcome = { kind: 'park', reason: 'auth' } as const;
    const next = { state: 'pending', notBefore: 0, reason: 'auth' } as const;
    outbox.commit({ settlements: [aSettlement(id, { outcome, next })] });
    expect(leaseAll(outbox, 1)).toMatchObject([
      { id, attempts: 1, tries: 0, firstAttemptAt: undefined },
    ]);
  });

  it('never settles another delivery in place of one that was dropped in flight', () => {
    const { outbox, queue } = open();
    outbox.accept(anIntake([anAcceptedAlert('old', [1])]), 1);
    const old = leaseAll(outbox, 1)[0]?.id ?? 0;
    queue.drop({ ids: [old] }, BY_TEST);
    outbox.accept(anIntake([anAcceptedAlert('new', [2])]), 1);
    const [fresh] = leaseAll(outbox, 2);
    expect(fresh?.raw.toString()).toBe('new');
    outbox.commit({ settlements: [aSettlement(old)] });
    outbox.release([old]);
    expect([...queue.list({})]).toMatchObject([{ alert: 'new', state: 'leased', attempts: 0 }]);
  });

  it('stores the buckets of lanes', () => {
    const { directory, database, outbox } = open();
    outbox.commit({ buckets: new Map([[2, { tokens: 1.5, at: 123 }]]) });
    database.close();
    const again = open(directory).outbox;
    expect(again.lane(2)?.bucket).toEqual({ tokens: 1.5, at: 123 });
    expect(again.lane(1)?.bucket).toBeUndefined();
    expect(again.lane(99)).toBeUndefined();
  });
});

describe('parking', () => {
  it('is stored, also over a restart, until it ends', () => {
    const { directory, database, outbox } = open();
    const parking = { reason: 'auth', message: 'the key is wrong', since: 4000 } as const;
    outbox.park(1, parking);
    expect(outbox.lane(1)?.parking).toEqual(parking);
    expect(outbox.lane(2)?.parking).toBeUndefined();
    database.close();
    const again = open(directory).outbox;
    expect(again.lane(1)?.parking).toEqual(parking);
    again.unpark(1);
    expect(again.lane(1)?.parking).toBeUndefined();
  });
});

describe('changes elsewhere', () => {
  it('are noticed once, and one’s own are none', () => {
    const { directory, outbox } = open();
    expect(outbox.changedElsewhere()).toBe(false);
    outbox.accept(anIntake([anAcceptedAlert('a', [1])]), 1);
    leaseAll(outbox, 1);
    expect(outbox.changedElsewhere()).toBe(false);
    const other = openTestDatabase(directory);
    const queue = new Queue(other);
    expect([...queue.list({})]).toHaveLength(1);
    expect(outbox.changedElsewhere()).toBe(false);
    queue.drop({}, BY_TEST);
    expect(outbox.changedElsewhere()).toBe(true);
    expect(outbox.changedElsewhere()).toBe(false);
    other.close();
  });
});

describe('a full disk', () => {
  /** Lets the database grow by no more than a few pages, as a full disk does. */
  function fill(database: Database): () => void {
    const pages = database.get<{ page_count: number }>('PRAGMA page_count')?.page_count ?? 0;
    database.execute(`PRAGMA max_page_count = ${pages + 2}`);
    return () => database.execute('PRAGMA max_page_count = 1073741823');
  }

  it('stores nothing of a batch, and everything later', () => {
    const { database, outbox, queue } = open();
    outbox.accept(anIntake([anAcceptedAlert('a', [1])], { checkpoint: checkpointAt(1) }), 1);
    const free = fill(database);
    const big = Array.from({ length: 20 }, (_, i) =>
      anAcceptedAlert(`${i}${'x'.repeat(9999)}`, [1]),
    );
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(() => outbox.accept(anIntake(big, { checkpoint: checkpointAt(2) }), 1)).toThrow(
        'database or disk is full',
      );
    }
    expect([...queue.list({})]).toHaveLength(1);
    expect(outbox.checkpoint('test')).toEqual(checkpointAt(1));
    free();
    outbox.accept(anIntake(big, { checkpoint: checkpointAt(2) }), 1);
    expect(leaseAll(outbox, 1)).toHaveLength(21);
    expect(outbox.checkpoint('test')).toEqual(checkpointAt(2));
  });

  it('leaves every other step working before and after', () => {
    const { database, outbox, queue } = open();
    outbox.accept(anIntake(['a', 'b'].map((raw) => anAcceptedAlert(raw, [1]))), 1);
    const [a, b] = leaseAll(outbox, 1);
    const free = fill(database);
    const excerpt = 'x'.repeat(2000);
    const big = Array.from({ length: 20 }, (_, i) => anAcceptedAlert(`${i}${excerpt}`, [1]));
    expect(() => outbox.accept(anIntake(big), 1)).toThrow('full');
    outbox.release([b?.id ?? 0]);
    expect(raws(leaseAll(outbox, 1))).toEqual(['b']);
    outbox.commit({ settlements: [aSettlement(a?.id ?? 0)] });
    expect(() => outbox.accept(anIntake(big), 1)).toThrow('full');
    free();
    outbox.commit({ settlements: [aSettlement(b?.id ?? 0)] });
    expect(queue.stats()['slack']).toMatchObject({ delivered: 2, pending: 0, leased: 0 });
  });
});

describe('with a long queue', () => {
  it('reads no table from end to end', () => {
    const { database, outbox, queue } = open();
    outbox.accept(anIntake([anAcceptedAlert('a', [1])]), 1);
    const statements = new Set<string>();
    for (const method of ['run', 'get', 'all', 'iterate'] as const) {
      const real = Database.prototype[method] as (sql: string, ...values: never[]) => unknown;
      vi.spyOn(Database.prototype, method).mockImplementation(function (
        this: Database,
        sql: string,
        ...values: unknown[]
      ) {
        statements.add(sql);
        return real.call(this, sql, ...(values as never[])) as never;
      });
    }
    const again = new SqliteOutbox(database);
    const [leased] = leaseAll(again, 1);
    again.release([leased?.id ?? 0]);
    again.nextDue(1);
    again.expedite(1);
    leaseAll(again, 1);
    again.nextDue(1);
    again.commit({ settlements: [aSettlement(leased?.id ?? 0)] });
    again.lane(1);
    again.changedElsewhere();
    queue.show(leased?.id ?? 0);
    queue.retry({ ids: [1] });
    queue.drop({ ids: [1] }, BY_TEST);
    vi.restoreAllMocks();
    const plans = [...statements]
      .filter((sql) => !sql.startsWith('PRAGMA'))
      .flatMap((sql) => {
        const values = Array.from({ length: sql.split('?').length - 1 }, () => null);
        return database
          .all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...values)
          .map(({ detail }) => `${detail} ← ${sql}`);
      });
    expect(plans.length).toBeGreaterThan(12);
    // The index of what is leased holds only what is leased, that of bundles what has just ended; lanes are few; what is dropped is counted.
    const cheap =
      /^SCAN (?:json_each|lane ←|delivery USING (?:COVERING )?INDEX delivery_leased|bundle USING INDEX bundle_unsettled)/;
    const isOfDrop = /TEMP B-TREE.*COALESCE.*GROUP BY 1, 2/s;
    const costly = plans.filter(
      (plan) => /SCAN|TEMP B-TREE/.test(plan) && !cheap.test(plan) && !isOfDrop.test(plan),
    );
    expect(costly).toEqual([]);
  });
});

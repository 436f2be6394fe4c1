import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import {
  anAcceptedAlert,
  anIdentity,
  anIntake,
  aSettlement,
  openTestDatabase,
} from '../../test/support/outbox.ts';
import { RecordingLog } from '../../test/support/recording-log.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { Purge } from '../outbox/purge.ts';
import { Queue } from '../outbox/queue.ts';
import { SqliteOutbox } from '../outbox/sqlite-outbox.ts';
import { Retention } from './retention.ts';

const DAY = 86_400_000;
const LIMITS = { deliveredDays: 2, deadDays: 10, maxBytes: 2 ** 30 };
const LANE = 1;

let clock: FakeClock;
let outbox: SqliteOutbox;
let space: Purge;
let queue: Queue;
let log: RecordingLog;
beforeEach(() => {
  const database = openTestDatabase(tempDir());
  clock = new FakeClock();
  log = new RecordingLog();
  outbox = new SqliteOutbox(database);
  outbox.assignLanes([anIdentity('slack')]);
  space = new Purge(database);
  queue = new Queue(database);
});

const stats = () => queue.stats()['slack'];

/** Stores alerts and ends their deliveries now. */
function finish(count: number, state: 'delivered' | 'dead', bytes = 10): void {
  const alerts = Array.from({ length: count }, (_, i) =>
    anAcceptedAlert(`${i}`.padEnd(bytes, '.'), [LANE]),
  );
  outbox.accept(anIntake(alerts), clock.now());
  const leased = outbox.lease(LANE, count, 2 ** 30, clock.now());
  const next = state === 'dead' ? { state, reason: 'rejected' as const } : { state };
  const startedAt = clock.now();
  outbox.commit({
    settlements: leased.map(({ id }) => aSettlement(id, { startedAt, durationMs: 0, next })),
  });
}

describe('retention', () => {
  it('removes what is finished after its time, and nothing else', async () => {
    finish(1200, 'delivered');
    finish(3, 'dead');
    outbox.accept(anIntake([anAcceptedAlert('waits', [LANE])]), clock.now());
    const retention = new Retention(space, LIMITS, clock, log);
    retention.start();
    await clock.advance(DAY);
    expect(stats()).toMatchObject({ pending: 1, delivered: 1200, dead: 3 });
    finish(1, 'delivered'); // the one that waited; another one waits now
    await clock.advance(DAY + 120_000);
    expect(stats()).toMatchObject({ pending: 1, delivered: 1, dead: 3 });
    await clock.advance(9 * DAY);
    expect(stats()).toMatchObject({ delivered: 0, dead: 0 });
    expect(log.lines).toEqual([]);
    retention.stop();
    expect(clock.timers).toBe(0);
  });

  it('makes room for reading by removing delivered alerts early, but never what waits', async () => {
    finish(300, 'delivered', 4000);
    const waiting = Array.from({ length: 100 }, (_, i) =>
      anAcceptedAlert(`w${i}`.padEnd(4000, '.'), [LANE]),
    );
    outbox.accept(anIntake(waiting), clock.now());
    const limits = { ...LIMITS, maxBytes: 1_000_000 };
    const retention = new Retention(space, limits, clock, log);
    expect(retention.hasRoom()).toBe(false);
    await clock.advance(1000);
    expect(retention.hasRoom()).toBe(true);
    expect(stats()).toMatchObject({ pending: 100, dead: 0 });
    retention.stop();
  });

  it('has no room while what waits alone fills the outbox', async () => {
    const waiting = Array.from({ length: 300 }, (_, i) =>
      anAcceptedAlert(`w${i}`.padEnd(4000, '.'), [LANE]),
    );
    outbox.accept(anIntake(waiting), clock.now());
    const retention = new Retention(space, { ...LIMITS, maxBytes: 1_000_000 }, clock, log);
    expect(retention.hasRoom()).toBe(false);
    await clock.advance(10_000);
    expect(retention.hasRoom()).toBe(false);
    expect(stats()).toMatchObject({ pending: 300 });
    finishAll();
    expect(retention.hasRoom()).toBe(false);
    await clock.advance(1000);
    expect(retention.hasRoom()).toBe(true);
    retention.stop();
  });

  it('gives the space of what was removed back to the file system', async () => {
    finish(3000, 'delivered', 8000);
    const before = space.usedBytes();
    const retention = new Retention(space, LIMITS, clock, log);
    retention.start();
    await clock.advance(3 * DAY);
    retention.stop();
    expect(space.usedBytes()).toBeLessThan(before / 20);
    expect(space.compact(1)).toBe(false);
  });

  it('reports a failure, and continues', async () => {
    const broken = {
      usedBytes: () => 0,
      purge: (): number => {
        throw new Error('disk I/O error');
      },
      compact: () => false,
    };
    const retention = new Retention(broken, LIMITS, clock, log);
    retention.start();
    await clock.advance(300_000);
    retention.stop();
    expect(log.with('outbox cleanup failed').length).toBeGreaterThan(1);
  });
});

function finishAll(): void {
  const leased = outbox.lease(LANE, 1000, 2 ** 30, clock.now());
  const startedAt = clock.now() - 1;
  outbox.commit({
    settlements: leased.map(({ id }) => aSettlement(id, { startedAt, durationMs: 0 })),
  });
}

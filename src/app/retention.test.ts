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
import { systemClock } from '../core/clock.ts';
import { outboxLimits } from '../core/settings.ts';
import { Purge } from '../outbox/purge.ts';
import { Queue } from '../outbox/queue.ts';
import { SqliteOutbox } from '../outbox/sqlite-outbox.ts';
import { Retention } from './retention.ts';

const DAY = 86_400_000;
const LIMITS = outboxLimits({ deliveredDays: 2, deadDays: 10 });
const LANE = 1;
const OTHER = 2;

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
  outbox.assignLanes([anIdentity('slack'), anIdentity('shuffle')], 0);
  space = new Purge(database);
  queue = new Queue(database);
});

/** An outbox in which there is nothing to remove. */
const NOTHING = {
  usedBytes: () => 0,
  purge: () => 0,
  finishedBytes: () => 0,
  purgeTo: () => 0,
  settleMembers: () => false,
  forgetQuiet: () => 0,
  compact: () => false,
};

const stats = () => queue.stats()['slack'];

/** Stores alerts and ends their deliveries now. */
function finish(count: number, state: 'delivered' | 'dead', bytes = 10, lane = LANE): void {
  const alerts = Array.from({ length: count }, (_, i) =>
    anAcceptedAlert(`${i}`.padEnd(bytes, '.'), [lane]),
  );
  outbox.accept(anIntake(alerts), clock.now());
  const leased = outbox.lease(lane, count, 2 ** 30, clock.now());
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

  it('removes delivered alerts before their time once they take up more than their part', async () => {
    finish(300, 'delivered', 4000);
    const waiting = Array.from({ length: 100 }, (_, i) =>
      anAcceptedAlert(`w${i}`.padEnd(4000, '.'), [LANE]),
    );
    outbox.accept(anIntake(waiting), clock.now());
    const retention = new Retention(space, { ...LIMITS, deliveredBytes: 600_000 }, clock, log);
    retention.start();
    await clock.advance(5000);
    expect(stats()).toMatchObject({ pending: 100 });
    expect(space.finishedBytes('delivered')).toBeLessThanOrEqual(600_000);
    expect(stats()?.delivered).toBeGreaterThan(100);
    expect(log.lines).toEqual([]);
    retention.stop();
  });

  it('removes dead letters before their time, of the lane that has most, and says so', async () => {
    finish(2, 'dead', 4000, OTHER);
    finish(300, 'dead', 4000);
    const retention = new Retention(space, { ...LIMITS, deadBytes: 100_000 }, clock, log);
    retention.start();
    await clock.advance(5000);
    expect(space.finishedBytes('dead')).toBeLessThanOrEqual(100_000);
    expect(queue.stats()['shuffle']).toMatchObject({ dead: 2 });
    const left = stats()?.dead ?? 0;
    expect(left).toBeGreaterThan(5);
    await clock.advance(60_000);
    const removed = log
      .with('dead letters were removed')
      .reduce((sum, { fields }) => sum + Number(fields['count']), 0);
    expect(removed).toBe(300 - left);
    retention.stop();
  });

  it('leaves half of the room to what waits while the file is larger than it may be', () => {
    const limits = { ...LIMITS, maxBytes: 100_000, deliveredBytes: 10_000, deadBytes: 10_000 };
    const retention = new Retention(space, { ...limits, maxBytes: 1 << 20 }, clock, log);
    expect(retention.poolBytes()).toBe((1 << 20) - 20_000);
    finish(30, 'delivered', 4000);
    expect(new Retention(space, limits, clock, log).poolBytes()).toBe(40_000);
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

  it.each([
    ['four fifths of the time to all else', 0, 40],
    ['half of it while room is short', 1 << 20, 10],
  ])('leaves %s', (_, usedBytes, pause) => {
    let now = 0;
    const pauses: number[] = [];
    let next = () => {};
    const slow = {
      ...NOTHING,
      usedBytes: () => usedBytes,
      purge: () => {
        now += 5; // of each kind of two
        return 100;
      },
    };
    const timed = {
      ...systemClock,
      monotonic: () => now,
      after(milliseconds: number, callback: () => void) {
        pauses.push(milliseconds);
        next = callback;
        return () => {};
      },
    };
    const retention = new Retention(slow, { ...LIMITS, maxBytes: 1000 }, timed, log);
    retention.start();
    for (let step = 0; step < 3; step += 1) next();
    expect(pauses).toEqual([0, pause, pause, pause]);
  });

  it('reports a failure, and continues', async () => {
    const broken = {
      ...NOTHING,
      purge: (): number => {
        throw new Error('disk I/O error');
      },
    };
    const retention = new Retention(broken, LIMITS, clock, log);
    retention.start();
    await clock.advance(300_000);
    retention.stop();
    expect(log.with('outbox cleanup failed').length).toBeGreaterThan(1);
  });
});

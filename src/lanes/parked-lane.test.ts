import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { anIntegration } from '../../test/support/jobs.ts';
import {
  anAcceptedAlert,
  anIdentity,
  anIntake,
  openTestDatabase,
} from '../../test/support/outbox.ts';
import { RecordingLog } from '../../test/support/recording-log.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import type { LaneRecord } from '../core/outbox.ts';
import { Queue } from '../outbox/queue.ts';
import { SqliteOutbox } from '../outbox/sqlite-outbox.ts';
import { ParkedLane } from './parked-lane.ts';

const HOUR = 3_600_000;
const PROBE = 15 * 60_000;

let clock: FakeClock;
let log: RecordingLog;
let outbox: SqliteOutbox;
let queue: Queue;
let record: LaneRecord;
let isThere: boolean;
let fixed: number;
let expired: number;
let lane: ParkedLane;
beforeEach(() => {
  clock = new FakeClock();
  log = new RecordingLog();
  const database = openTestDatabase(tempDir());
  outbox = new SqliteOutbox(database);
  queue = new Queue(database);
  const cannotRun = { message: 'no script', since: clock.now() };
  record = outbox.assignLanes([{ ...anIdentity('x'), cannotRun }], 0).get('x') as LaneRecord;
  isThere = false;
  fixed = 0;
  expired = 0;
  lane = new ParkedLane({
    integration: anIntegration({ id: 'x' }),
    record,
    outbox,
    clock,
    log,
    observer: {
      attempted: () => undefined,
      settled: () => undefined,
      rateLimited: () => undefined,
      askedToWait: () => undefined,
      lookedUp: () => undefined,
      scriptBegan: () => () => undefined,
      expired: (count) => (expired += count),
    },
    canRun: () => isThere,
    onFixed: () => (fixed += 1),
  });
});

function give(raw: string): void {
  outbox.accept(anIntake([anAcceptedAlert(raw, [record.id])]), clock.now());
  lane.wake();
}

const states = () => [...queue.list({})].toReversed().map(({ state, reason }) => [state, reason]);

describe('a lane whose integration cannot run', () => {
  it('leaves what it is given where it is, and shows why', async () => {
    give('a');
    await clock.advance(HOUR);
    expect(lane.state).toBe('parked');
    expect(states()).toEqual([['parked', 'configuration']]);
    expect(queue.show(1)?.parked?.message).toBe('no script');
  });

  it('gives up what has waited for a day, and says how to get it back', async () => {
    give('a');
    await clock.advance(12 * HOUR);
    give('b');
    await clock.advance(12 * HOUR);
    expect(expired).toBe(0);
    await clock.advance(PROBE);
    expect(states()).toEqual([
      ['dead', 'configuration'],
      ['parked', 'configuration'],
    ]);
    expect(expired).toBe(1);
    expect(log.with('waited too long for their integration')).toMatchObject([
      { level: 'error', fields: { integration: 'x', count: 1 } },
    ]);
  });

  it('notices within a quarter of an hour that it can run', async () => {
    lane.wake();
    isThere = true;
    lane.wake();
    expect(fixed).toBe(0);
    await clock.advance(PROBE);
    expect([fixed, lane.state]).toEqual([1, 'not_running']);
    await clock.advance(HOUR);
    expect(fixed).toBe(1);
  });

  it('looks at once when it is told to', () => {
    lane.probe();
    isThere = true;
    lane.probe();
    lane.probe();
    expect(fixed).toBe(1);
  });

  it('is parked again when an operator resumes it in vain, and runs when it can', () => {
    lane.wake();
    lane.refresh(record);
    expect(log.lines).toEqual([]);
    outbox.unpark(record.id);
    lane.refresh({ ...record, parking: undefined });
    expect(outbox.lane(record.id)?.parking).toEqual(record.parking);
    expect(log.with('integration cannot run')).toHaveLength(1);
    isThere = true;
    lane.refresh({ ...record, parking: undefined });
    expect(fixed).toBe(1);
  });

  it('does nothing more once it is stopped', async () => {
    lane.wake();
    await lane.stop();
    isThere = true;
    lane.wake();
    lane.probe();
    lane.clockJumped();
    await clock.advance(HOUR);
    expect([fixed, lane.state]).toEqual([0, 'not_running']);
  });
});

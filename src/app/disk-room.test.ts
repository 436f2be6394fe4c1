import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { RecordingLog } from '../../test/support/recording-log.ts';
import { OutboxError } from '../core/outbox-error.ts';
import { OutboxTroubles } from '../core/outbox-troubles.ts';
import { DiskRoom } from './disk-room.ts';

const SIZE = 8;
const FULL = OutboxError.about('It cannot be written', 'full');

/** A disk, in units of a delivered alert. */
class FakeDisk {
  free = 100;
  delivered = 0;
  /** Pages that are free in the file. */
  loose = 0;
  isHeld = false;
  /** A quota, which does not show in what is free. */
  hidesLimit = false;
  /** The most pages that can be given back in one step. */
  mostPages = Number.POSITIVE_INFINITY;
  /** The most that can be removed in one step. */
  mostAtOnce = Number.POSITIVE_INFINITY;

  readonly reserve = {
    size: SIZE,
    take: () => {
      if (!this.isHeld && this.free >= SIZE) {
        this.free -= SIZE;
        this.isHeld = true;
      }
      return this.isHeld;
    },
    giveUp: () => {
      if (this.isHeld) this.free += SIZE;
      this.isHeld = false;
      return true;
    },
  };

  readonly space = {
    purge: (_state: string, _before: number, limit: number) => {
      if (this.free === 0 || limit > this.mostAtOnce) throw FULL;
      const purged = Math.min(limit, this.delivered, 10);
      this.delivered -= purged;
      this.loose += purged;
      return purged;
    },
  };

  readonly file = {
    emptyLog: () => {},
    shrink: (pages: number) => {
      if (this.loose > 0 && pages > this.mostPages) throw FULL;
      const shrunk = this.loose;
      this.free += shrunk;
      this.loose = 0;
      return shrunk > 0;
    },
  };
}

let clock: FakeClock;
let log: RecordingLog;
let troubles: OutboxTroubles;
let disk: FakeDisk;
let room: DiskRoom;
beforeEach(() => {
  clock = new FakeClock();
  log = new RecordingLog();
  troubles = new OutboxTroubles(clock, log);
  disk = new FakeDisk();
  const fake = disk;
  room = new DiskRoom({
    space: disk.space,
    disk: disk.file,
    reserve: {
      ...disk.reserve,
      get freeBytes() {
        return fake.hidesLimit ? 1000 : fake.free;
      },
    },
    troubles,
    clock,
    log,
  });
  room.start();
});

describe('the room on the disk', () => {
  it('has a reserve', async () => {
    await clock.advance(1);
    expect([disk.isHeld, disk.free]).toEqual([true, 92]);
    room.check();
  });

  it('comes from delivered alerts where it is nearly full, while reading continues', async () => {
    await clock.advance(1);
    disk.free = 3;
    disk.delivered = 50;
    await clock.advance(2000);
    expect(disk.free).toBeGreaterThanOrEqual(3 * SIZE);
    expect(disk.delivered).toBeGreaterThan(10);
    room.check();
    expect(log.lines.map(({ level }) => level)).toEqual(['warn', 'info']);
  });

  it('comes out of the reserve where it is full; alerts are stored again once it is back', async () => {
    await clock.advance(1);
    disk.free = 0;
    disk.delivered = 50;
    troubles.failed(FULL);
    expect(() => room.check()).toThrow(OutboxError);
    await clock.advance(2000);
    expect(disk.isHeld).toBe(true);
    expect(disk.free).toBeGreaterThan(0);
    room.check();
    expect(log.with('outbox can be used again')).toHaveLength(1);
  });

  it('is waited for where nothing can be removed, without haste', async () => {
    await clock.advance(1);
    disk.free = 0;
    troubles.failed(FULL);
    await clock.advance(60_000);
    expect([disk.isHeld, disk.free]).toEqual([false, SIZE]);
    expect(() => room.check()).toThrow(OutboxError);
    disk.free = 100;
    await clock.advance(1000);
    room.check();
  });

  it('is made in smaller steps where a usual one does not fit', async () => {
    await clock.advance(1);
    disk.free = 0;
    disk.delivered = 50;
    disk.mostAtOnce = 7;
    troubles.failed(FULL);
    await clock.advance(5000);
    expect(disk.isHeld).toBe(true);
    room.check();
  });

  it('is given back in smaller steps where a usual one does not fit', async () => {
    await clock.advance(1);
    disk.free = 0;
    disk.delivered = 50;
    disk.mostPages = 100;
    troubles.failed(FULL);
    await clock.advance(5000);
    expect(disk.isHeld).toBe(true);
    room.check();
  });

  it('has a reserve again before it is plenty', async () => {
    disk.free = 5;
    await clock.advance(1);
    expect(disk.isHeld).toBe(false);
    disk.free = 2 * SIZE + 1;
    await clock.advance(1000);
    expect([disk.isHeld, disk.free]).toEqual([true, SIZE + 1]);
  });

  it('is made below a quota as well', async () => {
    await clock.advance(1);
    disk.free = 0;
    disk.delivered = 50;
    disk.hidesLimit = true;
    troubles.failed(FULL);
    await clock.advance(2000);
    expect(disk.isHeld).toBe(true);
    room.check();
  });

  it('is no longer followed once it is stopped', async () => {
    await clock.advance(1);
    room.stop();
    expect(clock.timers).toBe(0);
  });
});

import {
  appendFileSync,
  copyFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { AlertLog } from '../../../test/support/alert-log.ts';
import { idsOf, line, Reading, someLines } from '../../../test/support/reading.ts';
import { tempDir } from '../../../test/support/temp-dir.ts';

/** A reader that has read lines 1 to 3 and was stopped. */
async function stoppedAfterThree(logBytes = 0): Promise<{ log: AlertLog; reading: Reading }> {
  const log = new AlertLog(tempDir());
  const reading = new Reading(log.live);
  await reading.readNow();
  log.lines(...someLines(1, 3, logBytes));
  expect(await reading.readNow()).toHaveLength(3);
  await reading.close();
  return { log, reading };
}

describe('the first start', () => {
  it('begins at the end of the file', async () => {
    const log = new AlertLog(tempDir());
    log.lines(...someLines(1, 3));
    const reading = new Reading(log.live);
    expect(await reading.readNow()).toEqual([]);
    log.lines(line(4));
    expect(await reading.readNow()).toEqual([line(4)]);
  });

  it('begins at the start of a line that is just being written', async () => {
    const log = new AlertLog(tempDir());
    log.lines(line(1, 100_000));
    log.write(line(2, 100_000).slice(0, 90_000));
    const reading = new Reading(log.live);
    expect(await reading.readNow()).toEqual([]);
    log.write(`${line(2, 100_000).slice(90_000)}\n`);
    expect(await reading.readNow()).toEqual([line(2, 100_000)]);
  });

  it('does not take the rest of an overlong line for a line', async () => {
    const log = new AlertLog(tempDir());
    log.lines(line(1));
    log.write('x'.repeat(5000));
    const reading = new Reading(log.live, { maxLineBytes: 1000 });
    expect(await reading.readNow()).toEqual([]);
    log.write(`yy\n${line(2)}\n`);
    expect(await reading.readNow()).toEqual([line(2)]);
    expect(reading.status.counts.overlongLines).toBe(1);
  });

  it('begins at the start of the file when told to', async () => {
    const log = new AlertLog(tempDir());
    log.lines(...someLines(1, 3));
    const reading = new Reading(log.live, { fromStart: true });
    expect(await reading.readNow()).toEqual(someLines(1, 3));
  });

  it('reads a file that appears later from its beginning', async () => {
    const log = new AlertLog(tempDir());
    log.unlinkLive();
    const reading = new Reading(log.live);
    expect(await reading.read()).toEqual([]);
    expect(reading.log.with('the alert file does not exist')).toHaveLength(1);
    log.lines(...someLines(1, 2));
    log.relink();
    expect(await reading.read()).toEqual(someLines(1, 2));
    expect(reading.log.with('the alert file exists')).toHaveLength(1);
  });

  it('does not read archives that were there before, when there is no file', async () => {
    const log = new AlertLog(tempDir());
    log.lines(...someLines(1, 2));
    log.unlinkLive();
    const reading = new Reading(log.live);
    const before = reading.clock.now() / 1000 - 1;
    utimesSync(log.dated, before, before);
    expect(await reading.read()).toEqual([]);
    log.nextDay();
    log.lines(line(3));
    expect(await reading.read()).toEqual([line(3)]);
  });

  it('has a checkpoint at once, so that a crash before the first alert loses nothing', async () => {
    const log = new AlertLog(tempDir());
    log.lines(line(1));
    const reading = new Reading(log.live);
    await reading.poll();
    const place = reading.place();
    expect(place?.position).toMatchObject({ path: log.live, archive: log.name });
    log.lines(line(2));
    await reading.restart(place);
    expect(await reading.read()).toEqual([line(2)]);
  });

  it('has a checkpoint also while there is no file', async () => {
    const log = new AlertLog(tempDir());
    log.unlinkLive();
    rmSync(log.dated);
    const reading = new Reading(log.live);
    await reading.poll();
    const place = reading.place();
    log.relink();
    log.lines(line(1));
    log.nextDay();
    log.lines(line(2));
    await reading.restart(place);
    expect(await reading.read()).toEqual(someLines(1, 2));
  });

  it('survives rotations although the file was empty at the checkpoint', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.poll();
    const place = reading.place();
    log.lines(line(1));
    log.compress(log.nextDay());
    log.lines(line(2));
    log.nextDay();
    log.lines(line(3));
    await reading.restart(place);
    expect(await reading.read()).toEqual(someLines(1, 3));
  });
});

describe('after downtime', () => {
  it('continues in the archive of the file, then reads later archives and the live file', async () => {
    const { log, reading } = await stoppedAfterThree();
    log.lines(line(4));
    log.nextPart();
    log.lines(line(5));
    log.nextPart();
    log.lines(line(6));
    log.nextDay();
    log.lines(line(7));
    log.nextDay();
    log.lines(line(8));
    await reading.restart();
    expect(await reading.read()).toEqual(someLines(4, 8));
  });

  it('does the same when archives were compressed', async () => {
    const { log, reading } = await stoppedAfterThree(2000);
    log.lines(line(4, 5000));
    log.compress(log.nextPart());
    log.lines(line(5, 2_000_000), line(6));
    log.compress(log.nextDay());
    log.lines(line(7));
    await reading.restart();
    expect(idsOf(await reading.read())).toEqual(['4', '5', '6', '7']);
    expect(reading.status.counts).toMatchObject({ archives: 2, lostFiles: 0, damagedArchives: 0 });
  });

  it('can stop and start within a compressed archive', async () => {
    const { log, reading } = await stoppedAfterThree();
    const lines = someLines(4, 60, 100_000);
    log.lines(...lines);
    log.compress(log.nextDay());
    log.lines(line(61));
    const read: string[] = [];
    for (let stops = 0; stops < 20; stops += 1) {
      await reading.restart();
      read.push(...(await reading.readSome()));
    }
    expect(idsOf(read)).toEqual(idsOf([...lines, line(61)]));
  });

  it('continues in an archive that is compressed between two restarts', async () => {
    const { log, reading } = await stoppedAfterThree();
    const lines = someLines(4, 40, 100_000);
    log.lines(...lines);
    const old = log.nextDay();
    log.lines(line(41));
    await reading.restart();
    const read = await reading.readSome();
    expect(read.length).toBeGreaterThan(0);
    expect(read.length).toBeLessThan(lines.length);
    log.compress(old);
    await reading.restart();
    read.push(...(await reading.read()));
    expect(idsOf(read)).toEqual(idsOf([...lines, line(41)]));
  });

  it('reads an archive that is compressed after it was found', async () => {
    const { log, reading } = await stoppedAfterThree();
    const [first, second] = [log.nextDay(), (log.lines(line(4)), log.nextDay())];
    log.lines(line(5));
    await reading.restart();
    for (let steps = 0; steps < 10 && reading.status.waitingArchives === 0; steps += 1) {
      await reading.poll();
      reading.clock.advance(500);
    }
    expect(reading.status.waitingArchives).toBe(2);
    log.compress(first);
    log.compress(second);
    expect(await reading.read()).toEqual(someLines(4, 5));
  });

  it('prefers the plain file while it is being compressed', async () => {
    const { log, reading } = await stoppedAfterThree();
    log.lines(line(4));
    const old = log.pathOf(log.nextDay());
    writeFileSync(`${old}.gz`, gzipSync(someLines(1, 4).join('\n')).subarray(0, 30));
    log.lines(line(5));
    await reading.restart();
    expect(await reading.read()).toEqual(someLines(4, 5));
  });

  it('does not mind days without alerts, whose files the writer removes', async () => {
    const { log, reading } = await stoppedAfterThree();
    log.nextDay();
    rmSync(log.pathOf(log.nextDay()));
    log.lines(line(4));
    await reading.restart();
    expect(await reading.read()).toEqual([line(4)]);
  });

  it('reads later archives when the one it was reading is gone, and says so', async () => {
    const { log, reading } = await stoppedAfterThree();
    rmSync(log.pathOf(log.nextDay()));
    log.lines(line(4));
    log.nextDay();
    log.lines(line(5));
    await reading.restart();
    expect(await reading.read()).toEqual(someLines(4, 5));
    expect(reading.status.counts.lostFiles).toBe(1);
    expect(reading.log.with('the file being read was removed')).toHaveLength(1);
  });

  it('reads a file from its beginning that took the name of the one it was reading', async () => {
    const { log, reading } = await stoppedAfterThree();
    rmSync(log.live);
    rmSync(log.dated);
    log.relink();
    log.lines(line(4));
    log.compress(log.nextDay());
    log.lines(line(5));
    await reading.restart();
    expect(await reading.read()).toEqual(someLines(4, 5));
  });

  it('finds a file that was renamed as other tools do', async () => {
    const { log, reading } = await stoppedAfterThree();
    log.lines(line(4));
    log.moveAway(`${log.live}.1`);
    log.lines(line(5));
    await reading.restart();
    expect(await reading.read()).toEqual(someLines(4, 5));
  });

  it('finds the copy when the file was copied and truncated', async () => {
    const { log, reading } = await stoppedAfterThree();
    log.lines(line(4));
    log.copyAndTruncate(`${log.live}-20260821`);
    log.lines(line(5));
    await reading.restart();
    expect(await reading.read()).toEqual(someLines(4, 5));
  });

  it('continues in the dated file while there is no live file', async () => {
    const { log, reading } = await stoppedAfterThree();
    log.unlinkLive();
    log.lines(line(4));
    await reading.restart();
    expect(await reading.read()).toEqual([line(4)]);
    log.lines(line(5));
    expect(await reading.read()).toEqual([line(5)]);
    log.relink();
    log.lines(line(6));
    expect(await reading.read()).toEqual([line(6)]);
    log.nextDay();
    log.lines(line(7));
    expect(await reading.read()).toEqual([line(7)]);
  });

  it('continues to dated files from one that was renamed', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    log.lines(...someLines(1, 2));
    await reading.readNow();
    log.nextDay();
    log.lines(line(3));
    expect(await reading.read()).toEqual([line(3)]);
    await reading.close();
    log.lines(line(4));
    log.moveAway(`${log.live}.1`);
    log.lines(line(5));
    log.nextDay();
    log.lines(line(6));
    await reading.restart();
    expect(await reading.readSome()).toEqual([line(4)]);
    await reading.restart();
    expect(await reading.read()).toEqual(someLines(5, 6));
  });

  it('stays with the dated file that is written to when the live file is only a copy', async () => {
    const { log, reading } = await stoppedAfterThree();
    log.replaceByCopy();
    log.lines(line(4));
    await reading.restart();
    expect(await reading.read()).toEqual([line(4)]);
    await reading.restart();
    log.lines(line(5));
    expect(await reading.read()).toEqual([line(5)]);
    log.nextDay();
    log.lines(line(6));
    expect(await reading.read()).toEqual([line(6)]);
  });

  it('reads only archives that are newer than a file that is gone and had no dated name', async () => {
    const { log, reading } = await stoppedAfterThree();
    const { checkpoint } = reading;
    if (checkpoint === undefined) throw new Error('there is no checkpoint');
    log.lines(line(4));
    const [old, young] = [log.nextPart(), (log.lines(line(5)), log.nextPart())];
    log.lines(line(6));
    const hour = 3_600_000;
    const takenAt = checkpoint.takenAt - hour;
    utimesSync(log.pathOf(old), (takenAt - 2 * hour) / 1000, (takenAt - 2 * hour) / 1000);
    utimesSync(log.pathOf(young), (takenAt + hour) / 1000, (takenAt + hour) / 1000);
    const head = { length: 5, hash: 'of a file that is gone' };
    const position = { ...checkpoint.position, archive: null, head };
    await reading.restart({ ...checkpoint, position, takenAt });
    expect(await reading.read()).toEqual(someLines(5, 6));
    expect(reading.status.counts.lostFiles).toBe(1);
  });

  it('remembers when the file was last known to be the live one', async () => {
    const { log, reading } = await stoppedAfterThree();
    await reading.restart();
    reading.clock.advance(5000);
    log.lines(line(4));
    await reading.readNow();
    const seen = reading.clock.now();
    log.lines(line(5));
    log.nextDay();
    reading.clock.advance(5000);
    await reading.readNow();
    expect(reading.checkpoint?.takenAt).toBe(seen);
  });

  it('continues when all inodes and device numbers have changed', async () => {
    const { log, reading } = await stoppedAfterThree();
    log.lines(line(4));
    const old = log.pathOf(log.nextDay());
    log.lines(line(5));
    for (const path of [old, log.dated]) {
      copyFileSync(path, `${path}.new`);
      renameSync(`${path}.new`, path);
    }
    log.relink();
    const { checkpoint } = reading;
    if (checkpoint === undefined) throw new Error('there is no checkpoint');
    const position = { ...checkpoint.position, device: '999999' };
    await reading.restart({ ...checkpoint, position });
    expect(await reading.read()).toEqual(someLines(4, 5));
  });

  it('does not read a file twice when the clock is set back over midnight', async () => {
    const { log, reading } = await stoppedAfterThree();
    log.nextDay();
    log.lines(line(4));
    await reading.restart();
    expect(await reading.read()).toEqual([line(4)]);
    log.daysBack(1);
    log.lines(line(5));
    expect(await reading.read()).toEqual([line(5)]);
    await reading.restart();
    log.nextDay();
    log.lines(line(6));
    expect(await reading.read()).toEqual([line(6)]);
  });

  it('repeats what was handed out but not stored', async () => {
    const { log, reading } = await stoppedAfterThree();
    const stored = reading.checkpoint;
    log.lines(line(4));
    await reading.restart();
    expect(await reading.read()).toEqual([line(4)]);
    log.nextDay();
    log.lines(line(5));
    expect(await reading.read()).toEqual([line(5)]);
    await reading.restart(stored);
    expect(await reading.read()).toEqual(someLines(4, 5));
  });
});

describe('an older state of the file', () => {
  it('is told from a new file, and only read from where it could differ', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    // Each line is a batch, as when alerts come in slowly.
    for (let number = 1; number <= 40; number += 1) {
      log.lines(line(number, 500));
      await reading.readNow();
    }
    await reading.close();
    // The machine lost power: the last five lines never reached the disk.
    truncateSync(log.live, 35 * (line(10, 500).length + 1) - 9);
    log.lines(line('new'));
    await reading.restart();
    const read = await reading.read();
    expect(read.at(-1)).toBe(line('new'));
    expect(read.length).toBeGreaterThanOrEqual(1);
    expect(read.length).toBeLessThanOrEqual(20);
  });

  it('is recognised exactly while the newer one is still open', async () => {
    const log = new AlertLog(tempDir());
    log.lines(...someLines(1, 20, 3000));
    const reading = new Reading(log.live, { fromStart: true });
    copyFileSync(log.live, `${log.live}.backup`);
    log.lines(...someLines(21, 30, 3000));
    expect(await reading.readNow()).toHaveLength(30);
    renameSync(`${log.live}.backup`, log.live);
    appendFileSync(log.live, `${line('new')}\n`);
    expect(await reading.read()).toEqual([line('new')]);
  });

  it('is not read before it is complete', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    const lines = someLines(1, 30, 1000);
    log.lines(...lines);
    await reading.readNow();
    // Someone restores a backup into the file, slowly.
    const text = `${lines.join('\n')}\n`;
    writeFileSync(log.live, text.slice(0, 5000));
    expect(await reading.readNow()).toEqual([]);
    reading.clock.advance(500);
    appendFileSync(log.live, text.slice(5000, 20_000));
    expect(await reading.readNow()).toEqual([]);
    reading.clock.advance(500);
    appendFileSync(log.live, text.slice(20_000));
    log.lines(line('new'));
    expect(await reading.read()).toEqual([line('new')]);
  });
});

describe('the look-back bound', () => {
  it('skips the oldest archives, and says how much that is', async () => {
    const { log, reading } = await stoppedAfterThree();
    log.lines(line(4));
    for (const number of [5, 6, 7]) {
      log.nextDay();
      log.lines(line(number));
    }
    await reading.close();
    const { checkpoint } = reading;
    const later = new Reading(log.live, { checkpoint, lookBack: { maxFiles: 2 } });
    expect(await later.read()).toEqual(someLines(5, 7));
    expect(later.status.counts).toMatchObject({
      skippedFiles: 1,
      skippedBytes: 4 * (line(1).length + 1),
    });
    expect(later.log.with('beyond the look-back limit')).toMatchObject([
      { level: 'warn', fields: { files: 1 } },
    ]);
  });
});

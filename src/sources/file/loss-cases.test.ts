import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AlertLog } from '../../../test/support/alert-log.ts';
import { FaultyFiles } from '../../../test/support/faulty-files.ts';
import { afterFirstLine, idsOf, line, Reading, someLines } from '../../../test/support/reading.ts';
import { tempDir } from '../../../test/support/temp-dir.ts';

/** What the reference loses or repeats, each as a test (its `json-queue.c`, Wazuh 4.14). */
describe('alerts are not lost', () => {
  it('when they were written while the daemon was stopped', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    log.lines(line(1));
    await reading.readNow();
    await reading.close();
    log.lines(line(2), line(3));
    await reading.restart();
    expect(await reading.read()).toEqual(someLines(2, 3));
  });

  it('when a line is longer than 64 KiB', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    const lines = [line(1, 65_000), line(2, 66_000), line(3, 90_000), line(4, 3_000_000), line(5)];
    log.lines(...lines);
    expect(idsOf(await reading.read())).toEqual(idsOf(lines));
  });

  it('when an unreadable line is the last thing before a rotation is noticed', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    log.lines(line(1), '{"not json', line(2), line(3));
    log.nextDay();
    log.lines(line(4));
    expect(await reading.read()).toEqual([line(1), '{"not json', ...someLines(2, 4)]);
  });

  it('when an overlong line is read while the path leads to a new file already', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live, { maxLineBytes: 1000 });
    await reading.readNow();
    log.lines(line(1), line('long', 2000), line(2));
    log.nextDay();
    log.lines(line(3));
    expect(await reading.read()).toEqual(someLines(1, 3));
    expect(reading.status.counts.overlongLines).toBe(1);
  });

  it('when the last line is finished only after the rotation', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    log.lines(line(1));
    log.write(line(2).slice(0, 20));
    expect(await reading.readNow()).toEqual([line(1)]);
    const old = log.pathOf(log.nextDay());
    log.lines(line(3));
    expect(await reading.readNow()).toEqual([]);
    appendFileSync(old, `${line(2).slice(20)}\n`);
    expect(await reading.read()).toEqual(someLines(2, 3));
  });

  it('when the last line before a rotation never gets its newline', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    log.lines(line(1));
    log.write(line(2));
    log.nextDay();
    log.lines(line(3));
    expect(await reading.read()).toEqual(someLines(1, 3));
    expect(reading.status.counts.unterminatedLines).toBe(1);
  });

  it('when half a line is left behind at a rotation: it is not glued to the next file', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    log.lines(line(1));
    log.write('{"half');
    log.nextDay();
    log.lines(line(2));
    expect(await reading.read()).toEqual([line(1), '{"half', line(2)]);
  });

  it('when two rotations happen while the reader is behind', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    log.lines(line(1));
    log.nextDay();
    log.lines(line(2));
    log.nextPart();
    log.lines(line(3));
    log.nextPart();
    log.lines(line(4));
    expect(await reading.read()).toEqual(someLines(1, 4));
    expect(reading.status.counts).toMatchObject({ rotations: 3, archives: 2 });
  });

  it('when the file is deleted and created again between two looks', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    log.lines(line(1));
    rmSync(log.live);
    rmSync(log.dated);
    log.relink();
    log.lines(line(2));
    expect(await reading.read()).toEqual(someLines(1, 2));
  });

  it('when the file is gone for a while between deletion and creation', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    log.lines(line(1));
    log.unlinkLive();
    expect(await reading.readNow()).toEqual([line(1)]);
    log.lines(line(2));
    expect(await reading.read()).toEqual([line(2)]);
    rmSync(log.dated);
    log.relink();
    log.lines(line(3));
    expect(await reading.read()).toEqual([line(3)]);
  });

  it('when the file is truncated', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    log.lines(...someLines(1, 5));
    await reading.readNow();
    log.truncate();
    log.lines(line(6));
    expect(await reading.read()).toEqual([line(6)]);
    expect(reading.status.counts).toMatchObject({ rewrites: 1, lostFiles: 0, lostBytes: 0 });
  });

  it('when the file is truncated and outgrows the old offset before anyone looks', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    log.lines(...someLines(1, 5));
    await reading.readNow();
    log.truncate();
    log.lines(...someLines(6, 20));
    expect(await reading.read()).toEqual(someLines(6, 20));
  });

  it('when the file is truncated and is exactly as long as before when someone looks', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    log.lines(...someLines(1, 5));
    await reading.readNow();
    log.truncate();
    log.lines(...someLines(6, 9), line('x'));
    expect(await reading.read()).toEqual([...someLines(6, 9), line('x')]);
  });

  it('when the file is copied and truncated while the reader is behind', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    log.lines(...someLines(1, 3));
    await reading.readNow();
    log.lines(...someLines(4, 5));
    log.copyAndTruncate(`${log.live}.1`);
    log.lines(line(6));
    expect(await reading.read()).toEqual(someLines(4, 6));
    expect(reading.status.counts).toMatchObject({ rewrites: 1, lostFiles: 0 });
  });

  it('when the file is replaced by a copy of itself with another inode', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    log.lines(...someLines(1, 3));
    await reading.readNow();
    copyFileSync(log.live, `${log.live}.copy`);
    rmSync(log.live);
    copyFileSync(`${log.live}.copy`, log.live);
    appendFileSync(log.live, `${line(4)}\n`);
    expect(await reading.read()).toEqual([line(4)]);
  });

  it('when half a line is finished only in a copy', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    log.lines(line(1));
    log.write(line(2).slice(0, 20));
    await reading.readNow();
    log.replaceByCopy();
    appendFileSync(log.live, `${line(2).slice(20)}\n${line(3)}\n`);
    expect(await reading.read()).toEqual(someLines(2, 3));
  });

  it('when a copy of the file takes its time to be written', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    log.lines(...someLines(1, 50, 200));
    await reading.readNow();
    const content = readFileSync(log.live);
    rmSync(log.live);
    for (let at = 0; at < content.length; at += 700) {
      appendFileSync(log.live, content.subarray(at, at + 700));
      expect(await reading.read(3000)).toEqual([]);
    }
    appendFileSync(log.live, `${line(51)}\n`);
    expect(await reading.read()).toEqual([line(51)]);
  });

  it('when the file is cut, written to and deleted before anyone looks', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    log.lines(...someLines(1, 3));
    await reading.readNow();
    log.truncate();
    log.lines(line(4));
    rmSync(log.live);
    rmSync(log.dated);
    log.relink();
    log.lines(line(5));
    expect(await reading.read()).toEqual(someLines(4, 5));
  });

  it('when lines are still written to the old file while the new one is noticed', async () => {
    const { log, files, reading } = await afterFirstLine();
    const old = log.pathOf(log.nextDay());
    log.lines(line(3));
    files.interrupt('names', () => appendFileSync(old, `${line(2)}\n`));
    expect(await reading.read()).toEqual(someLines(2, 3));
  });

  it('when the file is rotated again while its archives are listed', async () => {
    const log = new AlertLog(tempDir());
    const files = new FaultyFiles();
    const reading = new Reading(log.live, { files });
    await reading.readNow();
    log.lines(line(1));
    log.nextDay();
    log.lines(line(2));
    files.interrupt('names', () => {
      log.nextPart();
      log.lines(line(3));
      log.nextPart();
      log.lines(line(4));
    });
    expect(await reading.read()).toEqual(someLines(1, 4));
  });

  it('when an archive is compressed while archives are listed', async () => {
    const { log, files, reading } = await afterFirstLine();
    await reading.close();
    log.nextPart();
    log.lines(line(2));
    const archive = log.nextPart();
    log.lines(line(3));
    await reading.restart();
    // The names are known, and its plain file is gone before it is looked at.
    files.interrupt('facts', () => log.compress(archive), archive);
    expect(await reading.read()).toEqual(someLines(2, 3));
  });

  it('when the inode of a deleted file is used again', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    log.lines(...someLines(1, 3));
    await reading.readNow();
    await reading.close();
    const inode = log.inode();
    rmSync(log.live);
    rmSync(log.dated);
    log.relink();
    log.lines(...someLines(4, 9));
    // Most file systems give the number away again at once; where not, this is a mere deletion.
    const { checkpoint } = reading;
    if (checkpoint === undefined) throw new Error('there is no checkpoint');
    const position = { ...checkpoint.position, inode: log.inode() };
    expect(checkpoint.position.inode).toBe(inode);
    await reading.restart({ ...checkpoint, position });
    expect(await reading.read()).toEqual(someLines(4, 9));
  });

  it('when the file is moved away and a new one is put in its place', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    log.lines(...someLines(1, 3));
    log.moveAway(`${log.live}.old`);
    log.lines(line(4));
    expect(await reading.read()).toEqual(someLines(1, 4));
    expect(reading.status.counts.archives).toBe(0);
  });

  it('when a new file is moved over the old one', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    log.lines(...someLines(1, 3));
    writeFileSync(`${log.live}.new`, `${line(4)}\n`);
    renameSync(`${log.live}.new`, log.live);
    expect(await reading.read()).toEqual(someLines(1, 4));
    expect(existsSync(`${log.live}.new`)).toBe(false);
  });
});

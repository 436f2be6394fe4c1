import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, it } from 'vitest';
import { AlertLog } from '../../../test/support/alert-log.ts';
import { FaultyFiles } from '../../../test/support/faulty-files.ts';
import { afterFirstLine, line, Reading, someLines } from '../../../test/support/reading.ts';
import { tempDir } from '../../../test/support/temp-dir.ts';

const MINUTE = 60_000;

describe('a condition is reported when it begins and when it ends', () => {
  it('when the file vanishes', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    log.unlinkLive();
    await reading.read(2000);
    expect(reading.status.health).toEqual([]);
    await reading.read(2000);
    expect(reading.status.health).toMatchObject([{ kind: 'missing' }]);
    await reading.read(9 * MINUTE);
    expect(reading.log.with('the alert file does not exist')).toMatchObject([{ level: 'warn' }]);
    await reading.read(2 * MINUTE);
    expect(reading.log.with('the alert file does not exist')).toHaveLength(2);
    log.relink();
    await reading.read(1000);
    expect(reading.status.health).toEqual([]);
    expect(reading.log.with('the alert file exists')).toHaveLength(1);
  });

  it('but not for the moment without a file at a rotation', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    log.unlinkLive();
    await reading.read(2000);
    log.relink();
    await reading.read(5000);
    expect(reading.log.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  it('when the file may not be read, and nothing is lost by that', async () => {
    const log = new AlertLog(tempDir());
    log.lines(line(1));
    const files = new FaultyFiles();
    files.break('open', 'alerts.json', 'EACCES');
    const reading = new Reading(log.live, { files });
    await reading.read(1000);
    expect(reading.status.health).toMatchObject([{ kind: 'unopenable' }]);
    expect(reading.log.with('cannot be opened')).toMatchObject([{ fields: { code: 'EACCES' } }]);
    expect(reading.place()).toBeUndefined();
    log.lines(line(2));
    files.mend('open', 'alerts.json');
    // What was there at the first start is not asked for; what came since then is.
    expect(await reading.read(1000)).toEqual([line(2)]);
    expect(reading.status.health).toEqual([]);
    expect(reading.log.with('can be opened again')).toHaveLength(1);
  });

  it('when the directory may not be searched', async () => {
    const log = new AlertLog(tempDir());
    const files = new FaultyFiles();
    const reading = new Reading(log.live, { files });
    await reading.readNow();
    files.break('facts', 'alerts.json', 'EACCES');
    log.lines(line(1));
    // The file is open: it can still be read.
    expect(await reading.read(1000)).toEqual([line(1)]);
    expect(reading.status.health).toMatchObject([{ kind: 'unreachable' }]);
    files.mend('facts', 'alerts.json');
    await reading.read(1000);
    expect(reading.status.health).toEqual([]);
  });

  it('when reading fails, and it continues at the same place', async () => {
    const { log, files, reading } = await afterFirstLine();
    files.break('read', 'alerts.json', 'EIO');
    log.lines(line(2));
    expect(await reading.read(1000)).toEqual([]);
    expect(reading.status.health).toMatchObject([{ kind: 'unreadable' }]);
    expect(reading.log.with('cannot be read')).toMatchObject([{ fields: { code: 'EIO' } }]);
    files.mend('read', 'alerts.json');
    expect(await reading.read(1000)).toEqual([line(2)]);
    expect(reading.log.with('can be read again')).toHaveLength(1);
  });

  it('when a network file system has forgotten the open file', async () => {
    const { log, files, reading } = await afterFirstLine();
    log.lines(line(2));
    files.break('read', 'alerts.json', 'ESTALE');
    expect(await reading.poll()).toBe('idle');
    files.mend('read', 'alerts.json');
    let isOpenedAgain = false;
    files.interrupt('open', () => (isOpenedAgain = true), log.live);
    expect(await reading.read(1000)).toEqual([line(2)]);
    expect(isOpenedAgain).toBe(true);
  });

  it('when the directory may not be searched at a restart', async () => {
    const { log, files, reading } = await afterFirstLine();
    log.lines(line(2));
    files.break('facts', 'alerts.json', 'EACCES');
    await reading.restart();
    expect(await reading.read(1000)).toEqual([]);
    expect(reading.status.health).toMatchObject([{ kind: 'unreachable' }]);
    files.mend('facts', 'alerts.json');
    expect(await reading.read(1000)).toEqual([line(2)]);
  });

  it('when the path is a directory', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    log.lines(line(1));
    log.unlinkLive();
    mkdirSync(log.live);
    expect(await reading.read(1000)).toEqual([line(1)]);
    expect(reading.status.health).toMatchObject([{ kind: 'not_a_file' }]);
    rmSync(log.live, { recursive: true });
    log.relink();
    log.lines(line(2));
    expect(await reading.read(1000)).toEqual([line(2)]);
    expect(reading.status.health).toEqual([]);
  });

  it('when the path is a directory from the beginning', async () => {
    const log = new AlertLog(tempDir());
    log.unlinkLive();
    mkdirSync(log.live);
    const reading = new Reading(log.live);
    await reading.read(1000);
    expect(reading.status.health).toMatchObject([{ kind: 'not_a_file' }]);
    rmSync(log.live, { recursive: true });
    log.lines(...someLines(1, 2));
    log.relink();
    expect(await reading.read(1000)).toEqual(someLines(1, 2));
  });

  it('when the file grows but no line of it ends', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live, { maxLineBytes: 5000 });
    await reading.readNow();
    for (let count = 0; count < 20; count += 1) {
      log.write('x'.repeat(1000));
      expect(await reading.read(1000)).toEqual([]);
    }
    expect(reading.status.health).toEqual([]);
    log.write('x'.repeat(1000));
    await reading.read(15_000);
    expect(reading.status.health).toMatchObject([{ kind: 'no_newline' }]);
    log.write(`\n${line(1)}\n`);
    expect(await reading.read(1000)).toEqual([line(1)]);
    expect(reading.status.health).toEqual([]);
    expect(reading.status.counts).toMatchObject({ overlongLines: 1, longestOverlong: 21_000 });
    expect(reading.log.with('longer than the limit')).toMatchObject([
      { fields: { offset: 0, bytes: 21_000 } },
    ]);
  });

  it('but not when a line is merely unfinished', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live);
    await reading.readNow();
    log.write('{"half');
    await reading.read(2 * MINUTE);
    expect(reading.status.health).toEqual([]);
  });
});

describe('overlong lines', () => {
  it('are not reported one by one', async () => {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live, { maxLineBytes: 1000 });
    await reading.readNow();
    for (let count = 0; count < 20; count += 1) log.lines(line(count, 1500));
    log.lines(line('last'));
    expect(await reading.read(1000)).toEqual([line('last')]);
    expect(reading.status.counts.overlongLines).toBe(20);
    expect(reading.log.with('longer than the limit')).toHaveLength(1);
  });
});

describe('archives', () => {
  /** A reader that stopped in an archive, with another archive and the live file to come. */
  async function behind(
    files: FaultyFiles,
  ): Promise<{ log: AlertLog; reading: Reading; names: string[] }> {
    const log = new AlertLog(tempDir());
    const reading = new Reading(log.live, { files });
    await reading.readNow();
    log.lines(line(1, 2000));
    await reading.readNow();
    await reading.close();
    log.lines(line(2));
    const names = [log.nextDay()];
    log.lines(...someLines(3, 30, 2000));
    names.push(log.nextDay());
    log.lines(line(31, 2000));
    return { log, reading, names };
  }

  it('are waited for while they cannot be read, and then given up, with numbers', async () => {
    const files = new FaultyFiles();
    const { reading, names } = await behind(files);
    files.break('open', names[1] ?? '', 'EACCES');
    await reading.restart();
    expect(await reading.read(4 * MINUTE)).toEqual([line(2)]);
    expect(reading.status.health).toMatchObject([{ kind: 'archives' }]);
    expect(await reading.read(2 * MINUTE)).toEqual([line(31, 2000)]);
    expect(reading.status.health).toEqual([]);
    expect(reading.log.with('is lost')).toMatchObject([
      { level: 'error', fields: { code: 'EACCES', bytes: reading.status.counts.lostBytes } },
    ]);
    expect(reading.status.counts.lostFiles).toBe(1);
    expect(reading.status.counts.lostBytes).toBeGreaterThan(50_000);
  });

  it('are read when they can be read again in time', async () => {
    const files = new FaultyFiles();
    const { reading, names } = await behind(files);
    files.break('read', names[1] ?? '', 'EIO');
    await reading.restart();
    expect(await reading.read(4 * MINUTE)).toEqual([line(2)]);
    files.mend('read', names[1] ?? '');
    expect(await reading.read(1000)).toEqual([...someLines(3, 30, 2000), line(31, 2000)]);
  });

  it('are waited for while they cannot be listed', async () => {
    const files = new FaultyFiles();
    const { log, reading } = await behind(files);
    files.break('names', log.name.slice(0, 8), 'EACCES');
    await reading.restart();
    expect(await reading.read(MINUTE)).toEqual([]);
    expect(reading.status.health).toMatchObject([{ kind: 'archives' }]);
    files.mend('names', log.name.slice(0, 8));
    expect(await reading.read(5000)).toHaveLength(30);
  });

  it('are no trouble any more once they can be listed, also when there are none', async () => {
    const { log, files, reading } = await afterFirstLine();
    files.break('names', 'alerts', 'EACCES');
    log.nextDay();
    log.lines(line(2));
    expect(await reading.read(1000)).toEqual([]);
    expect(reading.status.health).toMatchObject([{ kind: 'archives' }]);
    files.mend('names', 'alerts');
    expect(await reading.read(1000)).toEqual([line(2)]);
    expect(reading.status.health).toEqual([]);
  });

  it('are read as far as they are whole', async () => {
    const files = new FaultyFiles();
    const { log, reading, names } = await behind(files);
    const damaged = names[1] ?? '';
    log.compress(damaged);
    const path = `${log.pathOf(damaged)}.gz`;
    writeFileSync(path, readFileSync(path).subarray(0, -20));
    await reading.restart();
    const read = await reading.read();
    expect(read.slice(0, 20)).toEqual([line(2), ...someLines(3, 21, 2000)]);
    expect(read.at(-1)).toBe(line(31, 2000));
    expect(reading.status.counts.damagedArchives).toBe(1);
    expect(reading.log.with('is damaged')).toMatchObject([{ level: 'error', fields: { path } }]);
  });

  it('are reported when they are gone before they were read', async () => {
    const { log, reading, names } = await behind(new FaultyFiles());
    await reading.restart();
    expect(await reading.readSome()).toEqual([line(2)]);
    rmSync(log.pathOf(names[1] ?? ''));
    expect(await reading.read()).toEqual([line(31, 2000)]);
    expect(reading.status.counts.lostFiles).toBe(1);
    expect(reading.log.with('is lost')).toMatchObject([{ fields: { code: 'ENOENT' } }]);
  });

  it('are told from other files that take their names', async () => {
    const { log, reading, names } = await behind(new FaultyFiles());
    await reading.restart();
    expect(await reading.readSome()).toEqual([line(2)]);
    const path = log.pathOf(names[1] ?? '');
    writeFileSync(`${path}.new`, `${line('other')}\n`);
    renameSync(`${path}.new`, path);
    expect(await reading.read()).toEqual([line('other'), line(31, 2000)]);
    expect(reading.status.counts.lostFiles).toBe(1);
  });

  it('that break while they are read are given up only when something newer waits', async () => {
    const { log, files, reading } = await afterFirstLine();
    files.break('read', log.live, 'EIO');
    log.lines(line(2));
    expect(await reading.read(10 * MINUTE)).toEqual([]);
    expect(reading.status.counts.lostFiles).toBe(0);
    // A new disk: what is opened from now on can be read, the old file cannot.
    const old = log.pathOf(log.nextDay());
    log.lines(line(3));
    expect(await reading.read(4 * MINUTE)).toEqual([]);
    files.mend('read', log.live);
    appendFileSync(old, '');
    expect(await reading.read(5000)).toEqual(someLines(2, 3));
  });
});

it('says when another file is at the path, also an empty one, so that it can be watched', async () => {
  const log = new AlertLog(tempDir());
  const reading = new Reading(log.live);
  await reading.read(1000);
  expect(reading.changes).toBe(1);
  log.lines(line(1));
  await reading.read(1000);
  expect(reading.changes).toBe(1);
  log.nextDay();
  await reading.read(1000);
  expect(reading.changes).toBe(2);
});

it('says how it is doing', async () => {
  const log = new AlertLog(tempDir());
  const reading = new Reading(log.live);
  expect(reading.status).toMatchObject({
    reading: undefined,
    isLive: false,
    offset: 0,
    lagBytes: 0,
  });
  await reading.readNow();
  log.lines(...someLines(1, 3));
  await reading.readNow();
  const size = 3 * (line(1).length + 1);
  expect(reading.status).toMatchObject({
    path: log.live,
    reading: log.live,
    isLive: true,
    offset: size,
    size,
    lagBytes: 0,
    waitingArchives: 0,
    lastLinesAt: reading.clock.now(),
    lastGrowthAt: reading.clock.now(),
    counts: { bytes: size },
  });
});

it('knows after a restart when the file last grew', async () => {
  const log = new AlertLog(tempDir());
  const reading = new Reading(log.live);
  await reading.readNow();
  expect(reading.status.lastGrowthAt).toBeUndefined();
  log.lines(line(1));
  const then = Math.round(reading.clock.now()) - 5000;
  utimesSync(log.live, then / 1000, then / 1000);
  await reading.close();
  await reading.restart();
  await reading.readNow();
  expect(reading.status.lastGrowthAt).toBe(then);
});

it('says how far it is behind', async () => {
  const log = new AlertLog(tempDir());
  const reading = new Reading(log.live);
  await reading.readNow();
  log.lines(...someLines(1, 3));
  await reading.readNow();
  await reading.close();
  log.lines(line(4));
  log.nextDay();
  log.lines(line(5));
  log.nextDay();
  log.lines(line(6));
  await reading.restart();
  while (reading.status.waitingArchives === 0) {
    if ((await reading.poll()) === 'idle') reading.clock.tick(500);
  }
  const each = line(1).length + 1;
  expect(reading.status).toMatchObject({ waitingArchives: 2, lagBytes: (4 + 1 + 1) * each });
  await reading.read();
  expect(reading.status).toMatchObject({ waitingArchives: 0, lagBytes: 0 });
});

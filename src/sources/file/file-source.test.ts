import { execFileSync } from 'node:child_process';
import { appendFileSync, watch, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as deadline } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AlertLog } from '../../../test/support/alert-log.ts';
import { line, someLines } from '../../../test/support/reading.ts';
import { RecordingLog } from '../../../test/support/recording-log.ts';
import { tempDir } from '../../../test/support/temp-dir.ts';
import { type Clock, systemClock } from '../../core/clock.ts';
import { silentLog } from '../../core/log.ts';
import { FILE_SOURCE, parseCheckpoint } from './file-checkpoint.ts';
import { FileSource, type FileSourceOptions } from './file-source.ts';
import { FileError, type FileSystem, systemFileSystem } from './files.ts';

const GENEROUS_MS = 20_000;

function open(path: string, options: Partial<FileSourceOptions> = {}): FileSource {
  const source = new FileSource({
    path,
    checkpoint: undefined,
    fromStart: false,
    clock: systemClock,
    log: silentLog,
    ...options,
  });
  onTestFinished(() => source.close());
  return source;
}

/** The next lines; an error when none come in time. */
async function nextLines(source: FileSource): Promise<string[]> {
  const batch = await source.next(AbortSignal.timeout(GENEROUS_MS));
  if (batch === undefined) throw new Error('no lines came');
  return batch.bytes.toString('utf8').slice(0, -1).split('\n');
}

describe('a source', () => {
  it('waits for lines', async () => {
    const log = new AlertLog(tempDir());
    const source = open(log.live);
    await source.start();
    const lines = nextLines(source);
    log.lines(...someLines(1, 2));
    expect(await lines).toEqual(someLines(1, 2));
  });

  it('says where it begins, before there is any alert', async () => {
    const log = new AlertLog(tempDir());
    log.lines(line(1));
    const first = open(log.live);
    const checkpoint = await first.start();
    expect(parseCheckpoint(checkpoint)?.position.offset).toBe(line(1).length + 1);
    await first.close();
    log.lines(line(2));
    const second = open(log.live, { checkpoint });
    expect(await second.start()).toEqual(checkpoint);
    expect(await nextLines(second)).toEqual([line(2)]);
  });

  it('stops waiting when the signal aborts, and can be asked again', async () => {
    const log = new AlertLog(tempDir());
    const source = open(log.live);
    const stop = new AbortController();
    const waiting = source.next(stop.signal);
    stop.abort();
    expect(await waiting).toBeUndefined();
    expect(await source.next(stop.signal)).toBeUndefined();
    log.lines(line(1));
    expect(await nextLines(source)).toEqual([line(1)]);
  });

  it('stops waiting when it is closed', async () => {
    const log = new AlertLog(tempDir());
    const source = open(log.live);
    const waiting = source.next(new AbortController().signal);
    await source.close();
    expect(await waiting).toBeUndefined();
    log.lines(line(1));
    expect(await source.next(new AbortController().signal)).toBeUndefined();
  });

  it('hands out large files in batches of bounded size, each with its place', async () => {
    const log = new AlertLog(tempDir());
    const lines = someLines(1, 12_000, 1000);
    log.lines(...lines);
    const source = open(log.live, { fromStart: true });
    const read: string[] = [];
    let offset = 0;
    while (read.length < lines.length) {
      const batch = await source.next(AbortSignal.timeout(GENEROUS_MS));
      if (batch === undefined) break;
      expect(batch.bytes.length).toBeLessThanOrEqual(4 * 2 ** 20);
      expect(batch.place(7)).toBe(`${log.live}, byte ${offset + 7}`);
      offset += batch.bytes.length;
      expect(parseCheckpoint(batch.checkpoint)?.position.offset).toBe(offset);
      read.push(...batch.bytes.toString('utf8').slice(0, -1).split('\n'));
    }
    expect(read.length).toBe(lines.length);
    expect(read.every((text, index) => text === lines[index])).toBe(true);
  });

  it('closes no file that is being read ahead', async () => {
    const log = new AlertLog(tempDir());
    log.lines(...someLines(1, 3000, 1000));
    let reading = 0;
    let closedWhileReading = false;
    const files: FileSystem = {
      ...systemFileSystem,
      async open(path, noFollow) {
        const file = await systemFileSystem.open(path, noFollow);
        if (file instanceof FileError) return file;
        return {
          facts: () => file.facts(),
          async read(target, at) {
            reading += 1;
            const count = await file.read(target, at);
            reading -= 1;
            return count;
          },
          close() {
            closedWhileReading ||= reading > 0;
            return file.close();
          },
        };
      },
    };
    const source = open(log.live, { fromStart: true, files });
    await nextLines(source);
    expect(reading).toBe(1);
    await source.close();
    expect(closedWhileReading).toBe(false);
  });

  it.each([
    ['of a newer version', { source: FILE_SOURCE, version: 2 }],
    ['of another source', { source: 'queue', version: 1 }],
  ])('reads the file from its start when the checkpoint is %s, and logs it', async (_, changes) => {
    const log = new AlertLog(tempDir());
    log.lines(line(1));
    const first = open(log.live);
    const checkpoint = await first.start();
    if (checkpoint === undefined) throw new Error('there is no checkpoint');
    const recorded = new RecordingLog();
    const source = open(log.live, { checkpoint: { ...checkpoint, ...changes }, log: recorded });
    expect(await nextLines(source)).toEqual([line(1)]);
    expect(recorded.with('checkpoint')).toMatchObject([{ level: 'error' }]);
  });

  it('does not mind a named pipe at its path', async () => {
    const path = join(tempDir(), 'alerts.json');
    execFileSync('mkfifo', [path]);
    const source = open(path);
    expect(parseCheckpoint(await source.start())?.position).toMatchObject({ inode: '', offset: 0 });
    expect(source.status().health).toMatchObject([{ kind: 'not_a_file' }]);
  });
});

describe('notifications', () => {
  /** A clock whose pauses between looks never end by themselves. */
  const withoutPolling: Clock = { ...systemClock, after: () => () => {} };

  /** True when the system notifies of changes here at all: it may have run out of watches. */
  async function areNotified(): Promise<boolean> {
    const directory = tempDir();
    const stop = new AbortController();
    const seen = new Promise<boolean>((resolve) => {
      try {
        const watcher = watch(directory, { signal: stop.signal }, () => resolve(true));
        watcher.on('error', () => resolve(false));
        writeFileSync(join(directory, 'x'), 'x');
      } catch {
        resolve(false);
      }
    });
    const result = await Promise.race([seen, deadline(2000, false, { signal: stop.signal })]);
    stop.abort();
    return result;
  }

  it('tell of lines that are written under another name of the file', async ({ skip }) => {
    skip(!(await areNotified()), 'no notifications here');
    const log = new AlertLog(tempDir());
    const source = open(log.live, { clock: withoutPolling });
    await source.start();
    const lines = nextLines(source);
    appendFileSync(log.dated, `${line(1)}\n`);
    expect(dirname(log.dated)).not.toBe(dirname(log.live));
    expect(await lines).toEqual([line(1)]);
  });

  it('tell of a rotation', async ({ skip }) => {
    skip(!(await areNotified()), 'no notifications here');
    const log = new AlertLog(tempDir());
    const source = open(log.live, { clock: withoutPolling });
    await source.start();
    for (const number of [1, 2, 3]) {
      const lines = nextLines(source);
      log.nextDay();
      log.lines(line(number));
      expect(await lines).toEqual([line(number)]);
    }
  });
});

describe('checkpoints', () => {
  it('survive being stored as text', async () => {
    const log = new AlertLog(tempDir());
    const source = open(log.live);
    await source.start();
    log.lines(...someLines(1, 5));
    const batch = await source.next(AbortSignal.timeout(GENEROUS_MS));
    expect(batch).toBeDefined();
    const stored = JSON.parse(JSON.stringify(batch?.checkpoint)) as unknown;
    expect(stored).toEqual(batch?.checkpoint);
    expect(parseCheckpoint(stored)).toEqual(batch?.checkpoint.state);
  });

  it('are refused when they are none', () => {
    const noState = { source: FILE_SOURCE, version: 1, state: null };
    for (const stored of [undefined, null, 'x', {}, noState]) {
      expect(parseCheckpoint(stored)).toBeUndefined();
    }
  });
});

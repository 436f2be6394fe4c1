import { renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { AlertLog } from '../../../test/support/alert-log.ts';
import { FaultyFiles } from '../../../test/support/faulty-files.ts';
import { line, someLines } from '../../../test/support/reading.ts';
import { RecordingLog } from '../../../test/support/recording-log.ts';
import { tempDir } from '../../../test/support/temp-dir.ts';
import { type Clock, systemClock } from '../../core/clock.ts';
import type { Batch, Checkpoint, Loss, Replay } from '../../core/source.ts';
import { FileSource, type FileSourceOptions } from './file-source.ts';

/** A clock whose time passes as soon as anyone waits for it. */
class HastyClock implements Clock {
  #passed = 0;
  /** The times of files are real ones. */
  readonly #start = systemClock.now();

  now(): number {
    return this.#start + this.#passed;
  }

  monotonic(): number {
    return this.#passed;
  }

  random(): number {
    return 0.5;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const immediate = setImmediate(() => {
      this.#passed += milliseconds;
      callback();
    });
    return () => clearImmediate(immediate);
  }
}

const NEVER = new AbortController().signal;

/** Lines of a batch. */
const linesOf = (batch: Batch) => batch.bytes.toString('utf8').slice(0, -1).split('\n');

let log: AlertLog;
let files: FaultyFiles;
let recorded: RecordingLog;
beforeEach(() => {
  log = new AlertLog(tempDir());
  files = new FaultyFiles();
  recorded = new RecordingLog();
});

function open(options: Partial<FileSourceOptions> = {}): FileSource {
  const source = new FileSource({
    path: log.live,
    checkpoint: undefined,
    fromStart: true,
    clock: new HastyClock(),
    log: recorded,
    files,
    ...options,
  });
  onTestFinished(() => source.close());
  return source;
}

/** Reads so many lines, and says where reading stands then. */
async function read(source: FileSource, count: number): Promise<Checkpoint> {
  for (let missing = count; ; ) {
    const batch = await source.next(NEVER);
    if (batch === undefined) throw new Error('the source was closed');
    missing -= linesOf(batch).length;
    if (missing < 0) throw new Error('more was read than is there');
    if (missing === 0) return batch.checkpoint;
  }
}

/** Writes these lines and reads them. */
function append(source: FileSource, ...lines: string[]): Promise<Checkpoint> {
  log.lines(...lines);
  return read(source, lines.length);
}

function replayOf(source: FileSource, from: Checkpoint, until: Checkpoint): Replay {
  // As they come out of the outbox.
  const [first, last] = JSON.parse(JSON.stringify([from, until])) as [Checkpoint, Checkpoint];
  const replay = source.resumeFrom(first, last);
  if ('gone' in replay) throw new Error(replay.gone);
  onTestFinished(() => replay.close());
  return replay;
}

/** Everything between two places. */
async function replayed(
  source: FileSource,
  from: Checkpoint,
  until: Checkpoint,
): Promise<{ lines: string[]; losses: readonly Loss[] }> {
  const replay = replayOf(source, from, until);
  const lines: string[] = [];
  for (;;) {
    const batch = await replay.next(NEVER);
    if (batch === undefined) throw new Error('the replay was closed');
    if (batch === 'end') break;
    lines.push(...linesOf(batch));
  }
  await replay.close();
  return { lines, losses: replay.losses() };
}

describe('a replay', () => {
  it('reads a part of the live file again, up to the middle of a batch', async () => {
    const source = open();
    const from = await append(source, ...someLines(1, 2));
    const until = await append(source, ...someLines(3, 4));
    await append(source, ...someLines(5, 6));
    expect(await replayed(source, from, until)).toEqual({ lines: someLines(3, 4), losses: [] });
  });

  it('can begin between any two lines of a batch, and end there', async () => {
    const source = open();
    await append(source, line(1));
    log.lines(...someLines(2, 5));
    const batch = (await source.next(NEVER)) as Batch;
    const places = [0, 1, 2, 3, 4].map((count) => {
      const length = linesOf(batch).slice(0, count).join(' ').length;
      return batch.checkpointAt?.(length === 0 ? 0 : length + 1) as Checkpoint;
    });
    expect(places[4]).toEqual(batch.checkpoint);
    for (const [first, from] of places.entries()) {
      for (const [last, until] of [...places.entries()].slice(first)) {
        const { lines, losses } = await replayed(source, from, until);
        expect(lines).toEqual(someLines(2, 5).slice(first, last));
        expect(losses).toEqual([]);
      }
    }
  });

  it('hands out a checkpoint from which the next one can go on', async () => {
    const source = open();
    const from = await append(source, line(1));
    const middle = await append(source, line(2));
    const until = await append(source, line(3));
    const batch = (await replayOf(source, from, middle).next(NEVER)) as Batch;
    expect(linesOf(batch)).toEqual([line(2)]);
    expect((await replayed(source, batch.checkpoint, until)).lines).toEqual([line(3)]);
  });

  it('needs no file when both places are the same', async () => {
    const source = open();
    const place = await append(source, line(1));
    const old = log.nextDay();
    await append(source, line(2));
    rmSync(log.pathOf(old));
    expect(await replayed(source, place, place)).toEqual({ lines: [], losses: [] });
  });

  it('leaves the source where it is', async () => {
    const source = open();
    const from = await append(source, line(1));
    const until = await append(source, line(2));
    log.lines(line(3));
    const counts = source.status().counts;
    await replayed(source, from, until);
    expect(source.status().counts).toEqual(counts);
    await read(source, 1);
    expect(source.status().counts.bytes).toBe(3 * (line(1).length + 1));
  });

  it('says where its records are now, and can itself be resumed', async () => {
    const source = open();
    const from = await append(source, line(1));
    await append(source, line(2));
    const old = log.pathOf(log.nextDay());
    const until = await append(source, line(3));
    const replay = replayOf(source, from, until);
    const batch = (await replay.next(NEVER)) as Batch;
    expect(batch.place(7)).toBe(`${old}, byte ${line(1).length + 1 + 7}`);
    const rest = await replayed(source, batch.checkpoint, until);
    expect(rest).toEqual({ lines: [line(3)], losses: [] });
  });

  it.each([
    ['rotated', () => {}],
    ['compressed', (name: string) => log.compress(name)],
  ])('reads %s archives up to the live file', async (_, finishDay) => {
    const source = open();
    const from = await append(source, ...someLines(1, 2));
    await append(source, ...someLines(3, 4));
    const days = [log.nextDay()];
    await append(source, ...someLines(5, 6));
    days.push(log.nextPart());
    const until = await append(source, line(7));
    await append(source, line(8));
    for (const name of days) finishDay(name);
    expect(await replayed(source, from, until)).toEqual({ lines: someLines(3, 7), losses: [] });
  });

  it('ends in a compressed archive when that was the live file then', async () => {
    const source = open();
    const from = await append(source, line(1));
    log.compress(log.nextDay());
    const until = await append(source, ...someLines(2, 3));
    await append(source, line(4));
    log.compress(log.nextDay());
    await append(source, line(5));
    expect(await replayed(source, from, until)).toEqual({ lines: someLines(2, 3), losses: [] });
  });

  it('ends before a file of which nothing had been read', async () => {
    const source = open();
    const from = await append(source, line(1));
    await append(source, line(2));
    log.nextDay();
    const until = await open().start();
    await append(source, line(3));
    if (until === undefined) throw new Error('there is no checkpoint');
    expect(await replayed(source, from, until)).toEqual({ lines: [line(2)], losses: [] });
  });

  it.each([
    ['was removed', (name: string) => rmSync(log.pathOf(name))],
    ['is still there', () => {}],
  ])('ends before a file that stayed empty and %s', async (_, leave) => {
    const source = open();
    const from = await append(source, line(1));
    log.nextDay();
    const until = await open().start();
    leave(log.nextDay());
    await append(source, line(2));
    if (until === undefined) throw new Error('there is no checkpoint');
    expect(await replayed(source, from, until)).toEqual({ lines: [], losses: [] });
  });

  it('ends behind a line that is longer than the limit', async () => {
    const source = open({ maxLineBytes: 1000 });
    const from = await append(source, line(1));
    log.lines(line('long', 2000));
    const short = open({ checkpoint: from, maxLineBytes: 1000 });
    const abort = new AbortController();
    const waiting = short.next(abort.signal);
    await expect.poll(() => short.status().counts.overlongLines).toBe(1);
    abort.abort();
    await waiting;
    const until = await short.start();
    log.lines(line(2));
    if (until === undefined) throw new Error('there is no checkpoint');
    expect(await replayed(source, from, until)).toEqual({ lines: [], losses: [] });
  });

  it('ends before such a file also when it has no dated name', async () => {
    const path = join(log.directory, 'other.json');
    writeFileSync(path, `${line(1)}\n`);
    const source = open({ path });
    const from = await read(source, 1);
    writeFileSync(path, `${line(2)}\n`, { flag: 'a' });
    renameSync(path, `${path}.1`);
    writeFileSync(path, '');
    const until = await open({ path }).start();
    writeFileSync(path, `${line(3)}\n`);
    if (until === undefined) throw new Error('there is no checkpoint');
    expect(await replayed(source, from, until)).toEqual({ lines: [line(2)], losses: [] });
  });

  it('stops waiting when the signal aborts or it is closed', async () => {
    const source = open();
    const from = await append(source, line(1));
    log.nextDay();
    const until = await append(source, line(2));
    files.break('open', log.live, 'EIO');
    for (const stop of ['abort', 'close'] as const) {
      const replay = replayOf(source, from, until);
      const abort = new AbortController();
      const waiting = replay.next(abort.signal);
      if (stop === 'abort') abort.abort();
      else await replay.close();
      expect(await waiting).toBeUndefined();
    }
  });

  it('needs places that the source understands', async () => {
    const source = open();
    const place = await append(source, line(1));
    const gone = (from: object, until: object) =>
      source.resumeFrom({ ...place, ...from }, { ...place, ...until });
    expect(gone({ version: 2 }, {})).toEqual({ gone: expect.stringContaining('version 2') });
    expect(gone({}, { source: 'queue' })).toEqual({ gone: expect.stringContaining('"queue"') });
  });
});

describe('whatever became of the files', () => {
  type Step =
    | { readonly do: 'write'; readonly count: number }
    | { readonly do: 'next day' | 'next part' }
    | { readonly do: 'compress'; readonly which: number }
    | { readonly do: 'remove'; readonly which: number };
  const count = fc.integer({ min: 1, max: 4 });
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('write'), count }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('next day', 'next part') }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('compress'), which: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('remove'), which: fc.nat() }) },
  );

  it('a replay hands out what lies between two places and is still there, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 4, maxLength: 16 }),
        fc.nat(),
        fc.nat(),
        async (steps, a, b) => {
          log = new AlertLog(tempDir());
          const source = open();
          const begin = (await source.start()) as Checkpoint;
          const places = [{ count: 0, checkpoint: begin }];
          const closed: string[] = [];
          const removed = new Set<string>();
          /** The names of the files that the lines are in. */
          const names: string[] = [];
          for (const now of steps) {
            if (now.do === 'write') {
              const lines = someLines(names.length + 1, names.length + now.count, 300);
              names.push(...lines.map(() => log.name));
              places.push({ count: names.length, checkpoint: await append(source, ...lines) });
            } else if (now.do === 'compress' || now.do === 'remove') {
              const name = closed[now.which % Math.max(1, closed.length)];
              if (name === undefined) continue;
              if (now.do === 'compress') {
                log.compress(name);
                continue;
              }
              removed.add(name);
              for (const end of ['', '.gz']) rmSync(`${log.pathOf(name)}${end}`, { force: true });
            } else if (statSync(log.live).size > 0) {
              closed.push(now.do === 'next day' ? log.nextDay() : log.nextPart());
            }
          }
          const [first, last] = [a % places.length, b % places.length].sort((x, y) => x - y);
          const from = places[first as number] as (typeof places)[0];
          const until = places[last as number] as (typeof places)[0];
          const wanted = someLines(from.count + 1, until.count, 300);
          const there = wanted.filter((_, i) => !removed.has(names[from.count + i] ?? ''));
          const { lines, losses } = await replayed(source, from.checkpoint, until.checkpoint);
          expect(lines).toEqual(there);
          // A whole archive that is missing between others leaves no trace.
          expect(losses.length > 0 && removed.size === 0).toBe(false);
          await source.close();
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a replay of what is gone', () => {
  it('says which file is gone, and reads what comes after it', async () => {
    const source = open();
    const from = await append(source, line(1));
    await append(source, line(2));
    const old = log.nextDay();
    const until = await append(source, line(3));
    rmSync(log.pathOf(old));
    const { lines, losses } = await replayed(source, from, until);
    expect(lines).toEqual([line(3)]);
    expect(losses).toEqual([
      { what: `the file ${old} after byte ${line(1).length + 1} is gone`, bytes: undefined },
    ]);
    expect(recorded.with('was removed')).toMatchObject([
      { level: 'warn', fields: { replay: true } },
    ]);
  });

  it('says how much of a damaged archive is gone', async () => {
    const source = open();
    const from = await append(source, line(1));
    await append(source, ...someLines(2, 9));
    const old = log.nextDay();
    const until = await append(source, line(10));
    log.compress(old);
    const path = `${log.pathOf(old)}.gz`;
    truncateSync(path, statSync(path).size - 20);
    const { lines, losses } = await replayed(source, from, until);
    expect(lines.at(-1)).toBe(line(10));
    expect(losses).toMatchObject([{ what: expect.stringContaining(`${path} is damaged`) }]);
  });

  it('says how much lies beyond the look-back bound', async () => {
    const source = open({ lookBack: { maxFiles: 1 } });
    const from = await append(source, line(1));
    log.nextDay();
    await append(source, line(2));
    log.nextDay();
    const until = await append(source, line(3));
    const { lines, losses } = await replayed(source, from, until);
    expect(lines).toEqual([line(2), line(3)]);
    expect(losses).toEqual([
      { what: '1 archives are beyond the look-back bound', bytes: line(1).length + 1 },
    ]);
  });

  it('waits for an archive that cannot be read, and names it when it is given up', async () => {
    const source = open();
    const from = await append(source, line(1));
    log.nextDay();
    await append(source, line(2));
    const old = log.nextDay();
    const until = await append(source, line(3));
    files.break('open', old, 'EIO');
    const { lines, losses } = await replayed(source, from, until);
    expect(lines).toEqual([line(3)]);
    const bytes = line(2).length + 1;
    expect(losses).toEqual([{ what: `the archive ${log.pathOf(old)} cannot be read: EIO`, bytes }]);
  });

  it('ends where it began when both places are in a file that is gone', async () => {
    const source = open();
    const from = await append(source, line(1));
    const until = await append(source, ...someLines(2, 3));
    await append(source, line(4));
    const old = log.nextDay();
    await append(source, line(5));
    log.nextDay();
    await append(source, line(6));
    rmSync(log.pathOf(old));
    const length = line(1).length + 1;
    expect(await replayed(source, from, until)).toEqual({
      lines: [],
      losses: [
        { what: `the file ${old} after byte ${length} is gone`, bytes: undefined },
        {
          what: `the file ${old}, of which byte ${3 * length} is the end, is not there from byte ${length} on`,
          bytes: 2 * length,
        },
      ],
    });
  });

  it('ends before the first later file when that of its end is gone', async () => {
    const source = open();
    const from = await append(source, line(1));
    await append(source, line(2));
    log.nextDay();
    const until = await append(source, ...someLines(3, 4));
    const old = log.nextDay();
    await append(source, line(5));
    rmSync(log.pathOf(old));
    const { lines, losses } = await replayed(source, from, until);
    expect(lines).toEqual([line(2)]);
    expect(losses).toMatchObject([
      { what: expect.stringContaining(old), bytes: 2 * (line(3).length + 1) },
    ]);
  });

  it('reads later files too while the file of its end may still come', async () => {
    const source = open();
    const from = await append(source, line(1));
    log.nextDay();
    await append(source, line(2));
    log.daysBack(3);
    const until = await append(source, line(3));
    expect(await replayed(source, from, until)).toEqual({ lines: someLines(2, 3), losses: [] });
  });

  it('reads on to where nothing more comes when its end was cut off, and says so', async () => {
    const source = open();
    const from = await append(source, line(1));
    const until = await append(source, line(2));
    await append(source, line(3));
    truncateSync(log.dated, line(1).length + 1);
    log.lines(line('other'));
    const { lines, losses } = await replayed(source, from, until);
    expect(lines).toEqual([line('other')]);
    expect(losses).toEqual([{ what: expect.stringContaining('is not there'), bytes: undefined }]);
  });
});

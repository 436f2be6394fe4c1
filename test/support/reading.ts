import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { onTestFinished } from 'vitest';
import { createContext } from '../../src/sources/file/context.ts';
import type { FileCheckpoint } from '../../src/sources/file/file-checkpoint.ts';
import { type FileSystem, systemFileSystem } from '../../src/sources/file/files.ts';
import { type FileBatch, Follower } from '../../src/sources/file/follower.ts';
import { DEFAULT_LOOK_BACK, type LookBack } from '../../src/sources/file/look-back.ts';
import type { FileSourceStatus } from '../../src/sources/file/status.ts';
import { AlertLog } from './alert-log.ts';
import { FakeClock } from './fake-clock.ts';
import { FaultyFiles } from './faulty-files.ts';
import { RecordingLog } from './recording-log.ts';
import { tempDir } from './temp-dir.ts';

export interface ReadingOptions {
  readonly checkpoint?: FileCheckpoint | undefined;
  readonly fromStart?: boolean;
  readonly files?: FileSystem;
  readonly lookBack?: Partial<LookBack>;
  readonly maxLineBytes?: number;
}

/** More steps than any test needs: reached only by a follower that turns in circles. */
const MOST_STEPS = 100_000;
const STEP_MS = 500;

/** A reader in the hands of a test: it looks when it is told to, and its time stands still. */
export class Reading {
  readonly log = new RecordingLog();
  readonly clock: FakeClock;
  readonly lines: string[] = [];
  readonly batches: FileBatch[] = [];
  readonly #path: string;
  readonly #options: ReadingOptions;
  #follower: Follower;
  /** How often another file was found at the path. */
  changes = 0;
  /** The checkpoint of the last batch: what a daemon would have stored. */
  checkpoint: FileCheckpoint | undefined;

  constructor(path: string, options: ReadingOptions = {}) {
    this.#path = path;
    this.#options = options;
    // The times of files are real ones.
    this.clock = new FakeClock(statSync(dirname(path)).mtimeMs);
    this.checkpoint = options.checkpoint;
    this.#follower = this.#open(options.checkpoint);
    onTestFinished(() => this.close());
  }

  get status(): FileSourceStatus {
    return this.#follower.status();
  }

  /** One step. */
  async poll(): Promise<FileBatch | 'again' | 'idle'> {
    const step = await this.#follower.poll();
    if (typeof step !== 'string') this.#keep(step);
    return step;
  }

  /** Reads what can be read now, without any time passing. Says which lines that were. */
  async readNow(): Promise<string[]> {
    const before = this.lines.length;
    for (let steps = 0; (await this.poll()) !== 'idle'; steps += 1) {
      if (steps > MOST_STEPS) throw new Error('it does not come to an end');
    }
    return this.lines.slice(before);
  }

  /** Reads until there are lines, and no further. Says which lines that were. */
  async readSome(): Promise<string[]> {
    const before = this.lines.length;
    for (let steps = 0; steps < 100 && this.lines.length === before; steps += 1) {
      if ((await this.poll()) === 'idle') this.clock.tick(STEP_MS);
    }
    return this.lines.slice(before);
  }

  /** Reads what there is, and what comes when some time passes. */
  async read(milliseconds = 12_000): Promise<string[]> {
    const before = this.lines.length;
    await this.readNow();
    for (let passed = 0; passed < milliseconds; passed += STEP_MS) {
      this.clock.tick(STEP_MS);
      await this.readNow();
    }
    return this.lines.slice(before);
  }

  /** The checkpoint that a daemon could store now. */
  place(): FileCheckpoint | undefined {
    return this.#follower.checkpoint();
  }

  async close(): Promise<void> {
    await this.#follower.close();
  }

  /** Dies and starts again with a stored checkpoint, which has been through JSON. */
  async restart(checkpoint: FileCheckpoint | undefined = this.checkpoint): Promise<void> {
    await this.close();
    this.checkpoint = checkpoint;
    const stored = checkpoint && (JSON.parse(JSON.stringify(checkpoint)) as FileCheckpoint);
    this.#follower = this.#open(stored);
  }

  #open(checkpoint: FileCheckpoint | undefined): Follower {
    const { files, fromStart, lookBack, maxLineBytes } = this.#options;
    const context = createContext({
      path: this.#path,
      clock: this.clock,
      log: this.log,
      files: files ?? systemFileSystem,
      lookBack: { ...DEFAULT_LOOK_BACK, ...lookBack },
      maxLineBytes: maxLineBytes ?? 16 * 2 ** 20,
    });
    return new Follower(context, {
      checkpoint,
      fromStart: fromStart ?? false,
      onChange: () => (this.changes += 1),
    });
  }

  #keep(batch: FileBatch): void {
    const text = batch.bytes.toString('utf8');
    if (!text.endsWith('\n')) throw new Error('a batch does not end with a newline');
    this.lines.push(...text.slice(0, -1).split('\n'));
    this.batches.push({ ...batch, bytes: Buffer.from(batch.bytes) });
    this.checkpoint = batch.checkpoint;
  }
}

/** A log of which line 1 has been read, on a file system that can be broken. */
export async function afterFirstLine(): Promise<{
  log: AlertLog;
  files: FaultyFiles;
  reading: Reading;
}> {
  const log = new AlertLog(tempDir());
  const files = new FaultyFiles();
  const reading = new Reading(log.live, { files });
  await reading.readNow();
  log.lines(line(1));
  await reading.readNow();
  return { log, files, reading };
}

/** An alert as a line: a number, and so many bytes of a log. */
export function line(number: number | string, logBytes = 0): string {
  const log = 'x'.repeat(logBytes);
  return `{"timestamp":"2026-08-20T11:22:31.000+0000","id":"${number}","full_log":"${log}"}`;
}

/** The ids of lines, for those that are too long to be shown. */
export function idsOf(lines: readonly string[]): string[] {
  return lines.map((text) => (JSON.parse(text) as { id: string }).id);
}

/** A row of such lines. */
export function someLines(from: number, to: number, logBytes = 0): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => line(from + index, logBytes));
}

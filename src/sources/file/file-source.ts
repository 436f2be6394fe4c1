import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import type { Batch, Checkpoint, Replay, Source, Unreplayable } from '../../core/source.ts';
import { createContext, type ReaderSettings } from './context.ts';
import { FILE_SOURCE, parseCheckpoint, toCheckpoint } from './file-checkpoint.ts';
import { FileReplay, toBatch } from './file-replay.ts';
import { type FileSystem, systemFileSystem } from './files.ts';
import { Follower } from './follower.ts';
import { DEFAULT_LOOK_BACK, type LookBack } from './look-back.ts';
import { PollTimer } from './poll-timer.ts';
import type { FileSourceStatus } from './status.ts';

export { FILE_SOURCE } from './file-checkpoint.ts';
export type { Condition, ConditionKind } from './health.ts';
export { DEFAULT_LOOK_BACK, type LookBack } from './look-back.ts';
export type { FileSourceStatus, SourceCounts } from './status.ts';

export interface FileSourceOptions {
  /** The live file, `…/logs/alerts/alerts.json`. Archives are searched for in its directory. */
  readonly path: string;
  /** What was stored last; undefined at the first start. */
  readonly checkpoint: Checkpoint | undefined;
  /** Without a checkpoint: begin at the start of the file instead of at its end. */
  readonly fromStart: boolean;
  readonly clock: Clock;
  readonly log: Log;
  /** How far back archives are read; what is not given is {@link DEFAULT_LOOK_BACK}. */
  readonly lookBack?: Partial<LookBack>;
  /** Longer lines are skipped and counted. 16 MiB when not given. */
  readonly maxLineBytes?: number;
  /** The file system; the real one when not given. */
  readonly files?: FileSystem;
}

const LONGEST_LINE_BYTES = 16 * 2 ** 20;

/**
 * The lines of a file that is written to, each once, in order, across rotations and restarts.
 * Whatever the file system does, nothing of this throws.
 */
export class FileSource implements Source {
  readonly name = FILE_SOURCE;
  readonly #settings: ReaderSettings;
  readonly #follower: Follower;
  readonly #timer: PollTimer;
  /** The step under way: files are closed after it. */
  #step: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  /** Nothing is opened before {@link start} or {@link next}. */
  constructor(options: FileSourceOptions) {
    const { path, clock, log, fromStart } = options;
    this.#settings = {
      path,
      clock,
      log,
      files: options.files ?? systemFileSystem,
      lookBack: { ...DEFAULT_LOOK_BACK, ...options.lookBack },
      maxLineBytes: options.maxLineBytes ?? LONGEST_LINE_BYTES,
    };
    const checkpoint = parseCheckpoint(options.checkpoint);
    const isBroken = options.checkpoint !== undefined && checkpoint === undefined;
    if (isBroken) {
      log.error('the stored checkpoint is invalid; reading the file from its beginning', {
        path,
      });
    }
    this.#timer = new PollTimer(clock, log, path);
    this.#follower = new Follower(createContext(this.#settings), {
      checkpoint,
      fromStart: fromStart || isBroken,
      onChange: () => this.#timer.watch(),
    });
  }

  /** Resolves with undefined when the file is there but cannot be opened. */
  async start(): Promise<Checkpoint | undefined> {
    if (this.#follower.checkpoint() === undefined) await this.#poll();
    const begin = this.#follower.checkpoint();
    return begin && toCheckpoint(begin);
  }

  async next(signal: AbortSignal): Promise<Batch | undefined> {
    while (!signal.aborted && !this.#isClosed) {
      const step = await this.#poll();
      if (step === 'idle') {
        await this.#timer.pause(signal);
      } else if (step !== 'again') {
        this.#timer.hurry();
        return toBatch(step);
      }
    }
    return undefined;
  }

  resumeFrom(from: Checkpoint, until: Checkpoint): Replay | Unreplayable {
    const [first, last] = [parseCheckpoint(from), parseCheckpoint(until)];
    if (first === undefined || last === undefined) {
      const { source, version } = first === undefined ? from : until;
      return { gone: `a place of source "${source}", version ${version}, is not understood` };
    }
    return new FileReplay(this.#settings, first, last);
  }

  status(): FileSourceStatus {
    return this.#follower.status();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer.close();
    await Promise.allSettled([this.#step]);
    await this.#follower.close();
  }

  #poll(): ReturnType<Follower['poll']> {
    const step = this.#follower.poll();
    this.#step = step;
    return step;
  }
}

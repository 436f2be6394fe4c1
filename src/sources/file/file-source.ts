import type { Batch, Checkpoint } from '../../core/checkpoint.ts';
import type { Clock } from '../../core/clock.ts';
import type { Log } from '../../core/log.ts';
import { parseCheckpoint } from './checkpoint.ts';
import { createContext } from './context.ts';
import { type FileSystem, systemFileSystem } from './files.ts';
import { Follower } from './follower.ts';
import { DEFAULT_LOOK_BACK, type LookBack } from './look-back.ts';
import { PollTimer } from './poll-timer.ts';
import type { SourceStatus } from './status.ts';

export type { Condition, ConditionKind } from './health.ts';
export { DEFAULT_LOOK_BACK, type LookBack } from './look-back.ts';
export type { SourceCounts, SourceStatus } from './status.ts';

export interface SourceOptions {
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

/** Lines of a file that is written to, each once, in order, across rotations and restarts. */
export interface Source {
  /**
   * Finds the place to begin at, as far as that is possible now, and resolves with its checkpoint:
   * stored at once, it makes sure that nothing is lost when the daemon dies before the first alert.
   * Undefined when the file is there but cannot be opened. {@link next} does not need it.
   */
  start(): Promise<Checkpoint | undefined>;
  /**
   * Waits for complete new lines; undefined once the signal aborts or the source is closed. To be
   * called again only after it resolved. Asking for the next batch says that the last one is dealt
   * with; one that could not be stored can only be read again by reopening the source.
   */
  next(signal: AbortSignal): Promise<Batch | undefined>;
  status(): SourceStatus;
  /** Closes all files. Ends a waiting {@link next}. */
  close(): Promise<void>;
}

const LONGEST_LINE_BYTES = 16 * 2 ** 20;

/** Opens a file that alerts are written to. Whatever the file system does, this does not throw. */
export function openSource(options: SourceOptions): Source {
  return new FileSource(options);
}

class FileSource implements Source {
  readonly #follower: Follower;
  readonly #timer: PollTimer;
  /** The step under way: files are closed after it. */
  #step: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: SourceOptions) {
    const { path, clock, log, fromStart } = options;
    const context = createContext({
      path,
      clock,
      log,
      files: options.files ?? systemFileSystem,
      lookBack: { ...DEFAULT_LOOK_BACK, ...options.lookBack },
      maxLineBytes: options.maxLineBytes ?? LONGEST_LINE_BYTES,
    });
    const checkpoint = parseCheckpoint(options.checkpoint);
    const isBroken = options.checkpoint !== undefined && checkpoint === undefined;
    if (isBroken) {
      log.error('the stored checkpoint is invalid; reading the file from its beginning', {
        path,
      });
    }
    this.#timer = new PollTimer(clock, log, path);
    this.#follower = new Follower(context, {
      checkpoint,
      fromStart: fromStart || isBroken,
      onChange: () => this.#timer.watch(),
    });
  }

  async start(): Promise<Checkpoint | undefined> {
    if (this.#follower.checkpoint() === undefined) await this.#poll();
    return this.#follower.checkpoint();
  }

  async next(signal: AbortSignal): Promise<Batch | undefined> {
    while (!signal.aborted && !this.#isClosed) {
      const step = await this.#poll();
      if (step === 'idle') {
        await this.#timer.pause(signal);
      } else if (step !== 'again') {
        this.#timer.hurry();
        return step;
      }
    }
    return undefined;
  }

  status(): SourceStatus {
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

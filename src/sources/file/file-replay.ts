import { isDeepStrictEqual } from 'node:util';
import type { Log } from '../../core/log.ts';
import type { Batch, Loss, Replay } from '../../core/source.ts';
import { createContext, type ReaderSettings, type SourceContext } from './context.ts';
import { type FileCheckpoint, type FilePosition, toCheckpoint } from './file-checkpoint.ts';
import { matchFile } from './file-match.ts';
import { FileError } from './files.ts';
import { type FileBatch, Follower } from './follower.ts';
import type { ConditionKind } from './health.ts';
import type { OpenFile } from './open-file.ts';
import { PollTimer } from './poll-timer.ts';

/** The follower waits for shorter times, and says why when it waits for longer ones. */
const IDLE_MS = 60_000;
/** What the follower waits for, until it can go on or gives up. */
const WAITED_FOR: readonly ConditionKind[] = [
  'unreachable',
  'unopenable',
  'unreadable',
  'archives',
];

/** A batch as everyone else sees it. */
export function toBatch({ bytes, checkpoint, checkpointAt, path, offset }: FileBatch): Batch {
  return {
    bytes,
    checkpoint: toCheckpoint(checkpoint),
    checkpointAt: (at) => toCheckpoint(checkpointAt(at)),
    place: (at) => `${path}, byte ${offset + at}`,
  };
}

/**
 * Reads the alert file and its archives again between two places, with a follower of its own. It ends
 * in the file whose content is that of `until`, wherever that file is by now. When that is gone, it
 * ends before the first later file; where none can be told for later, it ends where nothing more
 * comes: a repeat is better than a loss.
 */
export class FileReplay implements Replay {
  readonly #context: SourceContext;
  readonly #follower: Follower;
  readonly #until: FileCheckpoint;
  /** Where the records that were handed out end. */
  #reached: FilePosition;
  readonly #losses: Loss[] = [];
  readonly #timer: PollTimer;
  /** The file that was last compared with the end, and the offset of the end in it. */
  #compared: OpenFile | undefined;
  #end: number | undefined;
  #isAtEnd: boolean;
  #idleSince: number | undefined;
  #isClosed = false;
  /** The step under way: files are closed after it. */
  #step: Promise<unknown> = Promise.resolve();

  constructor(settings: ReaderSettings, from: FileCheckpoint, until: FileCheckpoint) {
    const log = withField(settings.log, { replay: true });
    this.#context = createContext({ ...settings, log }, (loss) => this.#losses.push(loss));
    const options = { checkpoint: from, fromStart: true, onChange() {} };
    this.#follower = new Follower(this.#context, options);
    this.#timer = new PollTimer(settings.clock, log, settings.path);
    this.#until = until;
    this.#reached = from.position;
    // An end before any file is an end before everything.
    this.#isAtEnd = until.position.inode === '' || isDeepStrictEqual(from.position, until.position);
  }

  async next(signal: AbortSignal): Promise<Batch | 'end' | undefined> {
    while (!signal.aborted && !this.#isClosed) {
      if (this.#isAtEnd) return 'end';
      const step = this.#advance();
      this.#step = step;
      const batch = await step;
      if (batch === 'idle') {
        await this.#timer.pause(signal);
      } else if (batch !== 'again') {
        this.#timer.hurry();
        return toBatch(batch);
      }
    }
    return undefined;
  }

  losses(): readonly Loss[] {
    return this.#losses;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer.close();
    await Promise.allSettled([this.#step]);
    await this.#follower.close();
  }

  async #advance(): Promise<FileBatch | 'again' | 'idle'> {
    await this.#lookForEnd();
    if (this.#isAtEnd) return 'again';
    const step = await this.#follower.poll();
    if (step === 'idle') return this.#idle();
    this.#idleSince = undefined;
    return step === 'again' ? step : this.#upToEnd(step);
  }

  /** Compares the current file with that of the end, before anything is read of it. */
  async #lookForEnd(): Promise<void> {
    const { current } = this.#follower;
    if (current === undefined || current === this.#compared) return;
    const end = await endIn(current, this.#until.position);
    // Reading it will fail as well, and then it is compared again.
    if (end instanceof FileError) return;
    if (end === undefined && (await this.#hasPassedEnd(current))) this.#endWithout();
    this.#compared = current;
    this.#end = end;
    if (end !== undefined && current.position().offset >= end) this.#isAtEnd = true;
  }

  /** True in a file that is later than that of the end, when there is no such file any more. */
  async #hasPassedEnd({ archive }: OpenFile): Promise<boolean> {
    const { locator } = this.#context;
    const { position, takenAt } = this.#until;
    if (!locator.isLater(archive, position.archive)) return false;
    // An empty file is never opened.
    if (position.offset === 0) return true;
    // After the clock was set back, a file with an earlier name comes later.
    const found = await locator.route({ position, since: takenAt }, undefined);
    return !found.isFound && found.trouble === undefined;
  }

  /** The part of a batch that is not beyond the end; `again` when that is nothing. */
  #upToEnd(batch: FileBatch): FileBatch | 'again' {
    this.#reached = batch.checkpoint.position;
    const beyond = this.#end === undefined ? -1 : this.#reached.offset - this.#end;
    if (beyond < 0) return batch;
    this.#isAtEnd = true;
    const length = batch.bytes.length - beyond;
    // The end may be that of an overlong line, which is in no batch.
    if (beyond === 0 || length <= 0) return beyond === 0 ? batch : 'again';
    const checkpoint = { ...batch.checkpoint, position: this.#until.position };
    return { ...batch, checkpoint, bytes: batch.bytes.subarray(0, length) };
  }

  #idle(): 'again' | 'idle' {
    const now = this.#context.clock.monotonic();
    const { health } = this.#follower.status();
    if (health.some(({ kind }) => WAITED_FOR.includes(kind))) this.#idleSince = undefined;
    this.#idleSince ??= now;
    if (now - this.#idleSince < IDLE_MS) return 'idle';
    this.#endWithout();
    return 'again';
  }

  /** Ends although the file of the end is gone. */
  #endWithout(): void {
    this.#isAtEnd = true;
    const { path, archive, offset } = this.#until.position;
    if (offset === 0) return;
    const reached = this.#reached;
    const isKnown = archive !== null && reached.archive !== null;
    const start = reached.archive === archive ? Math.min(reached.offset, offset) : 0;
    const bytes = isKnown && start < offset ? offset - start : undefined;
    const what = `the file ${archive ?? path}, of which byte ${offset} is the end, is not there`;
    this.#losses.push({
      what: bytes === undefined ? what : `${what} from byte ${start} on`,
      bytes,
    });
  }
}

/** The offset of a position in a file; undefined when it is another file. */
async function endIn(
  current: OpenFile,
  until: FilePosition,
): Promise<number | undefined | FileError> {
  const { facts, archive } = current;
  if (until.head.length === 0) {
    // Nothing had been read of it: it can only be known by its names.
    const isNamed = archive !== null && archive === until.archive;
    return isNamed || (archive === null && facts.inode === until.inode) ? 0 : undefined;
  }
  const match = await matchFile(current.file, until);
  if (match instanceof FileError) return match;
  return match.kind === 'same' ? until.offset : undefined;
}

/** A log that adds fields to every line. */
function withField(log: Log, added: Readonly<Record<string, unknown>>): Log {
  return {
    debug: (message, fields) => log.debug(message, { ...fields, ...added }),
    info: (message, fields) => log.info(message, { ...fields, ...added }),
    warn: (message, fields) => log.warn(message, { ...fields, ...added }),
    error: (message, fields) => log.error(message, { ...fields, ...added }),
  };
}

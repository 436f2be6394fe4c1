import { recordAt } from '../../alert/record-framing.ts';
import { firstRecordTime, recordTime } from '../../alert/record-time.ts';
import type { Clock } from '../../core/clock.ts';
import { FileError, type FileSystem, type Readable, systemFileSystem } from './files.ts';
import { GzipFile } from './gzip-file.ts';
import {
  type HistoryFile,
  historyFiles,
  namedFile,
  type OpenedFile,
  openHistory,
  openNamed,
} from './history-files.ts';
import { LineReader } from './line-reader.ts';
import { BEGINNING, ReadPosition } from './read-position.ts';

/** A span of time, with both ends in it: milliseconds since 1970. */
export interface TimeRange {
  readonly since: number;
  readonly until: number;
}

/** Whole records of a file, as many as stand together. */
export interface HistoryBatch {
  /** Valid until the next batch is asked for. */
  readonly bytes: Buffer;
  readonly path: string;
  /** Where in the file they begin; of a compressed one, in its content. */
  readonly offset: number;
}

/** Something that could not be read, and is missing from the history. */
export interface HistoryProblem {
  readonly path: string;
  readonly message: string;
}

export interface HistoryOptions {
  /** The live file, `…/logs/alerts/alerts.json`. Archives are searched for in its directory. */
  readonly path: string;
  readonly clock: Pick<Clock, 'monotonic'>;
  /** The file system; the real one when not given. */
  readonly files?: FileSystem;
  /** Longer records are left out. 16 MiB when not given. */
  readonly maxLineBytes?: number;
}

const LONGEST_LINE_BYTES = 16 * 2 ** 20;
/** All of it. */
export const ALWAYS: TimeRange = {
  since: Number.NEGATIVE_INFINITY,
  until: Number.POSITIVE_INFINITY,
};

/**
 * Reads what the alert file held: its archives and itself, or files that someone names, the oldest
 * first. It changes nothing, and follows nothing: what is written meanwhile may be in it or not. What
 * the file system refuses is a {@link problems problem}, and the rest is read.
 */
export class AlertHistory {
  readonly #options: Required<HistoryOptions>;
  readonly #problems: HistoryProblem[] = [];
  readonly #opened: Readable[] = [];

  constructor(options: HistoryOptions) {
    this.#options = { files: systemFileSystem, maxLineBytes: LONGEST_LINE_BYTES, ...options };
  }

  /** What could not be read, so far. */
  get problems(): readonly HistoryProblem[] {
    return this.#problems;
  }

  /** The files that may hold alerts of a time, in the order in which they were written. */
  async files(range: TimeRange): Promise<HistoryFile[]> {
    const { files, path } = this.#options;
    const { found, trouble } = await historyFiles(files, path, range);
    if (trouble !== undefined) this.#problems.push({ path, message: trouble.message });
    return found;
  }

  /**
   * Files that someone names, `.gz` or not, the one with the oldest beginning first. They stay open
   * until {@link close}. Those that cannot be read are {@link problems}.
   * @param given paths, or files that were opened already, which this closes.
   */
  async named(given: readonly (string | OpenedFile)[]): Promise<HistoryFile[]> {
    const found: { readonly file: HistoryFile; readonly time: number }[] = [];
    for (const one of given) {
      const opened = typeof one === 'string' ? await openNamed(one, this.#options.files) : one;
      if (opened.file !== undefined) this.#opened.push(opened.file);
      const file = await namedFile(opened);
      if (file instanceof FileError) {
        this.#problems.push({ path: opened.path, message: file.message });
      } else {
        found.push({ file, time: (await this.#firstTime(file)) ?? Number.NEGATIVE_INFINITY });
      }
    }
    return found.sort((a, b) => a.time - b.time).map(({ file }) => file);
  }

  /** Closes the files that were named. */
  async close(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((file) => file.close()));
  }

  /** The alerts of a time, of the live file and its archives. */
  async *between(range: TimeRange): AsyncGenerator<HistoryBatch> {
    yield* this.read(await this.files(range), range);
  }

  /**
   * The alerts of a time in these files. One without a time of its own counts as written when the one
   * before it was.
   */
  async *read(files: readonly HistoryFile[], range: TimeRange): AsyncGenerator<HistoryBatch> {
    for (const file of files) {
      for await (const batch of this.#records(file)) yield* within(batch, range);
    }
  }

  async #firstTime(file: HistoryFile): Promise<number | undefined> {
    for await (const { bytes } of this.#records(file)) {
      const time = firstRecordTime(bytes);
      if (time !== undefined) return time;
    }
    return undefined;
  }

  /** All records of a file. */
  async *#records(file: HistoryFile): AsyncGenerator<HistoryBatch> {
    const { files, clock, maxLineBytes } = this.#options;
    const opened = await openHistory(files, file);
    if (opened instanceof FileError) {
      this.#problems.push({ path: file.path, message: opened.message });
      return;
    }
    const { path } = opened;
    const report = (message: string) => this.#problems.push({ path, message });
    const lines = new LineReader(opened.file, new ReadPosition(BEGINNING), opened.facts.size, {
      maxLineBytes,
      mayChange: file.isLive,
      clock,
      onOverlong: ({ offset, bytes }) =>
        report(`a line of ${bytes} bytes from byte ${offset} on is too long and was left out`),
    });
    try {
      for (;;) {
        const piece = await lines.read();
        if (piece.kind === 'part') continue;
        if (piece.kind === 'lines') {
          yield { bytes: piece.bytes, path, offset: piece.before.offset };
          continue;
        }
        if (piece.kind === 'failed') report(piece.trouble.message);
        if (piece.kind === 'rewritten') report('it was rewritten while it was read');
        // The last line of a file that is still written to is not whole yet.
        if (piece.kind !== 'end' || file.isLive) break;
        const rest = lines.takeUnterminated();
        if (rest !== undefined) yield { bytes: rest.bytes, path, offset: rest.before.offset };
        break;
      }
      const damage = opened.file instanceof GzipFile ? opened.file.damage : undefined;
      if (damage !== undefined) {
        const { message, compressedOffset, compressedSize } = damage;
        report(`damaged from byte ${compressedOffset} of ${compressedSize} on: ${message}`);
      }
    } finally {
      await lines.settle();
      await opened.file.close();
    }
  }
}

/** The records of a batch that are of a time, those that stand together in one. */
function* within({ bytes, path, offset }: HistoryBatch, range: TimeRange): Generator<HistoryBatch> {
  const { since, until } = range;
  if (since === ALWAYS.since && until === ALWAYS.until) {
    yield { bytes, path, offset };
    return;
  }
  let from = 0;
  let isWithin = true;
  for (let start = 0; start < bytes.length; ) {
    const { end, next } = recordAt(bytes, start);
    const time = recordTime(bytes, start, end);
    const isIn: boolean = time === undefined ? isWithin : time >= since && time <= until;
    if (isIn !== isWithin) {
      if (isWithin && start > from) {
        yield { bytes: bytes.subarray(from, start), path, offset: offset + from };
      }
      from = start;
      isWithin = isIn;
    }
    start = next;
  }
  if (isWithin && from < bytes.length) {
    yield { bytes: bytes.subarray(from), path, offset: offset + from };
  }
}

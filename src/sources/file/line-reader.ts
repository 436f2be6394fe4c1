import { endOfWholeAlerts, isTextLog } from '../../alert/record-framing.ts';
import type { Clock } from '../../core/clock.ts';
import { ChunkSizer, MOST_BYTES } from './chunk-size.ts';
import { FileError, type Readable } from './files.ts';
import { TAIL_BYTES } from './fingerprint.ts';
import { holds } from './holds.ts';
import type { Lines, OverlongLine, Piece } from './piece.ts';
import { ReadPosition } from './read-position.ts';

export interface LineReaderOptions {
  /** Longer lines are skipped. Without the newline. */
  readonly maxLineBytes: number;
  /** False for what cannot change (archives `.gz`): it is not checked for having been rewritten. */
  readonly mayChange: boolean;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly onOverlong: (line: OverlongLine) => void;
}

const NEWLINE = 0x0a;

/**
 * Cuts a file into batches of whole lines. A line is handed out when its newline is there; memory is
 * bounded by the longest line allowed and three chunks. Of a text alerts.log, whole alerts are
 * handed out. While there is more, the next chunk is read ahead, during the work on the last lines.
 */
export class LineReader {
  readonly #file: Readable;
  readonly #options: LineReaderOptions;
  readonly #pace: ChunkSizer;
  #trail: ReadPosition;
  /** How far an overlong line has been skipped, while it is; the buffer follows this place. */
  #skipped: ReadPosition | undefined;
  /** What was read and not handed out yet, and how many bytes of it there are. */
  #buffer: Buffer;
  #filled = 0;
  /** Where the next bytes were asked for: the whole of it is filled, unless the file ends. */
  #room: Buffer = Buffer.alloc(0);
  /** The lines that were handed out last are in here. */
  #spare: Buffer | undefined;
  /** Bytes that are being read to the end of the buffer. They count once they are asked for. */
  #ahead: Promise<number | FileError> | undefined;
  #checkedAt = Number.NaN;
  #size: number;

  constructor(file: Readable, trail: ReadPosition, size: number, options: LineReaderOptions) {
    this.#file = file;
    this.#trail = trail;
    this.#size = size;
    this.#options = options;
    this.#pace = new ChunkSizer(options.clock, options.maxLineBytes);
    this.#buffer = Buffer.allocUnsafe(this.#pace.bytes);
  }

  /** Where the lines that have been handed out end. */
  get trail(): ReadPosition {
    return this.#trail;
  }

  /** True when more has been read already, or is being read: it is not the end. */
  get isAhead(): boolean {
    return this.#ahead !== undefined;
  }

  /** The size of the file when it was last checked. */
  get size(): number {
    return this.#size;
  }

  /** Bytes that were read of a line without a newline so far. */
  get pending(): number {
    return this.#readAt - this.#trail.offset;
  }

  /** Whether these facts say that nothing changed since the last look. */
  isUnchanged(facts: { readonly size: number; readonly modified: number }): boolean {
    if (this.#ahead !== undefined) return false;
    return facts.size === this.#readAt && facts.modified === this.#checkedAt;
  }

  /** Reads on. What was handed out before becomes invalid. */
  async read(): Promise<Piece> {
    this.#pace.end();
    const ahead = this.#ahead;
    const count = await (ahead ?? this.#fill());
    this.#ahead = undefined;
    if (count instanceof FileError) return { kind: 'failed', trouble: count };
    // What was the end then need not be the end now.
    if (count === 0 && ahead !== undefined) return { kind: 'part' };
    if (this.#options.mayChange) {
      // Checked after reading: what was read before a file was rewritten cannot be distinguished from what
      // was read after it, unless the old content is still there afterwards.
      const problem = await (ahead === undefined ? this.#check(count) : this.#checkAhead());
      if (problem !== undefined) return problem;
    }
    if (count === 0) return { kind: 'end' };
    const isBehind = count === this.#room.length;
    if (!isBehind) this.#pace.rest();
    const piece = this.#take(count);
    if (piece.kind !== 'lines') return piece;
    if (isBehind) this.#ahead = this.#fill();
    this.#pace.begin();
    return piece;
  }

  /** Ends when nothing is being read any more. */
  async settle(): Promise<void> {
    await this.#ahead;
  }

  /**
   * The last line, although no newline ended it; one is added. Undefined when there is none, or when
   * it is too long.
   */
  takeUnterminated(): Lines | undefined {
    const rest = this.#used();
    this.#filled = 0;
    if (this.#skipped !== undefined) {
      this.#skipped.consume(rest);
      this.#endSkipping(this.#skipped, 0);
      return undefined;
    }
    if (rest.length === 0) return undefined;
    const before = new ReadPosition(this.#trail);
    const bytes = Buffer.concat([rest, Buffer.of(NEWLINE)]);
    this.#trail.consume(rest);
    this.#trail.mark();
    return { bytes, before };
  }

  /** The byte from which to read on. */
  get #readAt(): number {
    return (this.#skipped ?? this.#trail).offset + this.#filled;
  }

  #fill(): Promise<number | FileError> {
    const { bytes } = this.#pace;
    if (this.#filled === this.#buffer.length) {
      this.#grow();
    } else if (this.#buffer.length > MOST_BYTES && this.#filled < bytes) {
      this.#resize(bytes);
    }
    this.#room = this.#buffer.subarray(this.#filled, this.#filled + bytes);
    return this.#file.read(this.#room, this.#readAt);
  }

  /**
   * Makes room for a long line, at once for the longest: growing step by step would leave garbage of
   * the same size. There is one such buffer, which the lines of the last one have left.
   */
  #grow(): void {
    const longest = this.#options.maxLineBytes + this.#pace.bytes;
    const size = this.#filled < MOST_BYTES ? Math.min(2 * this.#filled, longest) : longest;
    const last = this.#spare;
    if (last === undefined || last.length < size) {
      this.#resize(size);
      return;
    }
    this.#used().copy(last);
    this.#spare = this.#buffer;
    this.#buffer = last;
  }

  #resize(size: number): void {
    const buffer = Buffer.allocUnsafe(size);
    this.#used().copy(buffer);
    this.#buffer = buffer;
  }

  /** Takes `count` new bytes at the end of the buffer into account. */
  #take(count: number): Piece {
    let from = this.#filled;
    this.#filled += count;
    if (this.#skipped !== undefined) {
      if (!this.#skip(this.#skipped)) return { kind: 'part' };
      from = 0;
    }
    // Only the first line can be longer than a chunk: there was no newline before `from`.
    const first = this.#used().indexOf(NEWLINE, from);
    if (first === -1) {
      if (this.#filled > this.#options.maxLineBytes) this.#beginSkipping();
      return { kind: 'part' };
    }
    if (first > this.#options.maxLineBytes) {
      this.#beginSkipping(first + 1);
      if (this.#skipped !== undefined) this.#endSkipping(this.#skipped, 1);
    }
    return this.#handOut();
  }

  #used(): Buffer {
    return this.#buffer.subarray(0, this.#filled);
  }

  #handOut(): Piece {
    const used = this.#used();
    const isText = isTextLog(this.#trail.offset === 0 ? used : this.#trail.head);
    const end = isText ? endOfWholeAlerts(used) : used.lastIndexOf(NEWLINE) + 1;
    if (end === 0) {
      // A text alert that never ends is skipped line by line.
      if (this.#filled > this.#options.maxLineBytes) this.#beginSkipping();
      return { kind: 'part' };
    }
    const bytes = this.#buffer.subarray(0, end);
    const before = new ReadPosition(this.#trail);
    this.#trail.consume(bytes);
    this.#trail.mark();
    this.#turnOver(end);
    return { kind: 'lines', bytes, before };
  }

  /** Leaves the first bytes to whoever deals with them, and continues in the other buffer. */
  #turnOver(end: number): void {
    const rest = this.#buffer.subarray(end, this.#filled);
    const size = Math.max(this.#pace.bytes, 2 * rest.length);
    const other = this.#spare ?? this.#buffer.subarray(0, 0);
    // The usual sizes are kept: what is given up is garbage that only a full collection frees.
    const isFit = other.length >= size && other.length <= Math.max(2 * size, MOST_BYTES);
    const next = isFit ? other : Buffer.allocUnsafe(size);
    this.#spare = this.#buffer;
    rest.copy(next);
    this.#buffer = next;
    this.#filled = rest.length;
  }

  /** Begins to skip an overlong line, of which `known` bytes are in the buffer. */
  #beginSkipping(known = this.#filled): void {
    this.#skipped = new ReadPosition(this.#trail);
    this.#skipped.consume(this.#buffer.subarray(0, known));
    this.#buffer.copyWithin(0, known, this.#filled);
    this.#filled -= known;
  }

  /** Skips more of an overlong line. True when its end was found. */
  #skip(skipped: ReadPosition): boolean {
    const newline = this.#used().indexOf(NEWLINE);
    const end = newline === -1 ? this.#filled : newline + 1;
    skipped.consume(this.#buffer.subarray(0, end));
    this.#buffer.copyWithin(0, end, this.#filled);
    this.#filled -= end;
    if (newline === -1) return false;
    this.#endSkipping(skipped, 1);
    return true;
  }

  #endSkipping(skipped: ReadPosition, newline: 0 | 1): void {
    const { offset } = this.#trail;
    this.#trail = skipped;
    this.#skipped = undefined;
    this.#trail.mark();
    this.#options.onOverlong({ offset, bytes: skipped.offset - offset - newline });
  }

  async #check(count: number): Promise<Piece | undefined> {
    const facts = await this.#file.facts();
    if (facts instanceof FileError) return { kind: 'failed', trouble: facts };
    if (count > 0 || facts.modified !== this.#checkedAt) {
      const problem = await this.#compare();
      if (problem !== undefined) return problem;
    }
    this.#checkedAt = facts.modified;
    this.#size = facts.size;
    return undefined;
  }

  /**
   * The same for what was read ahead, with everything asked at once. The file's time is not noted:
   * that of a change after the comparison must not pass for checked.
   */
  async #checkAhead(): Promise<Piece | undefined> {
    const [facts, problem] = await Promise.all([this.#file.facts(), this.#compare()]);
    if (facts instanceof FileError) return { kind: 'failed', trouble: facts };
    if (problem === undefined) this.#size = facts.size;
    return problem;
  }

  /** Compares the first bytes of the file, and the last that were read of it. */
  async #compare(): Promise<Piece | undefined> {
    const place = this.#skipped ?? this.#trail;
    const tail = Buffer.concat([place.tail, this.#used()]).subarray(-TAIL_BYTES);
    const head = place.offset === 0 ? tail.subarray(0, 0) : place.head;
    const answers = await Promise.all([
      holds(this.#file, head, 0),
      holds(this.#file, tail, this.#readAt - tail.length),
    ]);
    const trouble = answers.find((answer) => answer instanceof FileError);
    if (trouble !== undefined) return { kind: 'failed', trouble };
    return answers.includes(false) ? { kind: 'rewritten' } : undefined;
  }
}

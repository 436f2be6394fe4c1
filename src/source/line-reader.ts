import { endOfWholeAlerts, isTextLog } from '../core/formats/records.ts';
import { TAIL_BYTES } from './excerpt.ts';
import { FileTrouble, type Readable } from './files.ts';
import { Trail } from './trail.ts';

/** What one read led to. */
export type Piece =
  /** Whole lines, only valid until the next read, and the offset of the first. */
  | { readonly kind: 'lines'; readonly bytes: Buffer; readonly offset: number }
  /** Part of a line; there may be more at once. */
  | { readonly kind: 'part' }
  /** Nothing more for now. */
  | { readonly kind: 'end' }
  /** What was read before is not there any more: the file was cut or written anew. */
  | { readonly kind: 'rewritten' }
  | { readonly kind: 'failed'; readonly trouble: FileTrouble };

/** A line that is longer than anyone wants, and was passed over. */
export interface OverlongLine {
  readonly offset: number;
  readonly bytes: number;
}

export interface LineReaderOptions {
  /** Longer lines are passed over. Without the newline. */
  readonly maxLineBytes: number;
  /** False for what cannot change (archives `.gz`): it is not checked for having been rewritten. */
  readonly mayChange: boolean;
  readonly onOverlong: (line: OverlongLine) => void;
}

/** How much is read at a time, and so about the size of a batch. */
const CHUNK_BYTES = 2 ** 20;
const NEWLINE = 0x0a;

/**
 * Cuts a file into batches of whole lines. A line is handed out when its newline is there; memory is
 * bounded by the longest line allowed and one chunk. Of a text alerts.log, whole alerts are handed out.
 */
export class LineReader {
  readonly #file: Readable;
  readonly #options: LineReaderOptions;
  readonly #chunk: number;
  #trail: Trail;
  /** How far an overlong line has been passed over, while it is; the buffer follows this place. */
  #skipped: Trail | undefined;
  #buffer: Buffer;
  /** Bytes in the buffer, and how many first of them have been handed out as lines. */
  #filled = 0;
  #handedOut = 0;
  #checkedAt = Number.NaN;
  #size: number;

  constructor(file: Readable, trail: Trail, size: number, options: LineReaderOptions) {
    this.#file = file;
    this.#trail = trail;
    this.#size = size;
    this.#options = options;
    this.#chunk = Math.min(CHUNK_BYTES, options.maxLineBytes);
    this.#buffer = Buffer.allocUnsafe(this.#chunk);
  }

  /** Where the lines that have been handed out end. */
  get trail(): Trail {
    return this.#trail;
  }

  /** The size of the file when it was last looked at. */
  get size(): number {
    return this.#size;
  }

  /** Bytes that were read of a line without a newline so far. */
  get pending(): number {
    return this.#readAt - this.#trail.offset;
  }

  /** Whether these facts say that nothing changed since the last look. */
  isUnchanged(facts: { readonly size: number; readonly modified: number }): boolean {
    return facts.size === this.#readAt && facts.modified === this.#checkedAt;
  }

  /** Reads on. What was handed out before becomes invalid. */
  async read(): Promise<Piece> {
    this.#makeRoom();
    const room = this.#buffer.subarray(this.#filled, this.#filled + this.#chunk);
    const count = await this.#file.read(room, this.#readAt);
    if (count instanceof FileTrouble) return { kind: 'failed', trouble: count };
    if (this.#options.mayChange) {
      // Checked after reading: what was read before a file was rewritten cannot be told from what
      // was read after it, unless the old content is still there afterwards.
      const problem = await this.#check(count);
      if (problem !== undefined) return problem;
    }
    return count === 0 ? { kind: 'end' } : this.#take(count);
  }

  /**
   * The last line, although no newline ended it; one is added. Undefined when there is none, or when
   * it is too long.
   */
  takeUnterminated(): { bytes: Buffer; offset: number } | undefined {
    this.#dropHandedOut();
    const rest = this.#buffer.subarray(0, this.#filled);
    this.#filled = 0;
    if (this.#skipped !== undefined) {
      this.#skipped.consume(rest);
      this.#endSkipping(this.#skipped, 0);
      return undefined;
    }
    if (rest.length === 0) return undefined;
    const { offset } = this.#trail;
    const bytes = Buffer.concat([rest, Buffer.of(NEWLINE)]);
    this.#trail.consume(rest);
    this.#trail.mark();
    return { bytes, offset };
  }

  /** The byte from which to read on. */
  get #readAt(): number {
    return (this.#skipped ?? this.#trail).offset + this.#filled - this.#handedOut;
  }

  #makeRoom(): void {
    this.#dropHandedOut();
    const roomy = this.#buffer.length > 2 * this.#chunk;
    if (this.#filled === this.#buffer.length) {
      this.#resize(Math.min(2 * this.#buffer.length, this.#options.maxLineBytes + this.#chunk));
    } else if (roomy && this.#filled < this.#chunk) {
      this.#resize(this.#chunk);
    }
  }

  #resize(size: number): void {
    const buffer = Buffer.allocUnsafe(size);
    this.#buffer.copy(buffer, 0, 0, this.#filled);
    this.#buffer = buffer;
  }

  #dropHandedOut(): void {
    if (this.#handedOut === 0) return;
    this.#buffer.copyWithin(0, this.#handedOut, this.#filled);
    this.#filled -= this.#handedOut;
    this.#handedOut = 0;
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
      // A text alert that never ends is passed over line by line.
      if (this.#filled > this.#options.maxLineBytes) this.#beginSkipping();
      return { kind: 'part' };
    }
    const bytes = this.#buffer.subarray(0, end);
    const { offset } = this.#trail;
    this.#trail.consume(bytes);
    this.#trail.mark();
    this.#handedOut = end;
    return { kind: 'lines', bytes, offset };
  }

  /** Begins to pass over an overlong line, of which `known` bytes are in the buffer. */
  #beginSkipping(known = this.#filled): void {
    this.#skipped = new Trail(this.#trail);
    this.#skipped.consume(this.#buffer.subarray(0, known));
    this.#buffer.copyWithin(0, known, this.#filled);
    this.#filled -= known;
  }

  /** Passes over more of an overlong line. True when its end was found. */
  #skip(skipped: Trail): boolean {
    const newline = this.#used().indexOf(NEWLINE);
    const end = newline === -1 ? this.#filled : newline + 1;
    skipped.consume(this.#buffer.subarray(0, end));
    this.#buffer.copyWithin(0, end, this.#filled);
    this.#filled -= end;
    if (newline === -1) return false;
    this.#endSkipping(skipped, 1);
    return true;
  }

  #endSkipping(skipped: Trail, newline: 0 | 1): void {
    const { offset } = this.#trail;
    this.#trail = skipped;
    this.#skipped = undefined;
    this.#trail.mark();
    this.#options.onOverlong({ offset, bytes: skipped.offset - offset - newline });
  }

  async #check(count: number): Promise<Piece | undefined> {
    const facts = await this.#file.facts();
    if (facts instanceof FileTrouble) return { kind: 'failed', trouble: facts };
    if (count > 0 || facts.modified !== this.#checkedAt) {
      const same = await this.#holdsWhatWasRead();
      if (same instanceof FileTrouble) return { kind: 'failed', trouble: same };
      if (!same) return { kind: 'rewritten' };
    }
    this.#checkedAt = facts.modified;
    this.#size = facts.size;
    return undefined;
  }

  /** Compares the first bytes of the file, and the last that were read of it. */
  async #holdsWhatWasRead(): Promise<boolean | FileTrouble> {
    const place = this.#skipped ?? this.#trail;
    const tail = Buffer.concat([place.tail, this.#used()]).subarray(-TAIL_BYTES);
    const head = place.offset === 0 ? tail.subarray(0, 0) : place.head;
    for (const [expected, at] of [
      [head, 0],
      [tail, this.#readAt - tail.length],
    ] as const) {
      if (expected.length === 0) continue;
      const found = Buffer.allocUnsafe(expected.length);
      const count = await this.#file.read(found, at);
      if (count instanceof FileTrouble) return count;
      if (count < expected.length || !found.equals(expected)) return false;
    }
    return true;
  }
}

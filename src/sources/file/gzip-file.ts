import { FileError, type FileStat, type Readable } from './files.ts';
import { Damage, Inflater } from './inflater.ts';

/** Small, since a piece can grow a thousandfold: at most about 8 MB of text at a time. */
const PIECE_BYTES = 8192;

/** What was wrong with a compressed file, and where in it. */
export interface GzipDamage {
  readonly message: string;
  /** How far the compressed bytes could be used, and how many there are. */
  readonly compressedOffset: number;
  readonly compressedSize: number;
}

/**
 * A gzip file, to be read like its content. Reading forward is cheap, going back starts again.
 * A damaged file ends where the damage begins, and everything before that is read.
 */
export class GzipFile implements Readable {
  readonly #file: Readable;
  #inflater = new Inflater();
  /** Where the next compressed piece begins. */
  #compressedAt = 0;
  /** Decompressed bytes from this place on are waiting. */
  #at = 0;
  #waiting: Buffer[] = [];
  #ended = false;
  #damage: GzipDamage | undefined;

  constructor(file: Readable) {
    this.#file = file;
  }

  /** What is wrong with the file, once that has been reached. */
  get damage(): GzipDamage | undefined {
    return this.#damage;
  }

  async read(target: Buffer, at: number): Promise<number | FileError> {
    if (at < this.#at) this.#beginAnew();
    let filled = 0;
    while (filled < target.length) {
      this.#dropUpTo(at + filled);
      const next = this.#waiting[0];
      if (next !== undefined) {
        const skipped = at + filled - this.#at;
        filled += next.copy(target, filled, skipped);
      } else {
        if (this.#ended) break;
        const trouble = await this.#decompress();
        if (trouble !== undefined) return trouble;
      }
    }
    return filled;
  }

  /** The facts of the compressed file. */
  facts(): Promise<FileStat | FileError> {
    return this.#file.facts();
  }

  async close(): Promise<void> {
    this.#inflater.close();
    await this.#file.close();
  }

  #beginAnew(): void {
    this.#inflater.close();
    this.#inflater = new Inflater();
    this.#compressedAt = 0;
    this.#at = 0;
    this.#waiting = [];
    this.#ended = false;
    this.#damage = undefined;
  }

  #dropUpTo(at: number): void {
    for (;;) {
      const first = this.#waiting[0];
      if (first === undefined || this.#at + first.length > at) return;
      this.#waiting.shift();
      this.#at += first.length;
    }
  }

  async #decompress(): Promise<FileError | undefined> {
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    const count = await this.#file.read(piece, this.#compressedAt);
    if (count instanceof FileError) return count;
    const compressed = piece.subarray(0, count);
    const output = await (count === 0 ? this.#inflater.end() : this.#inflater.feed(compressed));
    if (output instanceof Damage) return this.#salvage(output, compressed);
    this.#waiting.push(...output);
    if (count === 0) this.#ended = true;
    else this.#compressedAt += count;
    return undefined;
  }

  /**
   * Gets what there is before the damage: decompresses again up to the damaged piece, and this one
   * byte by byte, since the library gives nothing for a piece in which it finds a fault.
   */
  async #salvage(damage: Damage, damaged: Buffer): Promise<FileError | undefined> {
    const facts = await this.#file.facts();
    if (facts instanceof FileError) return facts;
    const inflater = new Inflater();
    const saved: Buffer[] = [];
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    for (let at = 0; at < this.#compressedAt; at += PIECE_BYTES) {
      const count = await this.#file.read(piece, at);
      if (count instanceof FileError) return count;
      if ((await inflater.feed(piece.subarray(0, count))) instanceof Damage) break;
    }
    let used = 0;
    for (; used < damaged.length; used += 1) {
      const output = await inflater.feed(damaged.subarray(used, used + 1));
      if (output instanceof Damage) break;
      saved.push(...output);
    }
    inflater.close();
    this.#waiting.push(...saved);
    this.#ended = true;
    this.#damage = {
      message: damage.message,
      compressedOffset: this.#compressedAt + used,
      compressedSize: facts.size,
    };
    return undefined;
  }
}

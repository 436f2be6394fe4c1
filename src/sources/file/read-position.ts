import type { FilePosition, Mark } from '../../core/checkpoint.ts';
import { digest, HEAD_BYTES, TAIL_BYTES, thinOut } from './fingerprint.ts';

/** A place in a file with the bytes by which it can be recognised. */
export interface KnownPlace {
  readonly offset: number;
  /** The first bytes of the file, up to the offset or {@link HEAD_BYTES}. */
  readonly head: Buffer;
  /** The bytes just before the offset, down to the first byte or {@link TAIL_BYTES}. */
  readonly tail: Buffer;
  /** Earlier places, newest first. */
  readonly marks: readonly Mark[];
}

/** The beginning of any file. */
export const BEGINNING: KnownPlace = {
  offset: 0,
  head: Buffer.alloc(0),
  tail: Buffer.alloc(0),
  marks: [],
};

/** How far a file has been read, and what was there: it moves on with the bytes that are done. */
export class ReadPosition implements KnownPlace {
  offset: number;
  #head: Buffer;
  #headHash: string | undefined;
  #tail: Buffer;
  #marks: readonly Mark[];

  constructor(place: KnownPlace) {
    this.offset = place.offset;
    this.#head = Buffer.from(place.head);
    this.#tail = Buffer.from(place.tail);
    this.#marks = place.marks;
  }

  get head(): Buffer {
    return this.#head;
  }

  get tail(): Buffer {
    return this.#tail;
  }

  get marks(): readonly Mark[] {
    return this.#marks;
  }

  /** Moves past bytes that follow the offset. They are copied as far as needed. */
  consume(bytes: Buffer): void {
    if (this.#head.length < HEAD_BYTES) {
      const more = bytes.subarray(0, HEAD_BYTES - this.#head.length);
      this.#head = Buffer.concat([this.#head, more]);
      this.#headHash = undefined;
    }
    const kept = Math.max(0, TAIL_BYTES - bytes.length);
    const old = kept === 0 ? BEGINNING.tail : this.#tail.subarray(-kept);
    this.#tail = Buffer.concat([old, bytes.subarray(-TAIL_BYTES)]);
    this.offset += bytes.length;
  }

  /** Stores the offset as a place to return to. It must be the beginning of a line. */
  mark(): void {
    if (this.offset === 0 || this.#marks[0]?.offset === this.offset) return;
    const mark = { offset: this.offset, length: this.#tail.length, hash: digest(this.#tail) };
    this.#marks = thinOut([mark, ...this.#marks]);
  }

  /** What a checkpoint keeps of this. */
  toPosition(): Pick<FilePosition, 'offset' | 'head' | 'marks'> {
    this.#headHash ??= digest(this.#head);
    const head = { length: this.#head.length, hash: this.#headHash };
    return { offset: this.offset, head, marks: this.#marks };
  }
}

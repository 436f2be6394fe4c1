import type { FilePosition, Mark } from '../../core/checkpoint.ts';
import { FileError, type Readable } from './files.ts';
import { digest, HEAD_BYTES } from './fingerprint.ts';
import { BEGINNING, type KnownPlace } from './read-position.ts';

const BLOCK_BYTES = 2 ** 16;
const NEWLINE = 0x0a;

/** Whether a file holds what was read up to a position. */
export type Match =
  /** All of it, as far as can be determined: reading continues at the position. */
  | { readonly kind: 'same'; readonly place: KnownPlace }
  /** Its beginning, up to this earlier place at least: an older copy, or a truncated one. */
  | { readonly kind: 'earlier'; readonly place: KnownPlace }
  /** Another file. */
  | { readonly kind: 'different' }
  /** Too short to tell: it may be another file, or a copy that is just being written. */
  | { readonly kind: 'unclear' };

/**
 * Compares a file with a position. The first bytes decide whether it is the same file, the bytes
 * before the position whether it still is at that place. Inodes are not compared: they are reused, and
 * a copy or a compressed archive has another one.
 *
 * @param head The remembered first bytes themselves, where they are at hand: a short file can then
 *   be distinguished from a copy that is just being written.
 */
export async function matchFile(
  file: Readable,
  position: Pick<FilePosition, 'offset' | 'head' | 'marks'>,
  head?: Buffer,
): Promise<Match | FileError> {
  if (position.head.length === 0) return { kind: 'different' };
  const found = await readAt(file, 0, position.head.length);
  if (found instanceof FileError) return found;
  const isWhole = found.length === position.head.length;
  const isSameHead = isWhole
    ? digest(found) === position.head.hash
    : (head?.subarray(0, found.length).equals(found) ?? true);
  if (!isSameHead) return { kind: 'different' };
  for (const [index, mark] of position.marks.entries()) {
    const tail = await readAt(file, mark.offset - mark.length, mark.length);
    if (tail instanceof FileError) return tail;
    if (tail.length < mark.length || digest(tail) !== mark.hash) continue;
    if (tail.at(-1) !== NEWLINE) {
      // A last line was handed out without its newline. Here it continues: it must be read again.
      const more = await readAt(file, mark.offset, 1);
      if (more instanceof FileError) return more;
      if (more.length > 0) continue;
    }
    const place = placeAt(mark, found, tail, position.marks.slice(index));
    return { kind: mark.offset === position.offset ? 'same' : 'earlier', place };
  }
  const isKnown = isWhole || (head !== undefined && found.length > 0);
  return isKnown ? { kind: 'earlier', place: BEGINNING } : { kind: 'unclear' };
}

function placeAt(mark: Mark, head: Buffer, tail: Buffer, marks: readonly Mark[]): KnownPlace {
  return { offset: mark.offset, head: head.subarray(0, mark.offset), tail, marks };
}

/** The bytes from `at` on; fewer than asked for only at the end of the file. */
export async function readAt(
  file: Readable,
  at: number,
  length: number,
): Promise<Buffer | FileError> {
  const bytes = Buffer.allocUnsafe(length);
  const count = await file.read(bytes, at);
  return count instanceof FileError ? count : bytes.subarray(0, count);
}

/** A place in a file with the bytes that a {@link KnownPlace} needs. */
export async function placeIn(
  file: Readable,
  offset: number,
  tailBytes: number,
  marks: readonly Mark[],
): Promise<KnownPlace | FileError> {
  const head = await readAt(file, 0, Math.min(offset, HEAD_BYTES));
  if (head instanceof FileError) return head;
  const length = Math.min(offset, tailBytes);
  const tail = await readAt(file, offset - length, length);
  if (tail instanceof FileError) return tail;
  return { offset, head, tail, marks };
}

/**
 * How far two files are equal, from a line's beginning at which both are known to agree: the offset
 * of the last line that begins in the equal part. At most up to `end`.
 */
export async function commonLines(
  a: Readable,
  b: Readable,
  from: number,
  end: number,
): Promise<number | FileError> {
  let line = from;
  for (let at = from; at < end; at += BLOCK_BYTES) {
    const length = Math.min(BLOCK_BYTES, end - at);
    const [left, right] = [await readAt(a, at, length), await readAt(b, at, length)];
    if (left instanceof FileError) return left;
    if (right instanceof FileError) return right;
    const equal = equalBytes(left, right);
    const newline = left.subarray(0, equal).lastIndexOf(NEWLINE);
    if (newline !== -1) line = at + newline + 1;
    if (equal < length) break;
  }
  return line;
}

/** True when a line ends after a place, or when the line there is longer than `longest`. */
export async function hasLine(
  file: Readable,
  from: number,
  longest: number,
): Promise<boolean | FileError> {
  for (let at = from; at <= from + longest; at += BLOCK_BYTES) {
    const block = await readAt(file, at, BLOCK_BYTES);
    if (block instanceof FileError) return block;
    if (block.includes(NEWLINE)) return true;
    if (block.length < BLOCK_BYTES) return false;
  }
  return true;
}

function equalBytes(a: Buffer, b: Buffer): number {
  const length = Math.min(a.length, b.length);
  if (a.subarray(0, length).equals(b.subarray(0, length))) return length;
  let equal = 0;
  while (a[equal] === b[equal]) equal += 1;
  return equal;
}

/**
 * The beginning of the line that the first `size` bytes of a file end in: `size` itself when they end
 * with a newline. When that line is longer than `longest`, a place in it from which it is still
 * longer than that, so that the rest of it will be skipped and never taken for a line.
 */
export async function lastLineStart(
  file: Readable,
  size: number,
  longest: number,
): Promise<number | FileError> {
  const least = Math.max(0, size - longest - 1);
  for (let end = size; end > least; end -= BLOCK_BYTES) {
    const from = Math.max(least, end - BLOCK_BYTES);
    const block = await readAt(file, from, end - from);
    if (block instanceof FileError) return block;
    const newline = block.lastIndexOf(NEWLINE);
    if (newline !== -1) return from + newline + 1;
  }
  return least;
}

/**
 * Reading text in bytes four at a time: most of an alert is text that only has to be skipped,
 * and one byte after another is what makes that slow.
 */

/** Alerts of more bytes are neither parsed nor put together as a whole in memory. */
export const LARGE_BYTES = 2 ** 14;

/** A place in bytes, `[start, end)`. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

const NO_VIEW = new DataView(new ArrayBuffer(0));
let lastBytes: Buffer | undefined;
let lastView: DataView = NO_VIEW;

/** The same bytes, to be read four at a time. The last view is kept: many lines share a batch. */
export function viewOf(bytes: Buffer): DataView {
  if (bytes !== lastBytes) {
    lastView = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    lastBytes = bytes;
  }
  return lastView;
}

/** Lets go of the bytes that were viewed last, which may be many. */
export function forgetView(): void {
  lastBytes = undefined;
  lastView = NO_VIEW;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const LOWEST_BITS = 0x01010101;
const HIGHEST_BITS = 0x80808080;

/** The first quote or backslash in `[from, end)`; `end` when there is none. */
export function findQuoteOrBackslash(view: DataView, from: number, end: number): number {
  return findEither(view, from, end, QUOTE, BACKSLASH);
}

function findEither(view: DataView, from: number, end: number, one: number, other: number): number {
  const ones = Math.imul(one, LOWEST_BITS);
  const others = Math.imul(other, LOWEST_BITS);
  let at = from;
  for (; at + 4 <= end; at += 4) {
    const four = view.getInt32(at, true);
    const isOne = four ^ ones;
    const isOther = four ^ others;
    // A byte that is zero now was one of them. The lowest bit that is left marks the first:
    // borrowing can only mark bytes behind one that is zero indeed.
    const marks =
      (((isOne - LOWEST_BITS) & ~isOne) | ((isOther - LOWEST_BITS) & ~isOther)) & HIGHEST_BITS;
    if (marks !== 0) return at + ((31 - Math.clz32(marks & -marks)) >> 3);
  }
  for (; at < end; at += 1) {
    const byte = view.getUint8(at);
    if (byte === one || byte === other) return at;
  }
  return end;
}

/** The first brace in `[from, end)`; `end` when there is none. */
export function findBrace(view: DataView, from: number, end: number): number {
  return findEither(view, from, end, OPEN_BRACE, CLOSE_BRACE);
}

/** A text that is looked for at a certain place. It is at least four bytes long. */
export class Literal {
  readonly length: number;
  readonly #fours: Int32Array;
  readonly #lastFour: number;

  constructor(text: string) {
    const bytes = Buffer.from(text);
    const { length } = bytes;
    this.length = length;
    this.#fours = Int32Array.from({ length: length >> 2 }, (_, i) => bytes.readInt32LE(4 * i));
    this.#lastFour = bytes.readInt32LE(length - 4);
  }

  /** True when it stands at a place, and ends before `end`. */
  standsAt(view: DataView, at: number, end: number): boolean {
    if (at + this.length > end) return false;
    const fours = this.#fours;
    for (let i = 0; i < fours.length; i += 1) {
      if (view.getInt32(at + 4 * i, true) !== fours[i]) return false;
    }
    return view.getInt32(at + this.length - 4, true) === this.#lastFour;
  }
}

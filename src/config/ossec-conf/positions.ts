import type { SourcePosition } from '../../core/integration.ts';

/** The distance between cached positions, in characters. */
const STRIDE = 4096;

/**
 * Converts offsets in a JavaScript string into lines and columns. Both count from
 * 1, and columns count characters, so that an emoji is one. A lookup costs the same wherever it
 * points, also in a file that is a single line of many megabytes.
 */
export class Positions {
  readonly #text: string;
  readonly #lines: number[] = [];
  readonly #columns: number[] = [];
  /** The last position looked up: forward lookups continue from there. */
  #last = { offset: 0, line: 1, column: 1 };

  constructor(text: string) {
    this.#text = text;
  }

  /** The line and column of an offset; offsets beyond the end count as the end. */
  at(offset: number): Omit<SourcePosition, 'file'> {
    if (this.#lines.length === 0) this.#remember();
    const target = Math.min(Math.max(0, offset), this.#text.length);
    const mark = Math.floor(target / STRIDE);
    const {
      offset: from,
      line,
      column,
    } = this.#last.offset <= target && this.#last.offset >= mark * STRIDE
      ? this.#last
      : { offset: mark * STRIDE, line: this.#lines[mark] ?? 1, column: this.#columns[mark] ?? 1 };
    const place = this.#count(from, target, line, column);
    this.#last = { offset: target, ...place };
    return place;
  }

  #remember(): void {
    let place = { line: 1, column: 1 };
    for (let from = 0; from <= this.#text.length; from += STRIDE) {
      this.#lines.push(place.line);
      this.#columns.push(place.column);
      const to = Math.min(from + STRIDE, this.#text.length);
      place = this.#count(from, to, place.line, place.column);
    }
  }

  /** Counts forward from a known position. */
  #count(from: number, to: number, line: number, column: number): { line: number; column: number } {
    for (let at = from; at < to; at += 1) {
      const unit = this.#text.charCodeAt(at);
      if (unit === 0x0a) {
        line += 1;
        column = 1;
      } else if (unit < 0xdc00 || unit > 0xdfff) {
        column += 1; // the second half of a surrogate pair is no character of its own
      }
    }
    return { line, column };
  }
}

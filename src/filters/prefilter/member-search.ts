import { findQuoteOrBackslash, Literal } from '../../alert/bytes.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;

/**
 * Finds a member of an object by its name without reading what stands around it. It is sure of what
 * it says wherever the text is JSON: names count without regard to case, and the first of equal ones.
 */
export class MemberSearch {
  readonly #asWritten: Literal;
  readonly #length: number;
  readonly #firstLetter: number;

  /**
   * @param name in lower case, letters only.
   * @param opening what its value begins with.
   */
  constructor(name: string, opening: '"' | '[') {
    this.#asWritten = new Literal(`"${name}":${opening}`);
    this.#length = name.length;
    this.#firstLetter = name.charCodeAt(0);
  }

  /**
   * The place behind the opening of its value; `none` when the object has no such member, `unclear`
   * when it looks otherwise, or when there may be one in another spelling.
   * @param from a place outside of all strings, `depth` objects or arrays deeper than the object.
   */
  find(
    bytes: Buffer,
    view: DataView,
    from: number,
    end: number,
    depth: number,
  ): number | 'none' | 'unclear' {
    let level = depth;
    for (let at = from; at < end; at += 1) {
      const byte = bytes[at];
      if (byte === QUOTE) {
        if (level === 0 && this.#asWritten.standsAt(view, at, end)) {
          return at + this.#asWritten.length;
        }
        const close = endOfString(bytes, view, at + 1, end);
        if (level === 0 && this.#mayBeName(bytes, at + 1, close)) return 'unclear';
        at = close;
      } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) level += 1;
      else if (byte === CLOSE_BRACKET) level -= 1;
      else if (byte === CLOSE_BRACE) {
        if (level === 0) return 'none';
        level -= 1;
      }
    }
    return 'unclear';
  }

  /** True for a string that could be the name of the member in another spelling. */
  #mayBeName(bytes: Buffer, from: number, close: number): boolean {
    if (close - from < this.#length) return false;
    const first = bytes[from] as number;
    if ((first | 0x20) !== this.#firstLetter && first !== BACKSLASH) return false;
    // A value is followed by a comma or a brace, a name is not.
    const next = bytes[close + 1];
    return next !== COMMA && next !== CLOSE_BRACE;
  }
}

/** The closing quote of a string whose inside begins at a place; `end` when there is none. */
export function endOfString(bytes: Buffer, view: DataView, from: number, end: number): number {
  let at = findQuoteOrBackslash(view, from, end);
  while (at < end && bytes[at] === BACKSLASH) at = findQuoteOrBackslash(view, at + 2, end);
  return Math.min(at, end);
}

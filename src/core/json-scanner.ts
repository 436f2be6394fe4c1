import { asciiLower, escapeControls } from './ascii.ts';

/** Thrown by a {@link JsonScanner} where the text is no JSON. */
export class Malformed extends Error {}

/** A value that is no container: a string with its escapes resolved, or the word as written. */
export type Scalar =
  | { readonly type: 'string'; readonly text: string }
  | { readonly type: 'number'; readonly text: string }
  | { readonly type: 'boolean'; readonly text: 'true' | 'false' };

/** The reference's JSON library gives up on deeper nesting. */
const DEEPEST = 1000;

export const QUOTE = 0x22;
export const OPEN_BRACE = 0x7b;
export const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;
const BYTE_ORDER_MARK = 0xef_bb_bf;

/**
 * Walks over JSON text byte by byte and builds only what it is asked for. It accepts what the
 * reference's library (cJSON 1.7) accepts: also unescaped control characters, in strings and
 * as white space. Every method throws {@link Malformed} where the text is no JSON.
 */
export class JsonScanner {
  readonly #bytes: Buffer;
  readonly #end: number;
  #position: number;
  #depth = 0;

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes;
    this.#end = end;
    const hasMark = start + 3 <= end && bytes.readUIntBE(start, 3) === BYTE_ORDER_MARK;
    this.#position = hasMark ? start + 3 : start;
  }

  atEnd(): boolean {
    this.#skipSpace();
    return this.#position >= this.#end;
  }

  /**
   * Walks over an object. For each member `visit` gets the lower-case name, and either consumes
   * the value and says true, or leaves it alone and says false.
   */
  members(visit: (name: string) => boolean): void {
    this.#enter();
    if (this.peek() === CLOSE_BRACE) {
      this.#leave();
      return;
    }
    for (;;) {
      if (this.peek() !== QUOTE) throw new Malformed();
      const name = asciiLower(this.#string());
      this.#expect(COLON);
      this.#skipSpace();
      if (!visit(name)) this.value();
      const next = this.peek();
      if (next === CLOSE_BRACE) break;
      if (next !== COMMA) throw new Malformed();
      this.#position += 1;
    }
    this.#leave();
  }

  /** The strings of an array; members of other types are passed over. */
  strings(): string[] {
    const strings: string[] = [];
    this.#elements(() => {
      if (this.peek() === QUOTE) strings.push(this.#string());
      else this.value();
    });
    return strings;
  }

  #elements(visit: () => void): void {
    this.#enter();
    if (this.peek() === CLOSE_BRACKET) {
      this.#leave();
      return;
    }
    for (;;) {
      visit();
      const next = this.peek();
      if (next === CLOSE_BRACKET) break;
      if (next !== COMMA) throw new Malformed();
      this.#position += 1;
    }
    this.#leave();
  }

  #enter(): void {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new Malformed();
    this.#position += 1;
  }

  #leave(): void {
    this.#depth -= 1;
    this.#position += 1;
  }

  /** Passes over any value. */
  value(): void {
    switch (this.peek()) {
      case QUOTE:
        this.#skipString();
        return;
      case OPEN_BRACE:
        this.#skipMembers();
        return;
      case OPEN_BRACKET:
        this.#elements(() => this.value());
        return;
      default:
        if (this.scalar() === undefined) this.#word('null');
    }
  }

  /** Passes over an object without building its names. */
  #skipMembers(): void {
    this.#enter();
    if (this.peek() === CLOSE_BRACE) {
      this.#leave();
      return;
    }
    for (;;) {
      if (this.peek() !== QUOTE) throw new Malformed();
      this.#skipString();
      this.#expect(COLON);
      this.value();
      const next = this.peek();
      if (next === CLOSE_BRACE) break;
      if (next !== COMMA) throw new Malformed();
      this.#position += 1;
    }
    this.#leave();
  }

  /** A string, number or boolean; undefined, with nothing consumed, for anything else. */
  scalar(): Scalar | undefined {
    const first = this.peek();
    if (first === QUOTE) return { type: 'string', text: this.#string() };
    if (first === 0x74 || first === 0x66) {
      const text = first === 0x74 ? 'true' : 'false';
      this.#word(text);
      return { type: 'boolean', text };
    }
    if (first === 0x2d || (first >= 0x30 && first <= 0x39)) {
      return { type: 'number', text: this.#number() };
    }
    return undefined;
  }

  #word(word: string): void {
    const from = this.#position;
    if (this.#bytes.toString('latin1', from, Math.min(from + word.length, this.#end)) !== word) {
      throw new Malformed();
    }
    this.#position += word.length;
  }

  #number(): string {
    const from = this.#position;
    let to = from;
    while (to < this.#end && isNumberByte(this.#bytes[to] as number)) to += 1;
    const text = this.#bytes.toString('latin1', from, to);
    if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text)) throw new Malformed();
    this.#position = to;
    return text;
  }

  /** Moves past a string and checks its escapes. Says whether it held any. */
  #skipString(): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    let escaped = false;
    let at = this.#position + 1;
    for (;;) {
      if (at >= end) throw new Malformed();
      const byte = bytes[at] as number;
      if (byte === QUOTE) break;
      if (byte === BACKSLASH) {
        escaped = true;
        at += this.#escapeLength(at + 1);
      }
      at += 1;
    }
    this.#position = at + 1;
    return escaped;
  }

  /** Length of the escape whose letter stands at a place. */
  #escapeLength(at: number): number {
    const letter = this.#bytes[at];
    if (at >= this.#end || letter === undefined) throw new Malformed();
    if (letter !== 0x75) {
      // " \ / b f n r t
      if ('"\\/bfnrt'.includes(String.fromCharCode(letter))) return 1;
      throw new Malformed();
    }
    const digits = this.#bytes.toString('latin1', at + 1, Math.min(at + 5, this.#end));
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new Malformed();
    return 5;
  }

  #string(): string {
    const from = this.#position + 1;
    const escaped = this.#skipString();
    const text = this.#bytes.toString('utf8', from, this.#position - 1);
    if (!escaped) return text;
    return JSON.parse(`"${escapeControls(text)}"`) as string;
  }

  #expect(byte: number): void {
    if (this.peek() !== byte) throw new Malformed();
    this.#position += 1;
  }

  /** The next byte that is no white space; NaN at the end. */
  peek(): number {
    this.#skipSpace();
    return this.#position < this.#end ? (this.#bytes[this.#position] as number) : Number.NaN;
  }

  /** The reference takes every control character for white space. */
  #skipSpace(): void {
    while (this.#position < this.#end && (this.#bytes[this.#position] as number) <= 0x20) {
      this.#position += 1;
    }
  }
}

function isNumberByte(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e ||
    byte === 0x45 ||
    byte === 0x65
  );
}

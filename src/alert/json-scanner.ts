import { findQuoteOrBackslash, type Place, viewOf } from './bytes.ts';
import { endOfNumber, escapeLength, unescaped } from './json-text.ts';
import type { MemberNames } from './member-names.ts';

/** Thrown by a {@link JsonScanner} where the text is not JSON. */
export class Malformed extends Error {}

/** A value that is not a container: a string with its escapes resolved, or the word as written. */
export type Scalar =
  | { readonly type: 'string'; readonly text: string }
  | { readonly type: 'number'; readonly text: string }
  | { readonly type: 'boolean'; readonly text: 'true' | 'false' };

/** The reference's JSON library gives up on deeper nesting. */
const DEEPEST = 1000;

// Not shared with the fast path: an imported constant is slower, and these are compared for every byte.
export const QUOTE = 0x22;
export const OPEN_BRACE = 0x7b;
export const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const T = 0x74;
const F = 0x66;
const N = 0x6e;
const BYTE_ORDER_MARK = 0xef_bb_bf;

/**
 * Walks over JSON text byte by byte and builds only what it is asked for. It accepts what the
 * reference's library (cJSON 1.7) accepts: also unescaped control characters, in strings and
 * as whitespace. Every method throws {@link Malformed} where the text is not JSON.
 */
export class JsonScanner {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  readonly #end: number;
  #position: number;
  #depth = 0;
  /** True when the string that was skipped last has escapes in it. */
  #hasEscapes = false;

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#end = end;
    const hasMark = start + 3 <= end && bytes.readUIntBE(start, 3) === BYTE_ORDER_MARK;
    this.#position = hasMark ? start + 3 : start;
  }

  atEnd(): boolean {
    this.#position = this.#afterSpace(this.#position);
    return this.#position >= this.#end;
  }

  /**
   * Walks over an object. For the first member of each of these names `visit` gets the name, and
   * either consumes the value and says true, or leaves it alone and says false.
   */
  members<Name extends string>(names: MemberNames<Name>, visit: (name: Name) => boolean): void {
    this.#enter();
    if (this.peek() === CLOSE_BRACE) {
      this.#leave();
      return;
    }
    const seen: Name[] = [];
    for (;;) {
      const name = this.#name(names);
      if (name === undefined || seen.includes(name)) {
        this.value();
      } else {
        seen.push(name);
        if (!visit(name)) this.value();
      }
      const next = this.peek();
      if (next === CLOSE_BRACE) break;
      if (next !== COMMA) throw new Malformed();
      this.#position += 1;
    }
    this.#leave();
  }

  /** Walks over an object. Says where each name stands, quotes included, and where its value does. */
  entries(visit: (name: Place, value: Place) => void): void {
    this.#enter();
    for (let next = this.peek(); next !== CLOSE_BRACE; next = this.peek()) {
      if (next === COMMA) this.#position += 1;
      const start = this.#afterSpace(this.#position);
      if (this.#at(start) !== QUOTE) throw new Malformed();
      const end = this.#endOfString(start);
      this.#position = this.#afterName(start);
      visit({ start, end }, this.place());
    }
    this.#leave();
  }

  /** Walks over an array. Says where each item stands. */
  items(visit: (item: Place) => void): void {
    this.#enter();
    for (let next = this.peek(); next !== CLOSE_BRACKET; next = this.peek()) {
      if (next === COMMA) this.#position += 1;
      visit(this.place());
    }
    this.#leave();
  }

  /** The strings of an array; members of other types are skipped. */
  strings(): string[] {
    const strings: string[] = [];
    this.#enter();
    if (this.peek() === CLOSE_BRACKET) {
      this.#leave();
      return strings;
    }
    for (;;) {
      if (this.peek() === QUOTE) strings.push(this.#string());
      else this.value();
      const next = this.peek();
      if (next === CLOSE_BRACKET) break;
      if (next !== COMMA) throw new Malformed();
      this.#position += 1;
    }
    this.#leave();
    return strings;
  }

  #enter(): void {
    this.#deeper();
    this.#position += 1;
  }

  #deeper(): void {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new Malformed();
  }

  #leave(): void {
    this.#depth -= 1;
    this.#position += 1;
  }

  /** Skips any value. */
  value(): void {
    this.#position = this.#endOfValue(this.#position);
  }

  /** Skips any value. Says where it stands, without the whitespace around it. */
  place(): Place {
    const start = this.#afterSpace(this.#position);
    this.value();
    return { start, end: this.#position };
  }

  /** The place after the value that begins at a place, or after whitespace there. */
  #endOfValue(from: number): number {
    const at = this.#afterSpace(from);
    switch (this.#at(at)) {
      case QUOTE:
        return this.#endOfString(at);
      case OPEN_BRACE:
        return this.#endOfContainer(at, CLOSE_BRACE);
      case OPEN_BRACKET:
        return this.#endOfContainer(at, CLOSE_BRACKET);
      case T:
        return this.#endOfWord(at, 'true');
      case F:
        return this.#endOfWord(at, 'false');
      case N:
        return this.#endOfWord(at, 'null');
      default:
        return this.#endOfNumber(at);
    }
  }

  /** The place after an object or array, without building anything of it. */
  #endOfContainer(from: number, close: number): number {
    this.#deeper();
    let at = this.#afterSpace(from + 1);
    if (this.#at(at) !== close) {
      for (;;) {
        if (close === CLOSE_BRACE) at = this.#afterName(at);
        at = this.#afterSpace(this.#endOfValue(at));
        const next = this.#at(at);
        if (next === close) break;
        if (next !== COMMA) throw new Malformed();
        at = this.#afterSpace(at + 1);
      }
    }
    this.#depth -= 1;
    return at + 1;
  }

  /** The place after a member's name and its colon. */
  #afterName(from: number): number {
    if (this.#at(from) !== QUOTE) throw new Malformed();
    const at = this.#afterSpace(this.#endOfString(from));
    if (this.#at(at) !== COLON) throw new Malformed();
    return at + 1;
  }

  /** A string, number or boolean; undefined, with nothing consumed, for anything else. */
  scalar(): Scalar | undefined {
    const first = this.peek();
    const from = this.#position;
    if (first === QUOTE) return { type: 'string', text: this.#string() };
    if (first === T || first === F) {
      const text = first === T ? 'true' : 'false';
      this.#position = this.#endOfWord(from, text);
      return { type: 'boolean', text };
    }
    if (first === MINUS || (first >= ZERO && first <= NINE)) {
      this.#position = this.#endOfNumber(from);
      return { type: 'number', text: this.#bytes.toString('latin1', from, this.#position) };
    }
    return undefined;
  }

  #endOfWord(from: number, word: string): number {
    for (let i = 0; i < word.length; i += 1) {
      if (this.#at(from + i) !== word.charCodeAt(i)) throw new Malformed();
    }
    return from + word.length;
  }

  #endOfNumber(from: number): number {
    const at = endOfNumber(this.#bytes, from, this.#end);
    if (at === undefined) throw new Malformed();
    return at;
  }

  /** The place after the string whose quote stands at a place. Its escapes are checked. */
  #endOfString(from: number): number {
    let at = findQuoteOrBackslash(this.#view, from + 1, this.#end);
    this.#hasEscapes = at < this.#end && this.#bytes[at] === BACKSLASH;
    while (at < this.#end && this.#bytes[at] === BACKSLASH) {
      const length = escapeLength(this.#bytes, at, this.#end);
      if (length === undefined) throw new Malformed();
      at = findQuoteOrBackslash(this.#view, at + length, this.#end);
    }
    if (at >= this.#end) throw new Malformed();
    return at + 1;
  }

  #string(): string {
    const from = this.#position + 1;
    this.#position = this.#endOfString(this.#position);
    return this.#text(from, this.#position - 1);
  }

  /** Moves past the name of a member and its colon. Says which of these names it is. */
  #name<Name extends string>(names: MemberNames<Name>): Name | undefined {
    if (this.peek() !== QUOTE) throw new Malformed();
    const from = this.#position + 1;
    this.#position = this.#endOfString(this.#position);
    const to = this.#position - 1;
    const name = this.#hasEscapes
      ? names.inText(this.#text(from, to))
      : names.inBytes(this.#bytes, from, to);
    if (this.peek() !== COLON) throw new Malformed();
    this.#position += 1;
    return name;
  }

  /** The text of the string that was skipped last, whose inside this is. */
  #text(from: number, to: number): string {
    const text = this.#bytes.toString('utf8', from, to);
    return this.#hasEscapes ? unescaped(text) : text;
  }

  /** The next byte that is not whitespace; NaN at the end. */
  peek(): number {
    this.#position = this.#afterSpace(this.#position);
    return this.#at(this.#position);
  }

  /** The byte at a place; NaN at the end. */
  #at(at: number): number {
    return at < this.#end ? (this.#bytes[at] as number) : Number.NaN;
  }

  /** The reference takes every control character for whitespace. */
  #afterSpace(from: number): number {
    let at = from;
    while (at < this.#end && (this.#bytes[at] as number) <= 0x20) at += 1;
    return at;
  }
}

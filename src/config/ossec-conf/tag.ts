import type { Comments } from './comments.ts';
import { LONGEST_VALUE } from './element.ts';

/** A tag that was read, or what is wrong with it, and where. */
export type TagResult = Tag | TagProblem;
export interface Tag {
  readonly ok: true;
  readonly name: string;
  /** The offset after its `>`. */
  readonly end: number;
  readonly selfClosing: boolean;
  readonly attributeOffset: number | undefined;
  /** True for `</name >`. */
  readonly spaced: boolean;
}
export interface TagProblem {
  readonly ok: false;
  readonly offset: number;
  readonly message: string;
}

const TAB = 0x09;
const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;
const DOUBLE_QUOTE = 0x22;
const SINGLE_QUOTE = 0x27;
const SLASH = 0x2f;
const LESS = 0x3c;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const BANG = 0x21;

/** True for space, tab, newline and carriage return. */
export function isBlank(unit: number): boolean {
  return unit === SPACE || unit === NEWLINE || unit === CARRIAGE_RETURN || unit === TAB;
}

/**
 * Reads the tag whose `<` is at an offset. Comments may appear anywhere in it, as the reference
 * allows. Messages contain no attribute names: a webhook pasted in the wrong place would
 * be one.
 */
export function readTag(text: string, offset: number, comments: Comments): TagResult {
  return new TagReader(text, offset, comments).read();
}

class TagReader {
  readonly #text: string;
  readonly #offset: number;
  readonly #comments: Comments;
  #at: number;
  #attributeOffset: number | undefined;

  constructor(text: string, offset: number, comments: Comments) {
    this.#text = text;
    this.#offset = offset;
    this.#comments = comments;
    this.#at = offset + 1;
  }

  read(): TagResult {
    const closing = this.#unit() === SLASH;
    if (closing) this.#at += 1;
    const blankBefore = closing && this.#skipBlanks();
    const name = this.#name();
    if (Buffer.byteLength(name) > LONGEST_VALUE) {
      return problem(this.#offset, `the name of this tag is longer than ${LONGEST_VALUE} bytes`);
    }
    const blankAfter = this.#skipBlanks();
    return closing ? this.#restOfClosing(name, blankBefore || blankAfter) : this.#rest(name);
  }

  #restOfClosing(name: string, spaced: boolean): TagResult {
    if (this.#unit() !== GREATER) {
      return problem(this.#offset, 'a closing tag begins here, but no > ends it');
    }
    return this.#done(name, false, spaced);
  }

  /** Attributes and the end of an opening tag. */
  #rest(name: string): TagResult {
    for (;;) {
      this.#skipBlanks();
      const unit = this.#unit();
      if (unit === GREATER) return this.#done(name, false, false);
      if (unit === SLASH) {
        this.#at += 1;
        this.#skipBlanks();
        if (this.#unit() === GREATER) return this.#done(name, true, false);
        return problem(this.#at - 1, 'a / inside a tag must be followed by >, as in <name/>');
      }
      if (Number.isNaN(unit) || unit === LESS) {
        return problem(this.#offset, 'a tag begins here, but no > ends it');
      }
      const trouble = this.#attribute();
      if (trouble !== undefined) return trouble;
    }
  }

  #attribute(): TagProblem | undefined {
    const start = this.#at;
    this.#attributeOffset ??= start;
    while (!this.#endsAttributeName(this.#unit())) this.#at += 1;
    this.#skipBlanks();
    if (this.#unit() !== EQUALS) {
      return problem(start, 'an attribute must have a value in quotes, as in name="value"');
    }
    this.#at += 1;
    this.#skipBlanks();
    const quote = this.#unit();
    if (quote !== DOUBLE_QUOTE && quote !== SINGLE_QUOTE) {
      return problem(start, 'the value of an attribute must be in quotes, as in name="value"');
    }
    const opened = this.#at;
    do {
      this.#at += 1;
      const unit = this.#unit();
      if (Number.isNaN(unit) || unit === GREATER) {
        return problem(opened, 'a quote opens here, but none closes it before the tag ends');
      }
    } while (this.#unit() !== quote);
    this.#at += 1;
    return undefined;
  }

  #endsAttributeName(unit: number): boolean {
    return (
      Number.isNaN(unit) ||
      unit === EQUALS ||
      unit === GREATER ||
      unit === LESS ||
      (unit === SLASH && this.#text.charCodeAt(this.#at + 1) === GREATER) ||
      isBlank(unit)
    );
  }

  /** The name, which comments may interrupt. Stops soon after it gets too long. */
  #name(): string {
    let name = '';
    while (name.length <= LONGEST_VALUE) {
      const from = this.#at;
      while (!this.#endsName(this.#unit()) && this.#at - from <= LONGEST_VALUE) this.#at += 1;
      name += this.#text.slice(from, this.#at);
      if (!this.#skipComment()) break;
    }
    return name;
  }

  #endsName(unit: number): boolean {
    return (
      Number.isNaN(unit) || unit === GREATER || unit === LESS || unit === SLASH || isBlank(unit)
    );
  }

  /** Skips whitespace and comments; returns whether there was whitespace. */
  #skipBlanks(): boolean {
    let blank = false;
    for (;;) {
      while (isBlank(this.#unit())) {
        blank = true;
        this.#at += 1;
      }
      if (!this.#skipComment()) return blank;
    }
  }

  #skipComment(): boolean {
    if (this.#unit() !== LESS || this.#text.charCodeAt(this.#at + 1) !== BANG) return false;
    const comment = this.#comments.end(this.#at);
    if (comment === undefined) return false;
    this.#at = comment.end;
    return true;
  }

  /** The code unit at the current offset; NaN at the end. */
  #unit(): number {
    return this.#text.charCodeAt(this.#at);
  }

  #done(name: string, selfClosing: boolean, spaced: boolean): Tag {
    const attributeOffset = this.#attributeOffset;
    return { ok: true, name, end: this.#at + 1, selfClosing, attributeOffset, spaced };
  }
}

function problem(offset: number, message: string): TagProblem {
  return { ok: false, offset, message };
}

/**
 * Reads the few fields that decide about an alert straight from its bytes, with the rules of the
 * reference's JSON library (cJSON 1.7): names are compared without regard to case, the first of
 * several equal names counts, control characters may stand unescaped in strings.
 */

/** What the filters look at. Absent fields are undefined. */
export interface AlertFacts {
  /** `rule.level` as the reference's integer: a string is 0, `true` is 1, fractions are cut. */
  readonly level: number | undefined;
  /** `rule.id`; a number is given as its digits. */
  readonly ruleId: string | undefined;
  /** The strings among `rule.groups`. */
  readonly groups: readonly string[] | undefined;
  /** `location`; a number or boolean is given as its text. */
  readonly location: string | undefined;
  /** The alert's `id`. */
  readonly id: string | undefined;
}

/** Why a line is no alert. */
export type Unreadable = 'empty line' | 'invalid JSON' | 'no rule in it';

/** cJSON gives up on deeper nesting. */
const DEEPEST = 1000;

/** The facts of one line, `bytes[start, end)`, or why there are none. */
export function scanAlert(bytes: Buffer, start = 0, end = bytes.length): AlertFacts | Unreadable {
  const scanner = new Scanner(bytes, start, end);
  if (scanner.atEnd()) return 'empty line';
  const found = scanner.alert();
  if (found === undefined) return 'invalid JSON';
  return found.hasRule ? found.facts : 'no rule in it';
}

/** A value with what the filters could need of it; containers and null are only passed over. */
type Scalar =
  | { readonly type: 'string'; readonly text: string }
  | { readonly type: 'number'; readonly text: string }
  | { readonly type: 'boolean'; readonly text: 'true' | 'false' };

interface Draft {
  level?: number;
  ruleId?: string | undefined;
  groups?: readonly string[] | undefined;
  location?: string | undefined;
  id?: string | undefined;
}

class Malformed extends Error {}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

class Scanner {
  readonly #bytes: Buffer;
  readonly #end: number;
  #position: number;
  #depth = 0;

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes;
    this.#end = end;
    const hasMark = bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;
    this.#position = hasMark ? start + 3 : start;
  }

  atEnd(): boolean {
    this.#skipSpace();
    return this.#position >= this.#end;
  }

  /** The facts of the only value of the line; undefined when it is no JSON. */
  alert(): { facts: AlertFacts; hasRule: boolean } | undefined {
    const draft: Draft = {};
    let hasRule = false;
    try {
      if (this.#peek() === OPEN_BRACE) {
        const seen = new Set<string>();
        this.#members((name) => {
          if (seen.has(name)) return false;
          if (name !== 'rule' && name !== 'location' && name !== 'id') return false;
          seen.add(name);
          if (name === 'rule') {
            hasRule = true;
            return this.#rule(draft);
          }
          const scalar = this.#scalar();
          if (scalar !== undefined) draft[name] = scalar.text;
          return scalar !== undefined;
        });
      } else {
        this.#value();
      }
      if (!this.atEnd()) return undefined;
    } catch (error) {
      if (error instanceof Malformed) return undefined;
      throw error;
    }
    const { level, ruleId, groups, location, id } = draft;
    return { facts: { level, ruleId, groups, location, id }, hasRule };
  }

  /** Reads the rule object; false, with nothing consumed, when it is none. */
  #rule(draft: Draft): boolean {
    if (this.#peek() !== OPEN_BRACE) return false;
    const seen = new Set<string>();
    this.#members((name) => {
      if (seen.has(name)) return false;
      seen.add(name);
      if (name === 'level') {
        const scalar = this.#scalar();
        draft.level = scalar === undefined ? 0 : cjsonInteger(scalar);
        return scalar !== undefined;
      }
      if (name === 'id') {
        const scalar = this.#scalar();
        if (scalar !== undefined && scalar.type !== 'boolean') draft.ruleId = scalar.text;
        return scalar !== undefined;
      }
      if (name === 'groups' && this.#peek() === OPEN_BRACKET) {
        draft.groups = this.#strings();
        return true;
      }
      return false;
    });
    return true;
  }

  /**
   * Walks over an object. For each member `visit` gets the lower-case name, and either consumes
   * the value and says true, or leaves it alone and says false.
   */
  #members(visit: (name: string) => boolean): void {
    this.#enter();
    if (this.#peek() === CLOSE_BRACE) {
      this.#leave();
      return;
    }
    for (;;) {
      if (this.#peek() !== QUOTE) throw new Malformed();
      const name = asciiLower(this.#string());
      this.#expect(COLON);
      this.#skipSpace();
      if (!visit(name)) this.#value();
      const next = this.#peek();
      if (next === CLOSE_BRACE) break;
      if (next !== COMMA) throw new Malformed();
      this.#position += 1;
    }
    this.#leave();
  }

  /** The strings of an array; members of other types are passed over. */
  #strings(): string[] {
    const strings: string[] = [];
    this.#elements(() => {
      if (this.#peek() === QUOTE) strings.push(this.#string());
      else this.#value();
    });
    return strings;
  }

  #elements(visit: () => void): void {
    this.#enter();
    if (this.#peek() === CLOSE_BRACKET) {
      this.#leave();
      return;
    }
    for (;;) {
      visit();
      const next = this.#peek();
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
  #value(): void {
    switch (this.#peek()) {
      case QUOTE:
        this.#skipString();
        return;
      case OPEN_BRACE:
        this.#skipMembers();
        return;
      case OPEN_BRACKET:
        this.#elements(() => this.#value());
        return;
      default:
        if (this.#scalar() === undefined) this.#word('null');
    }
  }

  /** Passes over an object without building its names. */
  #skipMembers(): void {
    this.#enter();
    if (this.#peek() === CLOSE_BRACE) {
      this.#leave();
      return;
    }
    for (;;) {
      if (this.#peek() !== QUOTE) throw new Malformed();
      this.#skipString();
      this.#expect(COLON);
      this.#value();
      const next = this.#peek();
      if (next === CLOSE_BRACE) break;
      if (next !== COMMA) throw new Malformed();
      this.#position += 1;
    }
    this.#leave();
  }

  /** A string, number or boolean; undefined, with nothing consumed, for anything else. */
  #scalar(): Scalar | undefined {
    const first = this.#peek();
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
    if (this.#peek() !== byte) throw new Malformed();
    this.#position += 1;
  }

  /** The next byte that is no white space; NaN at the end. */
  #peek(): number {
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

/** `valueint` of cJSON: numbers are cut to 32-bit integers, `true` is 1, all else is 0. */
function cjsonInteger(scalar: Scalar): number {
  if (scalar.type === 'boolean') return scalar.text === 'true' ? 1 : 0;
  if (scalar.type === 'string') return 0;
  const value = Number(scalar.text);
  return Math.trunc(Math.min(Math.max(value, -(2 ** 31)), 2 ** 31 - 1));
}

/** Lower case of A–Z only, as the reference's locale has it. */
export function asciiLower(text: string): string {
  return /[A-Z]/.test(text) ? text.replace(/[A-Z]+/g, (part) => part.toLowerCase()) : text;
}

/** The content of a JSON string with its raw control characters escaped. */
export function escapeControls(text: string): string {
  return text.replace(/[\u0000-\u001f]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

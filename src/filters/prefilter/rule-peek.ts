import { findBrace, findQuoteOrBackslash, Literal, type Place, viewOf } from '../../alert/bytes.ts';
import { endOfString, MemberSearch } from './member-search.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;

const BEGINNING = new Literal('{"timestamp":"');
const RULE = new Literal('","rule":{"level":');
const DESCRIPTION = new Literal(',"description":"');
const ID = new Literal('","id":"');
const MITRE = new Literal(',"mitre":{');
const FREQUENCY = new Literal(',"frequency":');
const FIRED_TIMES = new Literal(',"firedtimes":');
const MAIL = new Literal(',"mail":false');
const NEXT_GROUPS = new Literal(',"groups":[');
const ANY_GROUPS = new MemberSearch('groups', '[');
const LOCATION = new MemberSearch('location', '"');
/** How much deeper than its object a search begins: in the rule, or in the alert around it. */
const IN_RULE = 0;
const IN_ALERT = 1;
/** A timestamp is 28 characters long. */
const LONGEST_TIMESTAMP = 40;
const MOST_LEVEL_DIGITS = 3;
const MOST_RULE_DIGITS = 9;

/**
 * A small number that equal names share, and unequal ones rarely: made of the length and of both
 * ends of the bytes `[start, end)`.
 */
export function nameHash(view: DataView, start: number, end: number): number {
  let hash = end - start;
  if (hash >= 4) {
    hash = Math.imul(hash, 31) + view.getInt32(start, true);
    hash = Math.imul(hash, 0x9e3779b1) + view.getInt32(end - 4, true);
  } else {
    for (let at = start; at < end; at += 1) hash = Math.imul(hash, 31) + view.getUint8(at);
  }
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

/**
 * Looks at the rule of an alert that begins as the manager writes it:
 * `{"timestamp":"…","rule":{"level":N,"description":"…","id":"N",…,"groups":[…]…`. Since these
 * members come first, none of the same name before them can count instead. Nothing else of the
 * line is looked at, but that it ends with a brace, and where its location stands. Whoever uses it goes from step to step, as far
 * as is needed; each says false when the line does not look like that, or has escapes where they
 * would matter.
 */
export class RulePeek {
  /** Known after {@link begin}. */
  level = 0;
  /** The rule's number, known after {@link readRule}. */
  rule = -1;
  #bytes: Buffer = Buffer.alloc(0);
  #view: DataView = viewOf(this.#bytes);
  #at = 0;
  #end = 0;

  /** Begins with the line `bytes[start, end)`, and reads the level. */
  begin(bytes: Buffer, start: number, end: number): boolean {
    const view = viewOf(bytes);
    if (bytes[end - 1] !== CLOSE_BRACE || !BEGINNING.standsAt(view, start, end)) return false;
    const timestamp = start + BEGINNING.length;
    const longest = Math.min(timestamp + LONGEST_TIMESTAMP, end);
    const ruleAt = findQuoteOrBackslash(view, timestamp, longest);
    // A backslash there, or no end, is not the beginning of a rule either.
    if (!RULE.standsAt(view, ruleAt, end)) return false;
    this.#bytes = bytes;
    this.#view = view;
    this.#end = end;
    this.#at = ruleAt + RULE.length;
    this.level = this.#digits(MOST_LEVEL_DIGITS);
    return this.level !== -1 && DESCRIPTION.standsAt(view, this.#at, end);
  }

  /** Reads the rule's number. */
  readRule(): boolean {
    const close = endOfString(this.#bytes, this.#view, this.#at + DESCRIPTION.length, this.#end);
    if (!ID.standsAt(this.#view, close, this.#end)) return false;
    this.#at = close + ID.length;
    this.rule = this.#digits(MOST_RULE_DIGITS);
    if (this.rule === -1 || this.#bytes[this.#at] !== QUOTE) return false;
    this.#at += 1;
    return true;
  }

  /**
   * True when one of the groups may be wanted from this level on; false when none is, or there are
   * no groups; undefined when they cannot be read.
   */
  hasGroup(wanted: WantedNames, level: number): boolean | undefined {
    const from = this.#skipToGroups() ?? this.#find(ANY_GROUPS, IN_RULE);
    if (typeof from !== 'number') return from === 'none' ? false : undefined;
    const bytes = this.#bytes;
    for (let at = from; at < this.#end; at += 1) {
      const byte = bytes[at];
      if (byte === CLOSE_BRACKET) {
        this.#at = at + 1;
        return false;
      }
      if (byte === COMMA) continue;
      if (byte !== QUOTE) return undefined;
      const close = findQuoteOrBackslash(this.#view, at + 1, this.#end);
      if (close === this.#end || bytes[close] === BACKSLASH) return undefined;
      if (wanted.mayWant(nameHash(this.#view, at + 1, close), level)) return true;
      at = close;
    }
    return undefined;
  }

  /**
   * The place of the alert's location, without its quotes; `none` when it has none, `unclear` when it
   * cannot be read.
   */
  findLocation(): Place | 'none' | 'unclear' {
    const start = this.#find(LOCATION, IN_ALERT);
    if (typeof start !== 'number') return start;
    const end = findQuoteOrBackslash(this.#view, start, this.#end);
    return this.#bytes[end] === QUOTE && end < this.#end ? { start, end } : 'unclear';
  }

  /**
   * Where the array of groups begins, when only what the manager mostly writes stands before it. The
   * brace that is taken for the end of `mitre` stands in no string: it is followed by `,"` and a
   * letter, and were that quote the end of a string, no letter could follow it.
   */
  #skipToGroups(): number | undefined {
    const view = this.#view;
    const end = this.#end;
    let at = this.#at;
    if (MITRE.standsAt(view, at, end)) {
      at = findBrace(view, at + MITRE.length, end);
      if (this.#bytes[at] !== CLOSE_BRACE) return undefined;
      at += 1;
    }
    if (FREQUENCY.standsAt(view, at, end)) at = this.#afterDigits(at + FREQUENCY.length);
    if (!FIRED_TIMES.standsAt(view, at, end)) return undefined;
    at = this.#afterDigits(at + FIRED_TIMES.length);
    if (!MAIL.standsAt(view, at, end)) return undefined;
    at += MAIL.length;
    return NEXT_GROUPS.standsAt(view, at, end) ? at + NEXT_GROUPS.length : undefined;
  }

  #afterDigits(from: number): number {
    let at = from;
    while (at < this.#end && isDigit(this.#bytes[at] as number)) at += 1;
    return at;
  }

  #find(member: MemberSearch, depth: number): number | 'none' | 'unclear' {
    return member.find(this.#bytes, this.#view, this.#at, this.#end, depth);
  }

  /** Moves past digits and gives their number; -1 when there are none or too many. */
  #digits(most: number): number {
    const from = this.#at;
    let number = 0;
    let at = from;
    for (; at < this.#end; at += 1) {
      const byte = this.#bytes[at] as number;
      if (!isDigit(byte)) break;
      number = number * 10 + byte - 0x30;
    }
    this.#at = at;
    return at === from || at - from > most ? -1 : number;
  }
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Names that some integration wants, known by their {@link nameHash}. */
export interface WantedNames {
  /** False when certainly no integration wants a name of this hash at this level. */
  mayWant(hash: number, level: number): boolean;
}

/** What stands in the rule of an alert, as far as it was looked at. */
export interface RuleGlance {
  level: number;
  /** The rule's number; -1 when the level alone decided. */
  rule: number;
  /** {@link nameHash} of each group. */
  groups: number[];
}

/** A small number that equal names share. Unequal ones rarely do. */
export function nameHash(name: Buffer): number {
  let hash = 0;
  for (const byte of name) hash = (Math.imul(hash, 31) + byte) | 0;
  return hash;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;

const BEGINNING = Buffer.from('{"timestamp":"');
const RULE = Buffer.from('","rule":{"level":');
const DESCRIPTION = Buffer.from(',"description":"');
const ID = Buffer.from(',"id":"');
const GROUPS = Buffer.from('"groups":[');
/** A timestamp is about 28 characters long. */
const LONGEST_TIMESTAMP = 40;

/**
 * Looks at the rule of an alert that begins as the manager writes it:
 * `{"timestamp":"…","rule":{"level":N,"description":"…","id":"N",…,"groups":[…]…`. Since these
 * members come first, none of the same name before them can count instead. Nothing else of the
 * line is looked at, but that it ends with a brace.
 *
 * @param lowest below this level nothing but the level is read.
 * @returns false when the line does not look like that, or has escapes where they would matter.
 */
export function glanceAtRule(
  bytes: Buffer,
  start: number,
  end: number,
  lowest: number,
  needsGroups: boolean,
  glance: RuleGlance,
): boolean {
  if (bytes[end - 1] !== CLOSE_BRACE || !stands(BEGINNING, bytes, start)) return false;
  let at = endOfPlainString(bytes, start + BEGINNING.length, LONGEST_TIMESTAMP);
  if (at === -1 || !stands(RULE, bytes, at)) return false;
  at += RULE.length;
  let level = 0;
  const digits = at;
  for (; isDigit(bytes[at]); at += 1) level = level * 10 + (bytes[at] as number) - 0x30;
  if (at === digits || at - digits > 3 || !stands(DESCRIPTION, bytes, at)) return false;
  glance.level = level;
  glance.rule = -1;
  glance.groups.length = 0;
  if (level < lowest) return true;

  at = endOfString(bytes, at + DESCRIPTION.length, end);
  if (at === -1 || !stands(ID, bytes, at + 1)) return false;
  const id = at + 1 + ID.length;
  let rule = 0;
  for (at = id; isDigit(bytes[at]); at += 1) rule = rule * 10 + (bytes[at] as number) - 0x30;
  if (bytes[at] !== QUOTE || at === id || at - id > 9) return false;
  glance.rule = rule;
  return !needsGroups || readGroups(bytes, at + 1, end, glance.groups);
}

/** Reads `groups`, which stands somewhere after the id; the rule may also have none. */
function readGroups(bytes: Buffer, from: number, end: number, groups: number[]): boolean {
  let depth = 0;
  for (let at = from; at < end; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      if (depth === 0 && stands(GROUPS, bytes, at)) {
        return readNames(bytes, at + GROUPS.length, end, groups);
      }
      at = endOfKey(bytes, at + 1, end, depth);
      if (at === -1) return false;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    else if (byte === CLOSE_BRACKET) depth -= 1;
    else if (byte === CLOSE_BRACE) {
      if (depth === 0) return true;
      depth -= 1;
    }
  }
  return false;
}

/** The names of an array of plain strings, without white space between them. */
function readNames(bytes: Buffer, from: number, end: number, groups: number[]): boolean {
  for (let at = from; at < end; at += 1) {
    const byte = bytes[at];
    if (byte === CLOSE_BRACKET) return true;
    if (byte === COMMA) continue;
    if (byte !== QUOTE) return false;
    let hash = 0;
    for (at += 1; bytes[at] !== QUOTE; at += 1) {
      const letter = bytes[at] as number;
      if (letter === BACKSLASH || at >= end) return false;
      hash = (Math.imul(hash, 31) + letter) | 0;
    }
    groups.push(hash);
  }
  return false;
}

/**
 * The closing quote of a string. -1 for the name of a member of the rule that could be `groups` in
 * another spelling: with capitals or escapes.
 */
function endOfKey(bytes: Buffer, from: number, end: number, depth: number): number {
  const close = endOfString(bytes, from, end);
  if (close === -1 || depth > 0 || close - from < 6) return close;
  const isName = bytes[close + 1] === 0x3a;
  if (!isName) return close;
  const first = bytes[from];
  // g, G, or an escape
  return first === 0x67 || first === 0x47 || first === BACKSLASH ? -1 : close;
}

/** The closing quote of a string; -1 when there is none. */
function endOfString(bytes: Buffer, from: number, end: number): number {
  for (let at = from; at < end; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at += 1;
  }
  return -1;
}

/** The closing quote of a string without escapes; -1 when there is none within so many bytes. */
function endOfPlainString(bytes: Buffer, from: number, longest: number): number {
  for (let at = from; at < from + longest; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH || byte === undefined) return -1;
  }
  return -1;
}

function stands(text: Buffer, bytes: Buffer, at: number): boolean {
  for (let i = 0; i < text.length; i += 1) if (bytes[at + i] !== text[i]) return false;
  return true;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

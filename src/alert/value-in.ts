import type { JsonValue } from './json.ts';
import { repaired } from './json-text.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ZERO = 0x30;
const NINE = 0x39;
const [T, F, N] = [0x74, 0x66, 0x6e];
/** A number of so many digits is whole and exact. */
const MOST_DIGITS = 9;
/** Longer texts are hardly met again. In bytes. */
const LONGEST_KNOWN = 32;
const PLACES = 4096;

/** Short texts that were met, by the last bits of their hashes: alerts say the same again and again. */
const known: (string | undefined)[] = Array.from({ length: PLACES }, () => undefined);

/**
 * The value of the valid JSON text `bytes[start, end)`, without whitespace around it, as `JSON.parse` has it.
 * Control characters may stand unescaped in it.
 */
export function valueIn(bytes: Buffer, start: number, end: number): JsonValue {
  const first = bytes[start] as number;
  if (first === QUOTE) return textIn(bytes, start, end);
  if (first >= ZERO && first <= NINE && end - start <= MOST_DIGITS) {
    let number = 0;
    let at = start;
    for (; at < end; at += 1) {
      const digit = bytes[at] as number;
      if (digit < ZERO || digit > NINE) break;
      number = 10 * number + digit - ZERO;
    }
    if (at === end) return number;
  }
  if (first === T) return true;
  if (first === F) return false;
  if (first === N) return null;
  return parsed(bytes.toString('utf8', start, end));
}

/** The text of the JSON string `bytes[start, end)`, quotes included. */
export function textIn(bytes: Buffer, start: number, end: number): string {
  const from = start + 1;
  const to = end - 1;
  if (to - from > LONGEST_KNOWN) return unknownText(bytes, from, to);
  let hash = to - from;
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] as number;
    if (byte === BACKSLASH || byte >= 0x80) return unknownText(bytes, from, to);
    hash = (Math.imul(hash, 31) + byte) | 0;
  }
  const place = (hash ^ (hash >>> 12)) & (PLACES - 1);
  const text = known[place];
  if (text !== undefined && text.length === to - from) {
    let same = 0;
    while (same < text.length && text.charCodeAt(same) === bytes[from + same]) same += 1;
    if (same === text.length) return text;
  }
  const found = bytes.toString('latin1', from, to);
  known[place] = found;
  return found;
}

/** @param from without the quotes, as `to`. */
function unknownText(bytes: Buffer, from: number, to: number): string {
  const text = bytes.toString('utf8', from, to);
  return text.includes('\\') ? (parsed(`"${text}"`) as string) : text;
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return JSON.parse(repaired(text)) as JsonValue;
  }
}

import { escapeControls } from './ascii.ts';

/** Escapes and numbers in JSON text. */

const PLUS = 0x2b;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const CAPITAL_E = 0x45;
const SMALL_E = 0x65;
const SMALL_U = 0x75;

/** The letters that may follow a backslash, but for `u`. */
const ESCAPES = new Set(Buffer.from('"\\/bfnrt'));
/** `\u0041`. */
const LONGEST_ESCAPE = 6;

/** The length of the escape whose backslash stands at a place; undefined when it is not valid. */
export function escapeLength(bytes: Buffer, at: number, end: number): number | undefined {
  const letter = byteAt(bytes, at + 1, end);
  if (ESCAPES.has(letter)) return 2;
  if (letter !== SMALL_U) return undefined;
  const digits = bytes.toString('latin1', at + 2, Math.min(at + LONGEST_ESCAPE, end));
  return /^[0-9a-fA-F]{4}$/.test(digits) ? LONGEST_ESCAPE : undefined;
}

/** The inside of a string with its escapes resolved. They must be valid. */
export function unescaped(text: string): string {
  return JSON.parse(`"${escapeControls(text)}"`) as string;
}

/** The place after a number as JSON has it, `-1.50e+3`; undefined when there is none. */
export function endOfNumber(bytes: Buffer, from: number, end: number): number | undefined {
  const whole = byteAt(bytes, from, end) === MINUS ? from + 1 : from;
  let at = byteAt(bytes, whole, end) === ZERO ? whole + 1 : afterDigits(bytes, whole, end);
  if (at === whole) return undefined;
  if (byteAt(bytes, at, end) === POINT) {
    const fraction = at + 1;
    at = afterDigits(bytes, fraction, end);
    if (at === fraction) return undefined;
  }
  if (isExponent(byteAt(bytes, at, end))) {
    const sign = byteAt(bytes, at + 1, end);
    const exponent = sign === PLUS || sign === MINUS ? at + 2 : at + 1;
    at = afterDigits(bytes, exponent, end);
    if (at === exponent) return undefined;
  }
  return isNumberByte(byteAt(bytes, at, end)) ? undefined : at;
}

function afterDigits(bytes: Buffer, from: number, end: number): number {
  let at = from;
  while (isDigit(byteAt(bytes, at, end))) at += 1;
  return at;
}

/** The byte at a place; NaN at the end. */
function byteAt(bytes: Buffer, at: number, end: number): number {
  return at < end ? (bytes[at] as number) : Number.NaN;
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function isExponent(byte: number): boolean {
  return byte === SMALL_E || byte === CAPITAL_E;
}

/** True for what may stand in a number: the reference takes all of these together as one. */
function isNumberByte(byte: number): boolean {
  return isDigit(byte) || byte === PLUS || byte === MINUS || byte === POINT || isExponent(byte);
}

/**
 * Escapes control characters inside strings and turns those between values into spaces. Goes from
 * quote to quote: a pattern for whole strings overflows the stack on very long ones.
 */
export function repaired(text: string): string {
  let inString = false;
  return text.replace(/\\[^]|["\u0000-\u001f]/g, (piece) => {
    if (piece.length > 1) return piece; // an escaped character, never the end of a string
    if (piece === '"') {
      inString = !inString;
      return piece;
    }
    return inString ? escapeControls(piece) : ' ';
  });
}

import { escapeControls } from './ascii.ts';

/** The characters of JSON text, as bytes. */
export const QUOTE = 0x22;
export const BACKSLASH = 0x5c;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;
export const COMMA = 0x2c;
export const COLON = 0x3a;
export const PLUS = 0x2b;
export const MINUS = 0x2d;
export const POINT = 0x2e;
export const ZERO = 0x30;

/** Three bytes that may stand before the text. */
export const BYTE_ORDER_MARK = 0xef_bb_bf;

/** The letters that may follow a backslash, but for `u`. */
export const ESCAPES: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'));
/** The length of `\u0041`. */
export const LONGEST_ESCAPE = 6;

/** The inside of a string with its escapes resolved. They must be valid. */
export function unescaped(text: string): string {
  return JSON.parse(`"${escapeControls(text)}"`) as string;
}

export function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= 0x39;
}

/** True for what may stand in a number: the reference takes all of these together as one. */
export function isNumberByte(byte: number): boolean {
  return (
    isDigit(byte) ||
    byte === PLUS ||
    byte === MINUS ||
    byte === POINT ||
    byte === 0x45 ||
    byte === 0x65
  );
}

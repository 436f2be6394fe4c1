import type { JsonValue } from '../../alert/json.ts';

/** The end of a text that was cut. */
export const CUT_MARK = '… [truncated]';

/** Shown where an alert lacks a field; the same text as the reference's. */
export const NOT_AVAILABLE = 'N/A';

/**
 * The text, or its beginning and {@link CUT_MARK}: at most `longest` UTF-16 units in all. Never
 * splits a code point, so that no service sees half a character. Counting units is safe for every
 * service: none counts fewer characters than code points.
 */
export function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  return wholeCharacters(text, longest - CUT_MARK.length) + CUT_MARK;
}

/** The first `length` UTF-16 units, without a half character at the end. */
export function wholeCharacters(text: string, length: number): string {
  const end = Math.max(0, length);
  const last = text.charCodeAt(end - 1);
  const isHalf = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, isHalf ? end - 1 : end);
}

/**
 * A value for display: text as it is, numbers and booleans as text, objects and
 * lists as JSON. Undefined for null and for missing values.
 */
export function displayText(value: JsonValue | undefined): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'object') return JSON.stringify(value);
  return String(value);
}

/** A string or a number as text; for anything else nothing. */
export function scalarText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** The text with control characters (except line feeds and tabs) shown as `�`: safe on a terminal. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '\ufffd');
}

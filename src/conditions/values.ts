import type { JsonValue } from '../alert/json.ts';

/** A value of an alert. `undefined` is an absent field; a JSON null counts as absent. */
export type Value = Exclude<JsonValue, null> | undefined;
export type Scalar = string | number | boolean;

/** The longest value that is shown. */
const LONGEST_SHOWN = 200;

/** What JSON has, with null as absent. */
export function present(value: JsonValue | undefined): Value {
  return value === null ? undefined : value;
}

/** The text of a text, number or boolean; undefined for all else. */
export function textOf(value: Value): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return undefined;
}

const NUMERIC = /^[+-]?\d{1,300}(?:\.\d{1,300})?(?:[eE][+-]?\d{1,3})?$/;
const LONGEST_NUMBER = 320;

/** The number that a value is or that its text says; undefined when it is none. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.length > LONGEST_NUMBER) return undefined;
  if (!NUMERIC.test(value)) return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}

/** One text for all ways to write a number; keeps all digits of whole numbers. */
export function canonicalNumber(text: string): string | undefined {
  const number = numberOf(text);
  if (number === undefined) return undefined;
  if (Number.isSafeInteger(number)) return String(number === 0 ? 0 : number);
  if (/^[+-]?\d+$/.test(text)) return BigInt(text.replace(/^\+/, '')).toString();
  return String(number);
}

/** A value for people: JSON, cut when it is long. */
export function shown(value: Value): string {
  if (value === undefined) return 'absent';
  if (typeof value === 'string') return cut(JSON.stringify(value.slice(0, LONGEST_SHOWN + 1)));
  if (Array.isArray(value)) {
    return cut(JSON.stringify(value.slice(0, LONGEST_SHOWN), shorten));
  }
  return cut(JSON.stringify(value, shorten));
}

const shorten = (_: string, value: unknown) =>
  typeof value === 'string' ? value.slice(0, LONGEST_SHOWN) : value;

function cut(text: string): string {
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

/** JSON values, and building JSON text that carries ready-made JSON through byte for byte. */

export type JsonValue = string | number | boolean | null | JsonValue[] | JsonObject;
export interface JsonObject {
  [key: string]: JsonValue;
}

/** True for a JSON object: no array, no null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The value at a path of keys, or undefined where any step is missing or no object.
 * Own keys only, so that an alert with a key such as `constructor` cannot surprise anyone.
 */
export function valueAt(root: JsonValue | undefined, ...path: string[]): JsonValue | undefined {
  let value: JsonValue | undefined = root;
  for (const key of path) {
    if (!isJsonObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

/** A piece of JSON text that is written as it is: an alert keeps its key order and big numbers. */
export class RawJson {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What {@link stringify} accepts: JSON values with {@link RawJson} anywhere among them. */
export type JsonDocument =
  | string
  | number
  | boolean
  | null
  | RawJson
  | readonly JsonDocument[]
  | { readonly [key: string]: JsonDocument | undefined };

/** JSON text of a document. Keys whose value is undefined are left out. */
export function stringify(value: JsonDocument): string {
  if (value instanceof RawJson) return value.text;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  let text = '';
  if (Array.isArray(value)) {
    for (const member of value as readonly JsonDocument[]) {
      text += `${text === '' ? '' : ','}${stringify(member)}`;
    }
    return `[${text}]`;
  }
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${stringify(member)}`;
  }
  return `{${text}}`;
}

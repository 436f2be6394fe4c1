import type { Place } from '../../alert/bytes.ts';
import { JsonScanner, Malformed, OPEN_BRACE } from '../../alert/json-scanner.ts';

/**
 * A JSON object with another value for the members of this name, or with one more member when it has
 * none. All other bytes stay as they are. Of several members of the name each gets the value, since
 * programs differ in which one they read.
 * @param edit makes the new value of the old one, which is undefined when there is none.
 * @returns undefined when the text is not a JSON object.
 */
export function withMember(
  json: Buffer,
  name: string,
  edit: (value: Buffer | undefined) => Buffer | string,
): Buffer | undefined {
  const object = objectIn(json, name);
  if (object === undefined) return undefined;
  const pieces: (Buffer | string)[] = [];
  let from = 0;
  for (const { start, end } of object.values) {
    pieces.push(json.subarray(from, start), edit(json.subarray(start, end)));
    from = end;
  }
  if (object.values.length === 0) {
    const comma = object.isEmpty ? '' : ',';
    pieces.push(json.subarray(0, object.end), `${comma}${JSON.stringify(name)}:`, edit(undefined));
    from = object.end;
  }
  pieces.push(json.subarray(from));
  return Buffer.concat(
    pieces.map((piece) => (Buffer.isBuffer(piece) ? piece : Buffer.from(piece))),
  );
}

interface ObjectPlaces {
  /** Where its closing brace stands. */
  readonly end: number;
  readonly isEmpty: boolean;
  /** The values of the members of the name. */
  readonly values: readonly Place[];
}

function objectIn(json: Buffer, name: string): ObjectPlaces | undefined {
  try {
    const whole = new JsonScanner(json, 0, json.length);
    if (whole.peek() !== OPEN_BRACE) return undefined;
    const { start, end } = whole.place();
    const values: Place[] = [];
    let isEmpty = true;
    new JsonScanner(json, start, end).entries((key, value) => {
      isEmpty = false;
      if (isName(json, key, name)) values.push(value);
    });
    return { end: end - 1, isEmpty, values };
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** Escapes take six bytes for a character at most. */
function isName(json: Buffer, { start, end }: Place, name: string): boolean {
  if (end - start > 6 * name.length + 2) return false;
  const text = json.toString('utf8', start, end);
  if (!text.includes('\\')) return text === JSON.stringify(name);
  try {
    return JSON.parse(text) === name;
  } catch {
    return false;
  }
}

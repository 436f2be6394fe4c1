import type { Alert } from '../alert/alert.ts';
import type { Place } from '../alert/bytes.ts';
import { JsonScanner, Malformed, OPEN_BRACE } from '../alert/json-scanner.ts';
import { valueOf } from '../alert/large-alert.ts';
import { present, type Value } from './values.ts';

/** The keys that are asked for in an object, and what is asked for below them. */
interface Wanted {
  /** The number of its path, where its value is asked for. */
  number?: number;
  readonly keys: Map<string, Wanted>;
  /** How many bytes the keys have. */
  readonly lengths: Set<number>;
}

/** What was found in an alert: where it stands, and once it was read, what it is. */
interface Found {
  /** How many paths there were. */
  readonly paths: number;
  readonly places: Map<number, Place>;
  readonly values: Map<number, Value>;
}

/**
 * Finds all paths that any condition asks for in one walk over a large alert, so that neither many
 * conditions nor an alert with many members make it slow.
 */
export class LargeLookups {
  readonly #root: Wanted = { keys: new Map(), lengths: new Set() };
  readonly #found = new WeakMap<Alert, Found>();
  #paths = 0;

  /** The number under which a path is found. */
  add(path: readonly string[]): number {
    let wanted = this.#root;
    for (const key of path) {
      let next = wanted.keys.get(key);
      if (next === undefined) {
        next = { keys: new Map(), lengths: new Set() };
        wanted.keys.set(key, next);
        wanted.lengths.add(Buffer.byteLength(key));
      }
      wanted = next;
    }
    if (wanted.number === undefined) {
      wanted.number = this.#paths;
      this.#paths += 1;
    }
    return wanted.number;
  }

  /** The value at a path; a long one is cut as large alerts cut it. */
  find(alert: Alert, number: number): Value {
    let found = this.#found.get(alert);
    if (found === undefined || found.paths < this.#paths) {
      found = { paths: this.#paths, places: new Map(), values: new Map() };
      const { raw } = alert;
      walk(raw, { start: 0, end: raw.length }, this.#root, found.places);
      this.#found.set(alert, found);
    }
    if (!found.values.has(number)) {
      const place = found.places.get(number);
      found.values.set(
        number,
        place && present(valueOf(alert.raw.subarray(place.start, place.end))),
      );
    }
    return found.values.get(number);
  }
}

/** Of several members of one name the last counts, as for JSON.parse. */
function walk(
  raw: Buffer,
  object: Place,
  { keys, lengths }: Wanted,
  places: Map<number, Place>,
): void {
  const scanner = new JsonScanner(raw, object.start, object.end);
  if (scanner.peek() !== OPEN_BRACE) return;
  const members = new Map<Wanted, Place>();
  try {
    scanner.entries((name, value) => {
      const wanted = wantedBy(raw, name, keys, lengths);
      if (wanted !== undefined) members.set(wanted, value);
    });
  } catch (error) {
    // It was valid when it was scanned; else there is nothing to be found in it.
    if (!(error instanceof Malformed)) throw error;
  }
  for (const [wanted, place] of members) {
    if (wanted.number !== undefined) places.set(wanted.number, place);
    if (wanted.keys.size > 0) walk(raw, place, wanted, places);
  }
}

const BACKSLASH = 0x5c;
/** No key that anyone asks for is longer, in bytes. */
const LONGEST_KEY = 1000;

/** A name becomes a text only when its length fits, or when it has escapes. */
function wantedBy(
  raw: Buffer,
  { start, end }: Place,
  keys: ReadonlyMap<string, Wanted>,
  lengths: ReadonlySet<number>,
): Wanted | undefined {
  const length = end - start - 2;
  if (hasEscapes(raw, start + 1, end - 1)) {
    const name = valueOf(raw.subarray(start, end));
    return typeof name === 'string' ? keys.get(name) : undefined;
  }
  return lengths.has(length) ? keys.get(raw.toString('utf8', start + 1, end - 1)) : undefined;
}

function hasEscapes(raw: Buffer, from: number, end: number): boolean {
  if (end - from > LONGEST_KEY) return false;
  for (let at = from; at < end; at += 1) if (raw[at] === BACKSLASH) return true;
  return false;
}

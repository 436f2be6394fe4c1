import { createHash, randomBytes } from 'node:crypto';
import { Alert } from './alert.ts';
import { forgetView, LARGE_BYTES, type Place } from './bytes.ts';
import { type JsonDocument, type JsonObject, type JsonValue, RawJson } from './json.ts';
import { JsonScanner, Malformed, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './json-scanner.ts';
import { repaired } from './json-text.ts';
import { shortened } from './shortened.ts';

/** The most that is read of one text in a large alert, in bytes. */
const LONGEST_TEXT = 2 ** 16;
/** The most of an object or list that is built in memory, in bytes of JSON. */
const LARGEST_VALUE = 2 ** 18;
/** Members whose places are remembered. A usual alert has a dozen. */
const MOST_PLACES = 1000;

/** The bytes of an alert, fetched when they are needed, so that they need not stay in memory. */
export interface StoredBytes {
  readonly length: number;
  read(): Buffer;
  /** The first of them, once they have been read. */
  readonly beginning?: Buffer;
}

/** A large alert is read piece by piece, a small one is parsed once. */
export function alertOf(raw: Buffer): Alert {
  return raw.length > LARGE_BYTES
    ? new LargeAlert({ length: raw.length, read: () => raw })
    : new Alert(raw);
}

/**
 * An alert too large to be parsed: each value is looked up in its bytes. What has more than some
 * 64 KB is cut, as nobody reads that; {@link rawJson} and {@link jsonAt} stand for the whole.
 */
export class LargeAlert extends Alert {
  readonly #bytes: StoredBytes;
  /** Keeps them until something else needs the memory. */
  #last: WeakRef<Buffer> | undefined;
  readonly #objects = new Map<number, MemberPlaces>();
  #short: JsonObject | undefined;

  constructor(bytes: StoredBytes) {
    super();
    this.#bytes = bytes;
  }

  override get isLarge(): boolean {
    return true;
  }

  override get raw(): Buffer {
    let raw = this.#last?.deref();
    if (raw === undefined) {
      raw = this.#bytes.read();
      this.#last = new WeakRef(raw);
    }
    return raw;
  }

  /** Of a very large one its beginning, and a hash of the whole: to be shown, and to tell alerts apart. */
  override get text(): string {
    const { raw } = this;
    if (raw.length <= LONGEST_TEXT) return new Alert(raw).text;
    const hash = createHash('sha256').update(raw).digest('hex');
    return `${raw.toString('utf8', 0, LONGEST_TEXT)}… [${raw.length} bytes, SHA-256 ${hash}]`;
  }

  /** With texts cut; empty when it is too large even so. */
  override get json(): JsonObject {
    if (this.#short === undefined) {
      const short = shortened(this.raw, LONGEST_TEXT / 8, LARGEST_VALUE);
      this.#short = short === undefined ? {} : (JSON.parse(short) as JsonObject);
    }
    return this.#short;
  }

  /** Stands for the alert where a message is made of pieces: see {@link piecesOf}. */
  override get rawJson(): RawJson {
    return new RawJson(markOf({ start: 0, end: this.#bytes.length }));
  }

  /** Strings and containers that are very long are cut, and then texts. */
  override at(...path: string[]): JsonValue | undefined {
    const place = this.#find(path);
    return place === undefined ? undefined : valueOf(this.raw.subarray(place.start, place.end));
  }

  override find(path: readonly string[]): JsonValue | undefined {
    return this.at(...path);
  }

  override jsonAt(...path: string[]): JsonDocument | undefined {
    const place = this.#find(path);
    return place === undefined ? undefined : new RawJson(markOf(place));
  }

  override forget(): void {
    this.#short = undefined;
    forgetView();
  }

  /** Where the value at a path stands: of several of one name the last, as JSON.parse has it. */
  #find(path: readonly string[]): Place | undefined {
    const { raw } = this;
    let place: Place | undefined = { start: 0, end: raw.length };
    for (const name of path) {
      let members = this.#objects.get(place.start);
      if (members === undefined) {
        members = new MemberPlaces(raw, place);
        this.#objects.set(place.start, members);
      }
      place = members.find(raw, name);
      if (place === undefined) return undefined;
    }
    return place;
  }
}

/** Where the members of an object stand. */
class MemberPlaces {
  readonly #object: Place;
  readonly #known = new Map<string, Place>();
  #isComplete = true;

  constructor(raw: Buffer, object: Place) {
    this.#object = object;
    walk(raw, object, (name, value) => {
      const key = name.end - name.start > LONGEST_NAME ? undefined : nameIn(raw, name);
      if (key === undefined) return;
      if (this.#known.has(key) || this.#known.size < MOST_PLACES) this.#known.set(key, value);
      else this.#isComplete = false;
    });
  }

  find(raw: Buffer, wanted: string): Place | undefined {
    const known = this.#known.get(wanted);
    if (known !== undefined || this.#isComplete) return known;
    let found: Place | undefined;
    walk(raw, this.#object, (name, value) => {
      if (name.end - name.start <= LONGEST_NAME && nameIn(raw, name) === wanted) found = value;
    });
    return found;
  }
}

/** No name that anyone asks for is longer, in bytes with its quotes. */
const LONGEST_NAME = 256;

function walk(raw: Buffer, object: Place, visit: (name: Place, value: Place) => void): void {
  const scanner = new JsonScanner(raw, object.start, object.end);
  if (scanner.peek() !== OPEN_BRACE) return;
  try {
    scanner.entries(visit);
  } catch (error) {
    // It was valid when it was stored; else there is nothing to be found in it.
    if (!(error instanceof Malformed)) throw error;
  }
}

function nameIn(raw: Buffer, { start, end }: Place): string {
  const text = raw.toString('utf8', start, end);
  return text.includes('\\') ? (parsed(text) as string) : text.slice(1, -1);
}

/** The value of a JSON text. Of a very long one the beginning, as a text. */
export function valueOf(json: Buffer): JsonValue {
  const first = json[0];
  const isContainer = first === OPEN_BRACE || first === OPEN_BRACKET;
  if (json.length <= (isContainer ? LARGEST_VALUE : LONGEST_TEXT)) return parsed(json.toString());
  const beginning = json.toString('utf8', 0, LONGEST_TEXT).replace(/\uFFFD+$/, '');
  if (first !== QUOTE) return beginning;
  // Not cut in an escape: backslashes go in pairs with what they escape.
  const whole = beginning
    .replace(/\\u[0-9a-fA-F]{0,3}$/, '')
    .replace(/(?<!\\)((?:\\\\)*)\\$/, '$1');
  return parsed(`${whole}"`);
}

function parsed(json: string): JsonValue {
  try {
    return JSON.parse(json) as JsonValue;
  } catch {
    // Control characters, which JSON forbids and the reference reads.
    try {
      return JSON.parse(repaired(json)) as JsonValue;
    } catch {
      return json;
    }
  }
}

/** Unguessable, so that no alert can contain it. */
const MARK = randomBytes(16).toString('hex');
const MARKS = new RegExp(`"${MARK}:(\\d+)-(\\d+)"`);

function markOf({ start, end }: Place): string {
  return `"${MARK}:${start}-${end}"`;
}

/** How many bytes a message will have, with the alerts that its marks stand for. */
export function messageBytes(text: string): number {
  return piecesOf(text).reduce(
    (sum, piece) =>
      sum + (typeof piece === 'string' ? Buffer.byteLength(piece) : piece.end - piece.start),
    0,
  );
}

/**
 * A text with marks of a large alert as a row of pieces: text as it stands, and places in the alert's
 * bytes.
 */
export function piecesOf(text: string): (string | Place)[] {
  return text.split(MARKS).reduce<(string | Place)[]>((pieces, part, at) => {
    if (at % 3 === 0) pieces.push(part);
    else if (at % 3 === 1) pieces.push({ start: Number(part), end: 0 });
    else pieces.push({ ...(pieces.pop() as Place), end: Number(part) });
    return pieces;
  }, []);
}

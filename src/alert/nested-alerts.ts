import type { Place } from './bytes.ts';
import { JsonScanner, Malformed, OPEN_BRACE, OPEN_BRACKET } from './json-scanner.ts';

/** Deeper in a document are no alerts. */
const DEEPEST = 6;

/**
 * Where the alerts stand in a JSON document that holds some: a list of them, the `_source` of what an
 * indexer stores, its `hits`. Items of lists count also when they are no alerts. Nothing where there are
 * none.
 */
export function documentsIn(bytes: Buffer): Place[] {
  try {
    return within(bytes, { start: 0, end: bytes.length }, 0);
  } catch (error) {
    if (error instanceof Malformed) return [];
    throw error;
  }
}

function within(bytes: Buffer, place: Place, depth: number): Place[] {
  if (depth > DEEPEST) return [];
  const scanner = new JsonScanner(bytes, place.start, place.end);
  const first = scanner.peek();
  if (first === OPEN_BRACKET) {
    const items: Place[] = [];
    scanner.items((item) => items.push(item));
    return items.flatMap((item) => {
      const inner = within(bytes, item, depth + 1);
      return inner.length === 0 ? [item] : inner;
    });
  }
  if (first !== OPEN_BRACE) return [];
  const members = new Map<string, Place>();
  scanner.entries((name, value) => {
    if (name.end - name.start > 12) return;
    members.set(bytes.toString('latin1', name.start + 1, name.end - 1), value);
  });
  if (members.has('rule')) return [];
  const source = members.get('_source');
  if (source !== undefined) {
    const inner = within(bytes, source, depth + 1);
    return inner.length === 0 ? [source] : inner;
  }
  const hits = members.get('hits');
  return hits === undefined ? [] : within(bytes, hits, depth + 1);
}

/** JSON without the white space between its parts: one line, with numbers as they were written. */
export function withoutSpace(json: Buffer): Buffer {
  const compact = Buffer.allocUnsafe(json.length);
  let length = 0;
  let isInString = false;
  for (let at = 0; at < json.length; at += 1) {
    const byte = json[at] as number;
    if (!isInString && byte <= 0x20) continue;
    compact[length] = byte;
    length += 1;
    if (byte === 0x22) isInString = !isInString;
    else if (isInString && byte === 0x5c && at + 1 < json.length) {
      at += 1;
      compact[length] = json[at] as number;
      length += 1;
    }
  }
  return compact.subarray(0, length);
}

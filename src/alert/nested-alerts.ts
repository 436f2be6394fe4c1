import type { Place } from './bytes.ts';
import { JsonScanner, Malformed, OPEN_BRACE, OPEN_BRACKET } from './json-scanner.ts';

/** Deeper in a document are no alerts. */
const DEEPEST = 6;
/** With its quotes. */
const LONGEST_NAME = 12;

/**
 * Where the alerts stand in a JSON document that holds some: a list of them, the `_source` of what an
 * indexer stores, its `hits`. Where there are any, what else is in a list counts too. Nothing where there are
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
    const inner = items.map((item) => alertsOf(bytes, item, depth + 1));
    const hasAlerts = inner.some((places) => places.length > 0);
    return !hasAlerts
      ? []
      : items.flatMap((item, at) => {
          const its = inner[at] ?? [];
          return its.length === 0 ? [item] : its;
        });
  }
  if (first !== OPEN_BRACE) return [];
  const members = membersOf(bytes, place);
  const source = members.get('_source');
  if (source !== undefined) return alertsOf(bytes, source, depth + 1);
  const hits = members.get('hits');
  return hits === undefined ? [] : within(bytes, hits, depth + 1);
}

/** A value where it is an alert itself, else the alerts in it. */
function alertsOf(bytes: Buffer, place: Place, depth: number): Place[] {
  const isObject = bytes[place.start] === OPEN_BRACE;
  return isObject && membersOf(bytes, place).has('rule') ? [place] : within(bytes, place, depth);
}

/** Where the members stand that tell what a document is. */
function membersOf(bytes: Buffer, { start, end }: Place): Map<string, Place> {
  const members = new Map<string, Place>();
  new JsonScanner(bytes, start, end).entries((name, value) => {
    if (name.end - name.start > LONGEST_NAME) return;
    members.set(bytes.toString('latin1', name.start + 1, name.end - 1), value);
  });
  return members;
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

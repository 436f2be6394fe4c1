import { type JsonDocument, type JsonObject, RawJson, stringify } from '../../../alert/json.ts';
import type { ManagerEvent } from '../../../core/enrichment.ts';
import { cut } from '../text.ts';

/** How much of a datagram analysisd reads, in bytes; a longer one is cut there and becomes invalid. */
export const LARGEST_DATAGRAM = 65_535;

/** Limits for texts, in characters, tried in this order on an event that is too large. */
const SHORTER = [4096, 1024, 256, 64];

/** Bytes of the datagram that carries an event. */
export function datagramBytes({ location, message }: ManagerEvent): number {
  return Buffer.byteLength(`1:${location}:${stringify(message)}`);
}

/**
 * The event, small enough for a datagram: its texts are cut as far as needed. Works for events with
 * a bounded number of members; longer lists must be shortened before.
 */
export function fitted(event: ManagerEvent): ManagerEvent {
  let smaller = event;
  for (const longest of SHORTER) {
    if (datagramBytes(smaller) <= LARGEST_DATAGRAM) return smaller;
    const entries = Object.entries(event.message).map(
      ([key, value]) => [key, value === undefined ? value : shortened(value, longest)] as const,
    );
    smaller = { ...event, message: Object.fromEntries(entries) };
  }
  return smaller;
}

function shortened(value: JsonDocument, longest: number): JsonDocument {
  if (typeof value === 'string') return cut(value, longest);
  if (typeof value !== 'object' || value === null || value instanceof RawJson) return value;
  if (Array.isArray(value)) {
    return (value as readonly JsonDocument[]).map((item) => shortened(item, longest));
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      member === undefined ? member : shortened(member, longest),
    ]),
  );
}

/** Names of removed members: how many are listed, and their maximum length. */
const MOST_NAMES = 16;
const LONGEST_NAME = 64;
const ROOM_FOR_NAMES = 4096;

/** What is left of an object, and the names of some members that were removed. */
export interface Reduced {
  readonly kept: JsonObject;
  readonly removed: readonly string[];
}

/**
 * The event around a service's answer, small enough for a datagram: when it is too large, the
 * largest members of the answer are removed first, then all of it; only then are texts cut.
 * @param build builds the event from what is left of the answer.
 */
export function fittedAround(
  answer: Reduced,
  build: (left: Reduced) => ManagerEvent,
): ManagerEvent {
  const whole = build(answer);
  if (datagramBytes(whole) <= LARGEST_DATAGRAM) return whole;
  const room = LARGEST_DATAGRAM - datagramBytes(build({ kept: {}, removed: [] })) - ROOM_FOR_NAMES;
  const { kept, removed } = withoutLargest(answer.kept, room);
  return fitted(build({ kept, removed: listedNames([...answer.removed, ...removed]) }));
}

/** An object in at most `bytes` bytes of JSON, without its largest members. */
export function withoutLargest(object: JsonObject, bytes: number): Reduced {
  const sizes = Object.entries(object)
    .map(([key, value]) => ({ key, size: Buffer.byteLength(stringify({ [key]: value })) }))
    .sort((one, other) => other.size - one.size);
  // Each size counts two braces; a comma between members takes less than that.
  let total = sizes.reduce((sum, { size }) => sum + size, 0);
  const removed = new Set<string>();
  for (const { key, size } of sizes) {
    if (total <= bytes) break;
    total -= size;
    removed.add(key);
  }
  const kept = Object.entries(object).filter(([key]) => !removed.has(key));
  return { kept: Object.fromEntries(kept), removed: listedNames([...removed]) };
}

function listedNames(names: readonly string[]): string[] {
  return names.slice(0, MOST_NAMES).map((name) => cut(name, LONGEST_NAME));
}

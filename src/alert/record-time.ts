import { Literal, viewOf } from './bytes.ts';
import { beginsText, recordAt } from './record-framing.ts';
import { writtenAt } from './written-at.ts';

/** As Wazuh writes it: the first member of an alert. */
const FIRST_MEMBER = new Literal('{"timestamp":"');
const ID = Buffer.from('"id":"');
const TEXT_HEADER_LENGTH = '** Alert '.length;
const MINUTE_MS = 60_000;
const [ZERO, NINE, PLUS, MINUS, DOT, COLON, UPPER_Z] = [0x30, 0x39, 0x2b, 0x2d, 0x2e, 0x3a, 0x5a];

/**
 * When the record `bytes[start, end)` was written, in milliseconds since 1970, by its timestamp, else
 * by the seconds that its id begins with; undefined where neither is there. Does not parse the record:
 * this is asked for every one of a history.
 */
export function recordTime(bytes: Buffer, start: number, end: number): number | undefined {
  const first = firstMember(bytes, start, end);
  if (first !== undefined) return first;
  const record = bytes.subarray(start, end);
  if (beginsText(record, 0)) return secondsAt(record, TEXT_HEADER_LENGTH);
  return writtenAt(record) ?? idSeconds(record);
}

/** When the first of these whole records that has a time was written. */
export function firstRecordTime(bytes: Buffer): number | undefined {
  for (let start = 0; start < bytes.length; ) {
    const { end, next } = recordAt(bytes, start);
    const time = recordTime(bytes, start, end);
    if (time !== undefined) return time;
    start = next;
  }
  return undefined;
}

/** The usual case, without a text being made of it: `2026-08-20T11:22:31.771+0000`. */
function firstMember(bytes: Buffer, start: number, end: number): number | undefined {
  const at = start + FIRST_MEMBER.length;
  if (at + 20 > end || !FIRST_MEMBER.standsAt(viewOf(bytes), start, end)) return undefined;
  const year = digits(bytes, at, 4);
  const month = digits(bytes, at + 5, 2);
  const day = digits(bytes, at + 8, 2);
  const hour = digits(bytes, at + 11, 2);
  const minute = digits(bytes, at + 14, 2);
  const second = digits(bytes, at + 17, 2);
  let place = at + 19;
  let milliseconds = 0;
  if (bytes[place] === DOT) {
    let scale = 100;
    for (place += 1; isDigit(bytes[place]); place += 1) {
      milliseconds += scale * ((bytes[place] as number) - ZERO);
      scale /= 10;
    }
  }
  const time =
    dayOf(year, month, day) +
    (hour * 60 + minute) * MINUTE_MS +
    second * 1000 +
    Math.floor(milliseconds) -
    zoneAt(bytes, place);
  return Number.isNaN(time) ? undefined : time;
}

let last = { number: -1, time: Number.NaN };

/** Midnight of a day in UTC; NaN where there is no such day. The last one is remembered. */
function dayOf(year: number, month: number, day: number): number {
  const number = (year * 100 + month) * 100 + day;
  if (number !== last.number) {
    const isDay = month >= 1 && month <= 12 && day >= 1 && day <= 31;
    last = { number, time: isDay ? Date.UTC(year, month - 1, day) : Number.NaN };
  }
  return last.time;
}

/** `+0200`, `-03:30` or `Z`, in milliseconds. */
function zoneAt(bytes: Buffer, at: number): number {
  const sign = bytes[at];
  if (sign === UPPER_Z) return 0;
  if (sign !== PLUS && sign !== MINUS) return Number.NaN;
  const minutes = bytes[at + 3] === COLON ? at + 4 : at + 3;
  const offset = (digits(bytes, at + 1, 2) * 60 + digits(bytes, minutes, 2)) * MINUTE_MS;
  return sign === PLUS ? offset : -offset;
}

/** A number of so many digits; NaN where there are others. */
function digits(bytes: Buffer, at: number, count: number): number {
  let value = 0;
  for (let place = at; place < at + count; place += 1) {
    if (!isDigit(bytes[place])) return Number.NaN;
    value = 10 * value + (bytes[place] as number) - ZERO;
  }
  return value;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}

/** `"id":"1652272159.1549653"`: an agent's id has no dot. */
function idSeconds(record: Buffer): number | undefined {
  for (let at = record.indexOf(ID); at !== -1; at = record.indexOf(ID, at + 1)) {
    const time = secondsAt(record, at + ID.length);
    if (time !== undefined) return time;
  }
  return undefined;
}

/** `1652272159.`: seconds since 1970, before a dot. */
function secondsAt(record: Buffer, at: number): number | undefined {
  let place = at;
  while (isDigit(record[place])) place += 1;
  const count = place - at;
  if (count < 9 || count > 11 || record[place] !== DOT) return undefined;
  return digits(record, at, count) * 1000;
}

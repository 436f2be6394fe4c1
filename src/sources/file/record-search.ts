import { readAlert } from '../../alert/formats/read-alert.ts';
import { endOfWholeAlerts, isTextLog, recordAt } from '../../alert/record-framing.ts';
import { FileError, type Readable } from './files.ts';

const CHUNK_BYTES = 2 ** 20;
const PROBE_BYTES = 2 ** 16;
/** Longer records are not looked at. */
const LONGEST_RECORD = 16 * 2 ** 20;
const NEWLINE = 0x0a;

/** How far a file is searched. */
export interface SearchBounds {
  /** Where to begin: a place where a record begins. */
  readonly from: number;
  readonly mostBytes: number;
  /** Ends behind alerts of this time, in seconds since 1970; undefined: does not look at times. */
  readonly until: number | undefined;
}

/** What a search in a file came to. */
export interface RecordSearch {
  readonly raw: Buffer | undefined;
  /** True where everything up to the end of the file was searched. */
  readonly isAtEnd: boolean;
  /** True where the bound of bytes ended it. */
  readonly isCut: boolean;
  readonly trouble: FileError | undefined;
}

/** Looks for an alert from a place on. */
export async function searchFrom(
  file: Readable,
  id: string,
  { from, mostBytes, until }: SearchBounds,
): Promise<RecordSearch> {
  const needle = Buffer.from(id);
  const nothing = { raw: undefined, isAtEnd: false, isCut: false, trouble: undefined };
  let rest: Buffer = Buffer.alloc(0);
  let isText: boolean | undefined;
  for (let at = from; at - from < mostBytes; ) {
    const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
    const count = await file.read(chunk, at);
    if (count instanceof FileError) return { ...nothing, trouble: count };
    at += count;
    const isAtEnd = count === 0;
    const bytes = Buffer.concat([rest, chunk.subarray(0, count)]);
    isText ??= isTextLog(bytes);
    const wholes = isText ? endOfWholeAlerts(bytes) : bytes.lastIndexOf(NEWLINE) + 1;
    const end = isAtEnd ? bytes.length : wholes;
    const raw = recordWith(bytes.subarray(0, end), needle, id);
    if (raw !== undefined) return { ...nothing, raw };
    if (isAtEnd) return { ...nothing, isAtEnd };
    if (until !== undefined && (lastTime(bytes.subarray(0, end), isText) ?? 0) > until) {
      return nothing;
    }
    rest = bytes.length - end > LONGEST_RECORD ? Buffer.alloc(0) : bytes.subarray(end);
  }
  return { ...nothing, isCut: true };
}

/** The record among whole ones that has an id. */
function recordWith(bytes: Buffer, needle: Buffer, id: string): Buffer | undefined {
  const isText = isTextLog(bytes);
  let found = bytes.indexOf(needle);
  while (found !== -1) {
    const start = isText ? headerBefore(bytes, found) : bytes.lastIndexOf(NEWLINE, found) + 1;
    const { end, next } = recordAt(bytes, start);
    const read = readAlert(bytes, start, end);
    if (typeof read !== 'string' && read.facts.id === id) {
      return Buffer.from(bytes.subarray(start, end));
    }
    found = bytes.indexOf(needle, Math.max(next, found + 1));
  }
  return undefined;
}

function headerBefore(bytes: Buffer, at: number): number {
  const found = bytes.lastIndexOf('\n** Alert ', at);
  return found === -1 ? 0 : found + 1;
}

/**
 * A place where a record begins and before which all are of earlier times, near the first of that time.
 * @param seconds since 1970
 */
export async function placeBefore(
  file: Readable,
  size: number,
  seconds: number,
): Promise<number | FileError> {
  let [low, high] = [0, size];
  while (high - low > CHUNK_BYTES) {
    const middle = Math.floor((low + high) / 2);
    const next = await firstDated(file, middle, high);
    if (next instanceof FileError) return next;
    if (next !== undefined && next.seconds < seconds) low = next.start;
    else high = middle;
  }
  return low;
}

/** Whether alerts of a time may be in a file: not where all of it is earlier, or later. */
export async function mayHold(
  file: Readable,
  size: number,
  { from, until }: { readonly from: number; readonly until: number },
): Promise<boolean | FileError> {
  const first = await firstDated(file, 0, size);
  if (first instanceof FileError) return first;
  if (first !== undefined && first.seconds > until) return false;
  const end = Buffer.allocUnsafe(CHUNK_BYTES);
  const at = Math.max(0, size - CHUNK_BYTES);
  const count = await file.read(end, at);
  if (count instanceof FileError) return count;
  const bytes = end.subarray(0, count);
  const last = lastTime(bytes, at === 0 ? isTextLog(bytes) : bytes.includes('\n** Alert '));
  return last === undefined || last >= from;
}

/** The first record with a time that begins after a place, or at 0, and before another. */
async function firstDated(
  file: Readable,
  from: number,
  before: number,
): Promise<{ start: number; seconds: number } | undefined | FileError> {
  const head = Buffer.allocUnsafe(PROBE_BYTES);
  const read = await file.read(head, 0);
  if (read instanceof FileError) return read;
  const isText = isTextLog(head.subarray(0, read));
  const separator = isText ? '\n** Alert ' : '\n';
  let bytes: Buffer = Buffer.alloc(0);
  for (let at = from; at < before && bytes.length < LONGEST_RECORD; ) {
    const chunk = Buffer.allocUnsafe(PROBE_BYTES);
    const count = await file.read(chunk, at);
    if (count instanceof FileError) return count;
    at += count;
    bytes = Buffer.concat([bytes, chunk.subarray(0, count)]);
    let start = from === 0 ? 0 : startAfter(bytes, separator, 0);
    while (start !== undefined && from + start < before) {
      const next: number = bytes.indexOf(separator, start);
      if (next === -1 && count > 0) break;
      const seconds = timeOf(bytes.subarray(start, next === -1 ? bytes.length : next), isText);
      if (seconds !== undefined) return { start: from + start, seconds };
      start = startAfter(bytes, separator, start);
    }
    if (count === 0) return undefined;
  }
  return undefined;
}

/** Where the next record begins; undefined when it is not there yet. */
function startAfter(bytes: Buffer, separator: string, from: number): number | undefined {
  const found = bytes.indexOf(separator, from);
  return found === -1 ? undefined : found + 1;
}

/** When the last of whole records that has a time was written, in seconds since 1970. */
function lastTime(bytes: Buffer, isText: boolean): number | undefined {
  const separator = isText ? '\n** Alert ' : '\n';
  let end = bytes.length;
  for (let tries = 0; tries < 10 && end > 0; tries += 1) {
    const start = bytes.lastIndexOf(separator, end - 2) + 1;
    const seconds = timeOf(bytes.subarray(start, end), isText);
    if (seconds !== undefined) return seconds;
    end = start;
  }
  return undefined;
}

/** When a record was written, as its id says it. */
function timeOf(record: Buffer, isText: boolean): number | undefined {
  const id = isText ? textId(record) : jsonId(record);
  const seconds = /^(\d{1,12})\.\d+$/.exec(id ?? '')?.[1];
  return seconds === undefined ? undefined : Number(seconds);
}

function textId(record: Buffer): string | undefined {
  return /^\** Alert (\d+\.\d+):/.exec(record.toString('latin1', 0, 64))?.[1];
}

function jsonId(record: Buffer): string | undefined {
  const read = readAlert(record);
  return typeof read === 'string' ? undefined : read.facts.id;
}

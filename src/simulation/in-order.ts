import { recordAt } from '../alert/record-framing.ts';
import { firstRecordTime, recordTime } from '../alert/record-time.ts';
import { MINUTE_MS } from '../core/durations.ts';

/** Whole records, valid until the next ones are asked for. */
export interface Records {
  readonly bytes: Buffer;
}

/** Takes the records of a history in the order of their times: milliseconds since 1970. */
export interface RecordSink {
  record(bytes: Buffer, start: number, end: number, time: number): void;
  /** A record of which {@link concerns} said no, in any order. */
  pass(bytes: Buffer, start: number, end: number, time: number): void;
  /** True where the order in which it comes matters. */
  concerns(bytes: Buffer, start: number, end: number): boolean;
}

/** What was read, and how often: more than once where it was not in order. */
export interface InOrder<Sink> {
  readonly sink: Sink;
  readonly passes: number;
}

/** Threads that write at the same time leave this much of disorder: nothing waits for so short a time. */
const SLACK_MS = MINUTE_MS;
/** Bytes of records that are sorted at a time. */
const MOST_BYTES = 64 * 2 ** 20;

/**
 * Gives all records to a sink in the order of their times, with a memory that does not depend on how
 * many there are. As long as they are in order, they are read once. Where one is older by more than a
 * minute than what came before, it begins anew: the history is read once to count bytes by minutes,
 * then once for each part of it that fits into the memory, and that part is sorted.
 * @param read reads the history from its beginning, each time the same.
 * @param otherwise the time of records where none has one, in milliseconds since 1970.
 * @param mostBytes how much is sorted at a time, unless a single minute has more.
 */
export async function inOrder<Sink extends RecordSink>(
  read: () => AsyncIterable<Records>,
  create: () => Sink,
  otherwise: number,
  mostBytes: number = MOST_BYTES,
): Promise<InOrder<Sink>> {
  const straight = create();
  if (await readStraight(read, straight, otherwise)) return { sink: straight, passes: 1 };
  const sink = create();
  return { sink, passes: 1 + (await readSorted(read, sink, otherwise, mostBytes)) };
}

/** False as soon as something is not in order. */
async function readStraight(
  read: () => AsyncIterable<Records>,
  sink: RecordSink,
  otherwise: number,
): Promise<boolean> {
  let clock = Number.NEGATIVE_INFINITY;
  return each(read, otherwise, (bytes, start, end, time) => {
    if (time < clock - SLACK_MS) return false;
    clock = Math.max(clock, time);
    sink.record(bytes, start, end, time);
    return true;
  });
}

/** Returns how often it was read. */
async function readSorted(
  read: () => AsyncIterable<Records>,
  sink: RecordSink,
  otherwise: number,
  mostBytes: number,
): Promise<number> {
  const minutes = new Map<number, number>();
  await each(read, otherwise, (bytes, start, end, time) => {
    if (sink.concerns(bytes, start, end)) {
      const minute = Math.floor(time / MINUTE_MS);
      minutes.set(minute, (minutes.get(minute) ?? 0) + end - start);
    } else {
      sink.pass(bytes, start, end, time);
    }
    return true;
  });
  const parts = partsOf(minutes, mostBytes);
  for (const { from, to } of parts) {
    const found: { readonly bytes: Buffer; readonly time: number }[] = [];
    await each(read, otherwise, (bytes, start, end, time) => {
      const minute = Math.floor(time / MINUTE_MS);
      if (minute >= from && minute <= to && sink.concerns(bytes, start, end)) {
        found.push({ bytes: Buffer.from(bytes.subarray(start, end)), time });
      }
      return true;
    });
    found.sort((a, b) => a.time - b.time);
    for (const { bytes, time } of found) sink.record(bytes, 0, bytes.length, time);
  }
  return 1 + parts.length;
}

/** Spans of minutes that have no more bytes than are sorted at a time. */
function partsOf(
  minutes: ReadonlyMap<number, number>,
  mostBytes: number,
): { from: number; to: number }[] {
  const parts: { from: number; to: number }[] = [];
  let size = 0;
  for (const [minute, bytes] of [...minutes].sort(([a], [b]) => a - b)) {
    const last = parts.at(-1);
    if (last === undefined || size + bytes > mostBytes) {
      parts.push({ from: minute, to: minute });
      size = bytes;
    } else {
      last.to = minute;
      size += bytes;
    }
  }
  return parts;
}

/**
 * Calls back for every record with its time, until that says false; one without a time has that of
 * the record before it. False when it was stopped.
 */
async function each(
  read: () => AsyncIterable<Records>,
  otherwise: number,
  take: (bytes: Buffer, start: number, end: number, time: number) => boolean,
): Promise<boolean> {
  let last: number | undefined;
  for await (const { bytes } of read()) {
    last ??= firstRecordTime(bytes);
    for (let start = 0; start < bytes.length; ) {
      const { end, next } = recordAt(bytes, start);
      last = recordTime(bytes, start, end) ?? last;
      if (!take(bytes, start, end, last ?? otherwise)) return false;
      start = next;
    }
  }
  return true;
}

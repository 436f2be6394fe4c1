import type { FilePosition } from '../../core/checkpoint.ts';
import { commonLines, type Match, matchFile, placeIn } from './file-match.ts';
import { FileError, type Readable } from './files.ts';
import { TAIL_BYTES } from './fingerprint.ts';
import { BEGINNING, type KnownPlace } from './read-position.ts';

/** A file that was read, up to where. */
export interface ResumePoint {
  readonly position: FilePosition;
  /** The first bytes themselves, while they are remembered. */
  readonly head?: Buffer;
  /** Unread bytes after the position when the file was truncated or rewritten. */
  readonly unread?: number;
}

/** Where to begin in a file, in the light of what was read before. */
export interface Start {
  readonly place: KnownPlace;
  /** How it compares with the file that was read last. */
  readonly kind: Match['kind'];
}

/** How many finished files are remembered: one is enough for a clock that is set back. */
const REMEMBERED = 4;

/** Adds a finished file to those that are remembered. Of its marks, only its end is kept. */
export function remember(
  finished: readonly FilePosition[],
  position: FilePosition,
): FilePosition[] {
  if (position.offset === 0) return [...finished];
  const end = { ...position, marks: position.marks.slice(0, 1) };
  return [end, ...finished].slice(0, REMEMBERED);
}

/**
 * Where to begin in a file that comes after others: after what was already read of it, when it is
 * one of them; else at its beginning.
 */
export async function startIn(
  file: Readable,
  last: ResumePoint,
  finished: readonly FilePosition[],
): Promise<Start | FileError> {
  const match = await matchFile(file, last.position, last.head);
  if (match instanceof FileError) return match;
  if (match.kind === 'same' || match.kind === 'earlier') return match;
  for (const position of finished) {
    const other = await matchFile(file, position);
    if (other instanceof FileError) return other;
    // It was read to its end already, and has come back.
    if (other.kind === 'same') return { kind: 'different', place: other.place };
  }
  return { kind: match.kind, place: BEGINNING };
}

/**
 * Finds the place more exactly in a file that holds only a part of the last one: while that is still
 * open, both can be compared line by line.
 */
export async function compareWithCopy(
  copy: Readable,
  start: Start,
  {
    last,
    open,
  }: { readonly last: ResumePoint; readonly open: { readonly file: Readable } | undefined },
): Promise<Start | FileError> {
  if (open === undefined) return start;
  const line = await commonLines(open.file, copy, start.place.offset, last.position.offset);
  if (line instanceof FileError) return line;
  const place = await placeIn(copy, line, TAIL_BYTES, start.place.marks);
  return place instanceof FileError ? place : { kind: start.kind, place };
}

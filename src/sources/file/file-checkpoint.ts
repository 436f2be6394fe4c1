import { z } from 'zod';
import type { Checkpoint } from '../../core/source.ts';

/** The name of the source that follows the alert file. */
export const FILE_SOURCE = 'file';
const VERSION = 1;

/**
 * Where reading stopped: enough to find the position again after the file was renamed, compressed,
 * copied, cut or replaced.
 */
export interface FileCheckpoint {
  /** The position in the file being read. */
  readonly position: FilePosition;
  /**
   * Where reading ended in the files before it, newest first: a file that comes back (the clock was
   * set back over midnight, someone moved an old file into place) is not read twice.
   */
  readonly finished: readonly FilePosition[];
  /** When this was valid, in milliseconds since 1970. */
  readonly takenAt: number;
}

/** A position in one file. Files are recognised by their content first, by their inode second. */
export interface FilePosition {
  /** The path it was read at: the live file or one of its archives. */
  readonly path: string;
  /** The name its dated archive has or will have, without `.gz`: `2026/Aug/ossec-alerts-20.json`. */
  readonly archive: string | null;
  /** Empty strings when no file was there yet. */
  readonly device: string;
  readonly inode: string;
  /** Bytes of complete lines already processed; in an archive `.gz`, bytes after decompression. */
  readonly offset: number;
  /** The first bytes of the file, but none after the offset. */
  readonly head: { readonly length: number; readonly hash: string };
  /**
   * Places up to the offset, newest first, each with the bytes just before it: a shortened file is
   * read again from the last of them that it still holds. The first is at the offset itself; there
   * is none while the offset is 0.
   */
  readonly marks: readonly Mark[];
}

/** The `length` bytes before `offset`, as a hash. The offset is the beginning of a line. */
export interface Mark {
  readonly offset: number;
  readonly length: number;
  readonly hash: string;
}

const bytes = z.int().nonnegative();
const hash = z.string();

const position = z.object({
  path: z.string(),
  archive: z.string().nullable(),
  device: z.string(),
  inode: z.string(),
  offset: bytes,
  head: z.object({ length: bytes, hash }),
  marks: z.array(z.object({ offset: bytes, length: bytes, hash })),
});

const checkpoint = z.object({
  source: z.literal(FILE_SOURCE),
  version: z.literal(VERSION),
  state: z.object({ position, finished: z.array(position), takenAt: z.number() }),
});

/** What a stored checkpoint says; undefined when it is none, or one of another source or version. */
export function parseCheckpoint(stored: unknown): FileCheckpoint | undefined {
  return checkpoint.safeParse(stored).data?.state;
}

/** The checkpoint to be stored for a place. */
export function toCheckpoint(state: FileCheckpoint): Checkpoint {
  return { source: FILE_SOURCE, version: VERSION, state };
}

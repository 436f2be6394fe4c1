/**
 * Where reading stopped: enough to find the position again after the file was renamed, compressed,
 * copied, truncated or replaced. Only `sources/` interprets the fields; the outbox stores them as JSON, in
 * the transaction that stores the deliveries of what was read.
 */
export interface Checkpoint {
  readonly version: 1;
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

/** Complete lines of a source, and the checkpoint that is valid once all of them are stored. */
export interface Batch {
  /** Whole lines, each ended by a newline. Only valid until the next batch is asked for. */
  readonly bytes: Buffer;
  readonly checkpoint: Checkpoint;
  /** The file these lines came from, and the offset of the first of them. */
  readonly path: string;
  readonly offset: number;
}

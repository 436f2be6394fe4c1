/**
 * Where reading stopped. Only `source/` understands the fields; the outbox keeps them, in the
 * transaction that stores the deliveries of what was read.
 */
export interface Checkpoint {
  /** The file that was being read: the live file or one of its archives. */
  readonly path: string;
  readonly device: string;
  readonly inode: string;
  /** Hash of the file's first bytes, so that a reused inode is not taken for the same file. */
  readonly fingerprint: string;
  /** How many first bytes the fingerprint covers; 0 while the file was empty. */
  readonly fingerprintLength: number;
  /** Bytes of complete lines that are done with. */
  readonly offset: number;
  /** Hash of the bytes just before the offset, so that a rewritten file is noticed. */
  readonly tailHash: string;
  /** How many bytes before the offset the tail hash covers. */
  readonly tailLength: number;
}

/** Complete lines of a source, and the checkpoint that is right once all of them are stored. */
export interface Batch {
  /** Whole lines, each ended by a newline. Only valid until the next batch is asked for. */
  readonly bytes: Buffer;
  readonly checkpoint: Checkpoint;
  /** The file these lines came from, and the offset of the first of them. */
  readonly path: string;
  readonly offset: number;
}

/** A file with what is being sent, so that it need not be in memory. */
export interface SpooledFile {
  readonly path: string;
  readonly bytes: number;
  /** Removes it, if it is still there. Never throws. */
  remove(): void;
}

/** Writes such files. */
export interface Spool {
  /**
   * Writes a file that only this user can read. Each piece is written before the next is asked for.
   * @throws Error when it cannot be written; then there is none.
   */
  write(pieces: Iterable<Buffer | string>): SpooledFile;
}

import type { Database } from './database.ts';

/** Gives the space of an outbox back to the file system, in steps that need little themselves. */
export class DiskSpace {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /**
   * Moves what is in the write-ahead log into the file, and empties the log. It does what it can
   * while another process reads.
   */
  emptyLog(): void {
    this.#database.get('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  /** Cuts up to so many free pages off the file. False when there is none. */
  shrink(pages: number): boolean {
    const free = this.#database.get<{ freelist_count: number }>('PRAGMA freelist_count');
    if ((free?.freelist_count ?? 0) === 0) return false;
    this.#database.execute(`PRAGMA incremental_vacuum(${pages})`);
    this.emptyLog();
    return true;
  }
}

import type { OutboxSpace } from '../core/outbox.ts';
import type { Database } from './database.ts';

/** Free pages that are always left for use, 4 MiB. */
const FREE_PAGES_KEPT = 1024;

/** Keeps the outbox small: removes what is finished, and gives its space back. */
export class Purge implements OutboxSpace {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Bytes that hold something. The file may be larger, until it is compacted. */
  usedBytes(): number {
    const pages = this.#pragma('page_count') - this.#pragma('freelist_count');
    return pages * this.#pragma('page_size');
  }

  /**
   * Removes deliveries that ended in this state before a time (milliseconds since 1970), with
   * their attempts, and alerts that no other delivery needs. Oldest first; returns how many.
   */
  purge(state: 'delivered' | 'dead', finishedBefore: number, limit: number): number {
    const database = this.#database;
    return database.transaction(() => {
      const rows = database.all<{ id: number; alert: number }>(
        `SELECT id, alert FROM delivery
         WHERE finished_at IS NOT NULL AND state = ? AND finished_at < ?
         ORDER BY finished_at LIMIT ?`,
        state,
        finishedBefore,
        limit,
      );
      for (const { id } of rows) {
        database.run('DELETE FROM attempt WHERE delivery = ?', id);
        database.run('DELETE FROM delivery WHERE id = ?', id);
      }
      for (const alert of new Set(rows.map((row) => row.alert))) {
        database.run(
          'DELETE FROM alert WHERE id = ? AND NOT EXISTS (SELECT 1 FROM delivery WHERE alert = ?)',
          alert,
          alert,
        );
      }
      return rows.length;
    });
  }

  /**
   * Gives up to the given number of free pages back to the file system, once they are a large part of the
   * file: a few are soon used again. True when there is more to give back.
   */
  compact(pages: number): boolean {
    const excess = this.#excessPages();
    if (excess <= 0) return false;
    this.#database.execute(`PRAGMA incremental_vacuum(${Math.min(pages, excess)})`);
    return excess > pages;
  }

  #excessPages(): number {
    const allowed = Math.max(FREE_PAGES_KEPT, this.#pragma('page_count') / 4);
    return Math.floor(this.#pragma('freelist_count') - allowed);
  }

  #pragma(name: 'page_count' | 'freelist_count' | 'page_size'): number {
    const row = this.#database.get<Record<string, number>>(`PRAGMA ${name}`);
    return row?.[name] ?? 0;
  }
}

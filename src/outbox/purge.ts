import type { FinishedState, OutboxSpace } from '../core/outbox-space.ts';
import type { Database, SqlValue } from './database.ts';
import { forgetQuieted } from './grouping/quiet-store.ts';
import { forgetThrottles, settleMembers } from './grouping/settle-members.ts';
import { type RemovedRow, removeDeliveries } from './remove.ts';
import { finishedBytes, largestLane } from './usage.ts';

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

  purge(state: FinishedState, finishedBefore: number, limit: number): number {
    return this.#remove(
      `SELECT id, alert, bytes, bundle FROM delivery
       WHERE finished_at IS NOT NULL AND state IN ${statesOf(state)} AND finished_at < ?
       ORDER BY finished_at LIMIT ?`,
      [finishedBefore, limit],
      Number.POSITIVE_INFINITY,
    );
  }

  finishedBytes(state: FinishedState): number {
    return finishedBytes(this.#database, state);
  }

  purgeTo(state: FinishedState, bytes: number, limit: number): number {
    const excess = this.finishedBytes(state) - bytes;
    const lane = excess > 0 ? largestLane(this.#database, state) : undefined;
    if (lane === undefined) return 0;
    // Each in the words of its index.
    const which =
      state === 'dead' ? `state = 'dead'` : `finished_at IS NOT NULL AND state IN ${OVER}`;
    return this.#remove(
      `SELECT id, alert, bytes, bundle FROM delivery WHERE lane = ? AND ${which}
       ORDER BY finished_at LIMIT ?`,
      [lane, limit],
      excess,
    );
  }

  /**
   * Removes the deliveries of a query, until so many bytes are free, with their attempts, and alerts
   * that no other delivery needs. Returns how many. Nobody waits for the disk: what is there again after a
   * power failure is removed again.
   */
  #remove(query: string, values: readonly SqlValue[], bytes: number): number {
    const database = this.#database;
    return database.relaxedTransaction(() => {
      let freed = 0;
      const rows: FinishedRow[] = [];
      for (const row of database.iterate<FinishedRow>(query, ...values)) {
        if (freed >= bytes) break;
        rows.push(row);
        freed += row.bytes;
      }
      removeDeliveries(database, rows);
      return rows.length;
    });
  }

  settleMembers(): boolean {
    return this.#database.transaction(() => settleMembers(this.#database));
  }

  forgetQuiet(now: number, limit: number): number {
    const throttles = forgetThrottles(this.#database, now, limit);
    return throttles + forgetQuieted(this.#database, now, limit);
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

interface FinishedRow extends RemovedRow {
  bytes: number;
}

/** What was told of in a message of its own, or of others. */
const OVER = "('delivered', 'covered', 'silenced')";

function statesOf(state: FinishedState): string {
  return state === 'dead' ? "('dead')" : OVER;
}

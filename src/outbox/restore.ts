import { existsSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { OutboxError } from '../core/outbox-error.ts';
import type { Checkpoint } from '../core/source.ts';
import { type Audit, type RestoreRecord, recordRestore } from './audit.ts';
import { removeDatabase } from './copy.ts';
import { Database } from './database.ts';
import { type KeptCopy, newerPath } from './kept-copy.ts';
import { formatOf } from './migrations.ts';
import { putInPlace } from './rescue.ts';
import { OUTBOX_FILE } from './state-directory.ts';

/** The shape of the outbox of a directory, whatever version wrote it; 0: there is none. */
export function formatOfOutbox(directory: string): number {
  const path = join(directory, OUTBOX_FILE);
  if (!existsSync(path)) return 0;
  const database = Database.open(path, { readOnly: true });
  try {
    return formatOf(database);
  } finally {
    database.close();
  }
}

/** Where reading would go on with a copy: the checkpoints of its sources first, then those of its lanes. */
export function placesIn(copy: KeptCopy): { sources: Checkpoint[]; lanes: Checkpoint[] } {
  const database = Database.open(copy.path, { isSingleFile: true });
  try {
    return { sources: places(database, 'checkpoint'), lanes: places(database, 'cursor') };
  } finally {
    database.close();
  }
}

function places(database: Database, table: 'checkpoint' | 'cursor'): Checkpoint[] {
  // The copy may be older than the table.
  const found = database.get(
    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?",
    table,
  );
  if (found === undefined) return [];
  return database
    .all<{ source: string; version: number; state: string }>(
      `SELECT DISTINCT source, version, state FROM ${table}`,
    )
    .map(({ source, version, state }) => ({
      source,
      version,
      state: JSON.parse(state) as unknown,
    }));
}

/**
 * How many deliveries of the outbox of a directory ended as delivered since a time: so many may be sent
 * again. Undefined where it is so much newer that this cannot be read.
 * @param since milliseconds since 1970
 */
export function deliveredSince(directory: string, since: number): number | undefined {
  try {
    const database = Database.open(join(directory, OUTBOX_FILE), { readOnly: true });
    try {
      return database.get<{ n: number }>(
        `SELECT COUNT(*) AS n FROM delivery
         WHERE finished_at IS NOT NULL AND state IN ('delivered', 'covered') AND finished_at >= ?`,
        since,
      )?.n;
    } finally {
      database.close();
    }
  } catch (error) {
    if (error instanceof OutboxError) return undefined;
    throw error;
  }
}

/**
 * Puts the copy from before the last upgrade into the place of the outbox, which is kept beside it. Whoever
 * is killed meanwhile leaves either of the two, or what the next start ends. To be called by who holds the
 * lock of the directory.
 * @returns where the outbox is kept
 * @throws OutboxError when the copy is damaged, or something cannot be written
 */
export function restoreCopy(
  directory: string,
  copy: KeptCopy,
  audit: Audit,
  record: RestoreRecord,
): string {
  prepareCopy(copy, audit, record);
  const newer = newerPath(directory);
  removeDatabase(newer);
  putInPlace(copy.path, join(directory, OUTBOX_FILE), newer);
  return newer;
}

/** Makes sure that it is whole, and writes into it that it was restored: it is so in the same moment. */
function prepareCopy(copy: KeptCopy, audit: Audit, record: RestoreRecord): void {
  const { atime, mtime } = statSync(copy.path);
  const database = Database.open(copy.path, { isSingleFile: true });
  try {
    const check = database.get<{ quick_check: string }>('PRAGMA quick_check(1)')?.quick_check;
    if (check !== 'ok') {
      throw OutboxError.about(`The copy ${copy.path} cannot be used`, 'corrupt', new Error(check));
    }
    database.transaction(() => recordRestore(database, audit, record));
  } finally {
    database.close();
    // Its age is that of what is in it.
    utimesSync(copy.path, atime, mtime);
  }
}

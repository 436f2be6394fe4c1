import { closeSync, fsyncSync, openSync, rmSync, writeFileSync } from 'node:fs';
import type { Database } from './database.ts';

/** What SQLite keeps beside a database. */
const BESIDE = ['-wal', '-shm', '-journal'] as const;
/** The file itself, and what SQLite keeps beside it, as what is added to its path. */
export const SUFFIXES = ['', ...BESIDE] as const;

/**
 * Writes all that an open database holds into a new file, private to its owner, and waits until it is on
 * the disk. What is there already goes. It may leave a part when it fails.
 */
export function copyInto(database: Database, target: string): void {
  removeDatabase(target);
  // Private to its owner: SQLite takes an empty file as it is.
  writeFileSync(target, '', { flag: 'wx', mode: 0o600 });
  database.execute(`VACUUM INTO '${target.replaceAll("'", "''")}'`);
  sync(target);
}

/** Removes a file of a database, with all that is beside it. Nobody may have it open. */
export function removeDatabase(path: string): void {
  for (const suffix of SUFFIXES) rmSync(`${path}${suffix}`, { force: true });
}

/** Waits until a file is on the disk, or of a directory, what is in it. */
export function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

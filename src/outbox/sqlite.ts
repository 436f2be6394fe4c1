import { closeSync, existsSync, openSync } from 'node:fs';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';

export type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';

/**
 * Opens a database file, private to its owner: SQLite would create it readable by all that the
 * umask lets in. The only place that knows the driver.
 * @param timeoutMs how long to wait for another process that holds a lock.
 */
export function openDatabaseFile(path: string, timeoutMs: number): DatabaseSyncInstance {
  // Only where it is missing: to close any descriptor of a file is to lose all locks that this
  // process holds on it, those of an open database among them (POSIX record locks).
  if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600));
  return new DatabaseSync(path, { timeout: timeoutMs });
}

/** True for the error of a database that another process has locked. */
export function isLocked(error: unknown): boolean {
  const SQLITE_BUSY = 5;
  return error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY;
}

import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';

export type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';

/**
 * Opens a database file, private to its owner: SQLite would create it readable by all that the
 * umask lets in. The only place that knows the driver.
 * @param timeoutMs how long to wait for another process that holds a lock.
 */
export function openDatabaseFile(path: string, timeoutMs: number): DatabaseSyncInstance {
  closeSync(openSync(path, 'a', 0o600));
  return new DatabaseSync(path, { timeout: timeoutMs });
}

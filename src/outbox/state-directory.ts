import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Database, type DatabaseOptions } from './database.ts';
import { migrate } from './migrations.ts';
import { explainFailure } from './sqlite.ts';

/** The file of the outbox inside the state directory. */
export const OUTBOX_FILE = 'outbox.db';

/**
 * Makes the state directory (0700, owner only) if it is missing. An empty one is made private; one
 * that others keep files in is left as it is: someone may have named `/tmp`. Our files are private
 * by themselves.
 * @throws OutboxError
 */
export function prepareStateDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const { mode } = statSync(directory);
    if ((mode & 0o077) !== 0 && readdirSync(directory).length === 0) chmodSync(directory, 0o700);
  } catch (error) {
    throw explainFailure(`The state directory ${directory} cannot be used`, directory, error);
  }
}

/**
 * Opens the outbox of a state directory, creating or migrating it.
 * @throws OutboxError when it cannot be opened or belongs to a newer version.
 */
export function openOutboxDatabase(directory: string, options?: DatabaseOptions): Database {
  prepareStateDirectory(directory);
  const path = join(directory, OUTBOX_FILE);
  const database = Database.open(path, options);
  try {
    migrate(database, path);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

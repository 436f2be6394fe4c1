import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from './database.ts';
import { migrate } from './migrations.ts';
import { StateError } from './state-error.ts';

/** The file of the outbox inside the state directory. */
export const OUTBOX_FILE = 'outbox.db';

/**
 * Makes the state directory (0700, owner only) if it is missing. An empty one is made private; one
 * that others keep files in is left as it is: someone may have named `/tmp`. Our files are private
 * by themselves.
 */
export function prepareStateDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const { mode } = statSync(directory);
    if ((mode & 0o077) !== 0 && readdirSync(directory).length === 0) chmodSync(directory, 0o700);
  } catch (error) {
    throw new StateError(
      `The state directory ${directory} cannot be used: ${(error as Error).message}. ` +
        'It must be writable by the user that integratord runs as; --state selects another one.',
    );
  }
}

/**
 * Opens the outbox of a state directory, creating or migrating it.
 * @throws StateError when it cannot be opened or belongs to a newer version.
 */
export function openOutboxDatabase(directory: string): Database {
  prepareStateDirectory(directory);
  const path = join(directory, OUTBOX_FILE);
  let database: Database | undefined;
  try {
    database = Database.open(path);
    migrate(database, path);
    return database;
  } catch (error) {
    database?.close();
    if (error instanceof StateError) throw error;
    throw new StateError(`The outbox ${path} cannot be opened: ${(error as Error).message}`);
  }
}

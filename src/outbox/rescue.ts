import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { Database } from './database.ts';
import { explainFailure } from './sqlite.ts';

/** What SQLite keeps beside a database. */
const BESIDE = ['-wal', '-shm', '-journal'] as const;

const partialOf = (path: string) => `${path}.partial`;
const rescuedOf = (path: string) => `${path}.rescued`;

/**
 * Writes all that an open database holds to its path again, where its file was removed or replaced,
 * and goes on there. What was put there instead is kept beside it, with `.found` in its name. A
 * process that dies meanwhile leaves either nothing, or a copy that {@link finishRescue} takes.
 * @throws OutboxError when it cannot; the open database is untouched then.
 */
export function rescue(database: Database): void {
  const { path } = database;
  // It can only be between two files when everything was written before.
  if (database.isOpen) writeCopy(database);
  database.moveTo(() => finishRescue(path));
}

function writeCopy(database: Database): void {
  const { path } = database;
  const partial = partialOf(path);
  const what = `The outbox ${path} cannot be restored`;
  try {
    for (const suffix of ['', ...BESIDE]) rmSync(`${partial}${suffix}`, { force: true });
    // Private to its owner: SQLite takes an empty file as it is.
    writeFileSync(partial, '', { flag: 'wx', mode: 0o600 });
    database.execute(`VACUUM INTO '${partial.replaceAll("'", "''")}'`);
    sync(partial);
    // Its log does not belong to the copy. It is still open, and complete, for us.
    renameSync(partial, rescuedOf(path));
    sync(dirname(path));
  } catch (error) {
    rmSync(partial, { force: true });
    throw explainFailure(what, path, error);
  }
}

/**
 * Takes a complete copy that {@link rescue} left, before the database is opened. Only for the one
 * daemon of a state directory.
 * @throws OutboxError
 */
export function finishRescue(path: string): void {
  const rescued = rescuedOf(path);
  if (!existsSync(rescued)) return;
  try {
    for (const suffix of ['', ...BESIDE]) {
      if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, `${path}.found${suffix}`);
    }
    renameSync(rescued, path);
    sync(dirname(path));
  } catch (error) {
    throw explainFailure(`The outbox ${path} cannot be restored`, path, error);
  }
}

function sync(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

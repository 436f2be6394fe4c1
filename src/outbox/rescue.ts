import { existsSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { copyInto, SUFFIXES, sync } from './copy.ts';
import type { Database } from './database.ts';
import { explainFailure } from './sqlite.ts';

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
    copyInto(database, partial);
    // Its log does not belong to the copy. It is still open, and complete, for us.
    renameSync(partial, rescuedOf(path));
    sync(dirname(path));
  } catch (error) {
    rmSync(partial, { force: true });
    throw explainFailure(what, path, error);
  }
}

/**
 * Puts another database into the place of the one at a path. From its first step on, any later start
 * ends what a process that dies meanwhile has left.
 * @param complete the other one: a single file that is on the disk, in the same directory
 * @param aside where the present one is kept; nothing may be there
 * @throws OutboxError
 */
export function putInPlace(complete: string, path: string, aside: string): void {
  try {
    renameSync(complete, rescuedOf(path));
    sync(dirname(path));
  } catch (error) {
    throw explainFailure(`The outbox ${path} cannot be restored`, path, error);
  }
  finishRescue(path, aside);
}

/**
 * Takes a complete copy that {@link rescue} or {@link putInPlace} left, before the database is opened. Only
 * for the one daemon of a state directory.
 * @param aside where the present database is kept
 * @throws OutboxError
 */
export function finishRescue(path: string, aside = `${path}.found`): void {
  const rescued = rescuedOf(path);
  if (!existsSync(rescued)) return;
  try {
    for (const suffix of SUFFIXES) {
      if (existsSync(`${path}${suffix}`)) renameSync(`${path}${suffix}`, `${aside}${suffix}`);
    }
    renameSync(rescued, path);
    sync(dirname(path));
  } catch (error) {
    throw explainFailure(`The outbox ${path} cannot be restored`, path, error);
  }
}

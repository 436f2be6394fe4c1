import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Checkpoint } from '../core/source.ts';
import { readCheckpoint, storeCheckpoint } from './checkpoints.ts';
import { lockStateDirectory } from './daemon-lock.ts';
import { Database } from './database.ts';
import { formatOf, PRESENT_FORMAT } from './migrations.ts';
import { OUTBOX_FILE, openOutboxDatabase } from './state-directory.ts';

/** Since this shape, checkpoints are where they are now. */
const SINCE_FORMAT = 2;

/**
 * Lends the checkpoint of a source while no daemon works on the state directory, and stores the one
 * that the work resolves with, unless that is undefined. The work gets undefined where there is none. An
 * outbox of an earlier version stays as it is: the daemon upgrades it.
 * @throws OutboxError, with the trouble `in use` while a daemon runs.
 */
export async function withCheckpoint(
  directory: string,
  source: string,
  work: (stored: Checkpoint | undefined) => Promise<Checkpoint | undefined>,
  now: Date,
): Promise<void> {
  const path = join(directory, OUTBOX_FILE);
  if (!existsSync(path)) {
    await work(undefined);
    return;
  }
  const lock = lockStateDirectory(directory, now);
  try {
    const database = openAnyOlder(directory, path);
    try {
      const next = await work(readCheckpoint(database, source));
      if (next !== undefined) storeCheckpoint(database, next);
    } finally {
      database.close();
    }
  } finally {
    lock.release();
  }
}

function openAnyOlder(directory: string, path: string): Database {
  const database = Database.open(path);
  const format = formatOf(database);
  if (format >= SINCE_FORMAT && format <= PRESENT_FORMAT) return database;
  database.close();
  return openOutboxDatabase(directory);
}

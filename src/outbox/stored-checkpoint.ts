import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Checkpoint } from '../core/source.ts';
import { lockStateDirectory } from './daemon-lock.ts';
import { SqliteOutbox } from './sqlite-outbox.ts';
import { OUTBOX_FILE, openOutboxDatabase } from './state-directory.ts';

/**
 * Lends the checkpoint of a source while no daemon works on the state directory, and stores the one
 * that the work resolves with, unless that is undefined. The work gets undefined where there is none.
 * @throws OutboxError, with the trouble `in use` while a daemon runs.
 */
export async function withCheckpoint(
  directory: string,
  source: string,
  work: (stored: Checkpoint | undefined) => Promise<Checkpoint | undefined>,
  now: Date,
): Promise<void> {
  if (!existsSync(join(directory, OUTBOX_FILE))) {
    await work(undefined);
    return;
  }
  const lock = lockStateDirectory(directory, now);
  try {
    const database = openOutboxDatabase(directory);
    try {
      const outbox = new SqliteOutbox(database);
      const next = await work(outbox.checkpoint(source));
      if (next !== undefined) outbox.saveCheckpoint(next);
    } finally {
      database.close();
    }
  } finally {
    lock.release();
  }
}

import { chmodSync, lstatSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { OutboxError } from '../core/outbox-error.ts';
import { Database, type DatabaseOptions } from './database.ts';
import { formatOf, migrate, PRESENT_FORMAT } from './migrations.ts';
import { explainFailure } from './sqlite.ts';

/** The file of the outbox inside the state directory. */
export const OUTBOX_FILE = 'outbox.db';
const ROOT = 0;

/**
 * Makes the state directory (0700, owner only) if it is missing. An existing one must be this user's,
 * and no other user may be able to put anything into it; where there is nothing but our files in it, it
 * is made private. Itself it may be a link, but none of our files in it.
 * @throws OutboxError
 */
export function prepareStateDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const { mode, uid } = statSync(directory);
    const own = process.geteuid?.() ?? uid;
    if (uid !== own) throw notOurs(directory, uid, own);
    const names = readdirSync(directory);
    const isAlone = names.every((name) => OUR_FILES.test(name));
    if ((mode & 0o077) !== 0 && isAlone) chmodSync(directory, 0o700);
    else if ((mode & 0o022) !== 0) throw notPrivate(directory);
    for (const name of names.filter((one) => OUR_FILES.test(one))) {
      refuseStranger(join(directory, name), own);
    }
  } catch (error) {
    throw explainFailure(`The state directory ${directory} cannot be used`, directory, error);
  }
}

/** What we keep in a state directory, with what SQLite and a rescue put beside it. */
const OUR_FILES = /^(?:outbox\.|daemon\.|(?:scripts|spool)$)/;

/** Refuses what was planted: it would have us write to a file elsewhere, or read another's. */
function refuseStranger(path: string, own: number): void {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isFile() && !stat.isDirectory()) {
    const what = stat.isSymbolicLink() ? 'a symbolic link' : 'neither a file nor a directory';
    throw refusal(`${path} is ${what}. Integratord makes no such thing there: remove it.`);
  }
  if (stat.uid === own || stat.uid === ROOT) return;
  throw refusal(
    `${path} belongs to user ${stat.uid}, not to user ${own} that integratord runs as. ` +
      'If it is yours, change its owner; otherwise remove it.',
  );
}

function notOurs(directory: string, owner: number, own: number): OutboxError {
  return refusal(
    `The state directory ${directory} belongs to user ${owner}, not to user ${own} that integratord ` +
      'runs as. Run it as that user, change the owner, or select another directory with --state.',
  );
}

function notPrivate(directory: string): OutboxError {
  return refusal(
    `Other users can write to the state directory ${directory}, which holds files of others too. ` +
      `Select one of its own with --state, or run: chmod go-w '${directory}'`,
  );
}

function refusal(message: string): OutboxError {
  return new OutboxError('forbidden', message);
}

/**
 * Opens the outbox of a state directory, creating it where there is none. Only the daemon brings an older
 * one to the present shape ({@link openUpgraded}): a command would do it under a daemon that still runs.
 * @throws OutboxError when it cannot be opened, or belongs to an older or newer version.
 */
export function openOutboxDatabase(directory: string, options?: DatabaseOptions): Database {
  prepareStateDirectory(directory);
  const path = join(directory, OUTBOX_FILE);
  const database = Database.open(path, options);
  try {
    const format = formatOf(database);
    if (format === 0) migrate(database);
    else if (format < PRESENT_FORMAT) throw ofOlder(path, format);
    else if (format > PRESENT_FORMAT) throw ofNewer(path, format);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function ofOlder(path: string, format: number): OutboxError {
  return new OutboxError(
    'older',
    `The outbox ${path} is still that of an older integratord (format ${format}; this version has ` +
      `${PRESENT_FORMAT}). Restart the daemon, which brings it up to date.`,
  );
}

/** @param action what to do; undefined: the usual */
export function ofNewer(path: string, format: number, action?: string): OutboxError {
  return new OutboxError(
    'newer',
    `The outbox ${path} was written by a newer integratord (format ${format}; this one supports ` +
      `${PRESENT_FORMAT}). ` +
      (action ??
        'Run that version again, or start the daemon of this one: it goes back to the copy from ' +
          'before the upgrade, where there is one.'),
  );
}

import { closeSync, constants, lstatSync, openSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type DatabaseSyncInstance } from '@photostructure/sqlite';
import { OutboxError, type OutboxTrouble } from '../core/outbox-error.ts';

export type { DatabaseSyncInstance, StatementSyncInstance } from '@photostructure/sqlite';

const CREATE = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW;

/**
 * Opens a database file, private to its owner: SQLite would create it readable by all that the
 * umask lets in. The only place that knows the driver.
 * @param timeoutMs how long to wait for another process that holds a lock.
 * @param readOnly whether it can only be read; it is not created then.
 */
export function openDatabaseFile(
  path: string,
  timeoutMs: number,
  readOnly = false,
): DatabaseSyncInstance {
  // Only where it is missing: to close any descriptor of a file is to lose all locks that this
  // process holds on it, those of an open database among them (POSIX record locks).
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) {
    if (!readOnly) closeSync(openSync(path, CREATE, 0o600));
  }
  // SQLite would follow it, and create what it leads to.
  else if (stat.isSymbolicLink()) throw new OutboxError('forbidden', `${path} is a symbolic link`);
  return new DatabaseSync(path, { timeout: timeoutMs, readOnly });
}

/** SQLite's primary result codes, and what they mean for the outbox. */
const BY_CODE: Readonly<Record<number, OutboxTrouble>> = {
  3: 'forbidden', // PERM
  5: 'busy', // BUSY
  6: 'busy', // LOCKED
  8: 'read-only', // READONLY
  10: 'io', // IOERR
  11: 'corrupt', // CORRUPT
  13: 'full', // FULL
  14: 'forbidden', // CANTOPEN
  15: 'busy', // PROTOCOL: too many others open it at once
  26: 'corrupt', // NOTADB
};
/** The file is no longer the one at its path. */
const READONLY_DBMOVED = 1032;

/** The error codes of the system. */
const BY_NAME: Readonly<Record<string, OutboxTrouble>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EROFS: 'read-only',
  EACCES: 'forbidden',
  EPERM: 'forbidden',
  ENOTDIR: 'forbidden',
  EEXIST: 'forbidden',
  EISDIR: 'forbidden',
  ELOOP: 'forbidden',
  ENOENT: 'gone',
  EIO: 'io',
};

/**
 * What an error of SQLite or of the file system means: the only place that decides it.
 * @param what what fails, such as `The outbox /…/outbox.db cannot be opened`.
 */
export function explainFailure(what: string, path: string, error: unknown): OutboxError {
  if (error instanceof OutboxError) return error;
  return OutboxError.about(what, troubleOf(path, error), error);
}

function troubleOf(path: string, error: unknown): OutboxTrouble {
  if (!(error instanceof Error)) return 'unexpected';
  if ('errcode' in error && typeof error.errcode === 'number') {
    const extended = 'sqliteExtendedCode' in error ? error.sqliteExtendedCode : error.errcode;
    if (extended === READONLY_DBMOVED) return 'gone';
    const trouble = BY_CODE[error.errcode & 0xff] ?? 'unexpected';
    // A quota, and the index of the log, fail otherwise than a file on a full disk does.
    return (trouble === 'io' || trouble === 'forbidden') && isFull(path) ? 'full' : trouble;
  }
  return 'code' in error ? (BY_NAME[String(error.code)] ?? 'unexpected') : 'unexpected';
}

/** True where not a page is free for this user. */
function isFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < 65_536;
  } catch {
    return false;
  }
}

/** Rolls back. A full disk has SQLite do it by itself; there is nothing left to roll back then. */
export function rollBack(connection: DatabaseSyncInstance): void {
  try {
    if (connection.isTransaction) connection.exec('ROLLBACK');
  } catch {
    // The next transaction tries again.
  }
}

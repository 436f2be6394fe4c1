import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { OutboxError } from '../core/outbox-error.ts';
import { FileIdentity } from './file-identity.ts';
import { type DatabaseSyncInstance, explainFailure, openDatabaseFile } from './sqlite.ts';
import { prepareStateDirectory } from './state-directory.ts';

const LOCK_FILE = 'daemon.lock';
const OWNER_FILE = 'daemon.json';

/** Who holds a state directory. */
export interface DaemonOwner {
  readonly pid: number;
  readonly host: string;
  readonly startedAt: string;
}

/** Held while a daemon runs. The kernel lets go of it when the process ends, however it ends. */
export interface DaemonLock {
  /** True while its file is the one at its path: else another daemon could take one there. */
  isInPlace(): boolean;
  release(): void;
}

/**
 * Makes sure that only one daemon works on a state directory. The lock is an open exclusive
 * transaction on a database of its own: no stale lock can be left behind.
 * @throws OutboxError that names the process which holds it.
 */
export function lockStateDirectory(directory: string, startedAt: Date): DaemonLock {
  prepareStateDirectory(directory);
  let database: DatabaseSyncInstance | undefined;
  try {
    database = openDatabaseFile(join(directory, LOCK_FILE), 0);
    database.exec('PRAGMA journal_mode = DELETE');
    database.exec('BEGIN EXCLUSIVE');
    writeOwner(directory, startedAt);
  } catch (error) {
    database?.close();
    const what = `The state directory ${directory} cannot be locked`;
    const failure = explainFailure(what, join(directory, LOCK_FILE), error);
    if (failure.trouble === 'busy') throw new OutboxError('in use', inUse(directory), error);
    throw failure;
  }
  const held = database;
  const identity = new FileIdentity(join(directory, LOCK_FILE));
  return {
    isInPlace: () => identity.isInPlace(),
    release() {
      // Where another one holds the directory by now, the note is about that one.
      if (identity.isInPlace()) rmSync(join(directory, OWNER_FILE), { force: true });
      held.close();
    },
  };
}

function writeOwner(directory: string, startedAt: Date): void {
  const owner: DaemonOwner = {
    pid: process.pid,
    host: hostname(),
    startedAt: startedAt.toISOString(),
  };
  const path = join(directory, OWNER_FILE);
  // Never into what someone has put there.
  rmSync(path, { force: true });
  writeFileSync(path, `${JSON.stringify(owner)}\n`, { flag: 'wx', mode: 0o600 });
}

function inUse(directory: string): string {
  const owner = readOwner(directory);
  const who =
    owner === undefined
      ? 'by another integratord'
      : `by integratord with process id ${owner.pid} on ${owner.host}, since ${owner.startedAt}`;
  return (
    `The state directory ${directory} is in use ${who}. ` +
    'Stop that one first, or give this one its own directory with --state.'
  );
}

/** The process that notes itself as the daemon of a state directory, where there is one still. */
export function daemonOf(directory: string): DaemonOwner | undefined {
  const owner = readOwner(directory);
  if (owner === undefined || owner.host !== hostname()) return undefined;
  try {
    process.kill(owner.pid, 0);
    return owner;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? owner : undefined;
  }
}

function readOwner(directory: string): DaemonOwner | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, OWNER_FILE), 'utf8')) as DaemonOwner;
  } catch {
    return undefined;
  }
}

import { join } from 'node:path';
import { type Clock, sleep } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { OutboxError } from '../core/outbox-error.ts';
import type { OutboxTroubles } from '../core/outbox-troubles.ts';
import { type DaemonLock, lockStateDirectory } from '../outbox/daemon-lock.ts';
import type { Database } from '../outbox/database.ts';
import { OutboxFiles } from '../outbox/outbox-files.ts';
import { finishRescue } from '../outbox/rescue.ts';
import { DiskReserve } from '../outbox/reserve.ts';
import { SqliteOutbox } from '../outbox/sqlite-outbox.ts';
import { OUTBOX_FILE } from '../outbox/state-directory.ts';
import { openUpgraded, type Upgrade } from '../outbox/upgrade.ts';

const RETRY_MS = 1000;
/** Everything in the daemon waits while it waits for another process; rather, it tries again. */
const BUSY_TIMEOUT_MS = 50;

export interface OpenParts {
  readonly clock: Clock;
  readonly troubles: OutboxTroubles;
  readonly log: Log;
  /** Ends the waiting. */
  readonly stop: AbortSignal | undefined;
}

/** The outbox of a daemon, which no other one works on. */
export interface OpenOutbox {
  readonly database: Database;
  readonly outbox: SqliteOutbox;
  readonly files: OutboxFiles;
  readonly reserve: DiskReserve;
}

/**
 * Opens the outbox of a state directory. Waits while it cannot be opened for a reason that may pass.
 * Undefined when it was stopped before.
 * @throws OutboxError for a reason that will not pass by itself.
 */
export function openOutbox(directory: string, parts: OpenParts): Promise<OpenOutbox | undefined> {
  const reserve = new DiskReserve(directory);
  return whenUsable(parts, () => {
    try {
      return open(directory, reserve, parts);
    } catch (error) {
      if (OutboxError.of(error).trouble === 'full' && reserve.giveUp()) {
        return open(directory, reserve, parts);
      }
      throw error;
    }
  });
}

function open(directory: string, reserve: DiskReserve, parts: OpenParts): OpenOutbox {
  const { clock, troubles, log } = parts;
  const lockIt = () => lockStateDirectory(directory, new Date(clock.now()));
  const lock: DaemonLock = lockIt();
  let database: Database | undefined;
  try {
    const options = { busyTimeoutMs: BUSY_TIMEOUT_MS, observer: troubles };
    finishRescue(join(directory, OUTBOX_FILE));
    const opened = openUpgraded(directory, options);
    database = opened.database;
    if (opened.upgrade !== undefined) tellUpgrade(opened.upgrade, log);
    const outbox = new SqliteOutbox(database);
    return { database, outbox, files: new OutboxFiles(database, directory, lock, lockIt), reserve };
  } catch (error) {
    database?.close();
    lock.release();
    throw error;
  }
}

function tellUpgrade({ from, to, copy }: Upgrade, log: Log): void {
  if (typeof copy === 'string') {
    log.warn('outbox is upgraded, without a copy from before', { from, to, cause: copy });
  } else {
    const { path, bytes } = copy;
    log.info('outbox is upgraded; a copy from before is kept', { from, to, copy: path, bytes });
  }
}

/**
 * Does something with the outbox, and again every second while it fails for a reason that may pass.
 * Undefined when it was stopped before.
 * @throws OutboxError for a reason that will not pass by itself.
 */
export async function whenUsable<T>(parts: OpenParts, work: () => T): Promise<T | undefined> {
  const { clock, troubles, stop } = parts;
  for (;;) {
    if (stop?.aborted === true) return undefined;
    try {
      return work();
    } catch (error) {
      if (!(error instanceof OutboxError && error.isTemporary)) throw error;
      troubles.failed(error);
    }
    await sleep(clock, RETRY_MS, stop);
  }
}

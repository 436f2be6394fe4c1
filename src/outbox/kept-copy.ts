import { closeSync, lstatSync, openSync, readSync, renameSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DAY_MS } from '../core/durations.ts';
import { OutboxError } from '../core/outbox-error.ts';
import { copyInto, removeDatabase, sync } from './copy.ts';
import { Database } from './database.ts';

/** The outbox as it was before the last upgrade. */
const KEPT_FILE = 'outbox.before-upgrade.db';
/** What a newer version had, after going back. */
const NEWER_FILE = 'outbox.newer.db';
/** How long both are kept. */
export const KEPT_MS = 7 * DAY_MS;
/** Bytes of the disk that are left free beside the copy and what the upgrade itself may write. */
const SPARE_BYTES = 16 * 2 ** 20;

/** A copy of the outbox from before an upgrade. */
export interface KeptCopy {
  readonly path: string;
  /** Its shape, see `migrations.ts`. */
  readonly format: number;
  /** When it was made, in milliseconds since 1970. */
  readonly madeAt: number;
  readonly bytes: number;
}

/** Where a state directory keeps the outbox from before the last upgrade. */
export function keptCopyPath(directory: string): string {
  return join(directory, KEPT_FILE);
}

/** Where a state directory keeps what a newer version had, after going back. */
export function newerPath(directory: string): string {
  return join(directory, NEWER_FILE);
}

/** The copy from before the last upgrade; undefined where there is none. */
export function keptCopy(directory: string): KeptCopy | undefined {
  const path = keptCopyPath(directory);
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) return undefined;
  const format = formatInHeader(path);
  if (format === undefined) return undefined;
  return { path, format, madeAt: stat.mtimeMs, bytes: stat.size };
}

/**
 * Keeps a copy of the outbox before an upgrade, instead of an earlier one. A process that dies meanwhile
 * leaves none that looks complete. A string says why there is no copy: that must not stop the upgrade.
 * @param path the outbox. Nobody may write to it meanwhile.
 * @param freeBytes of the disk of a directory
 */
export function keepCopy(path: string, freeBytes = freeBytesOf): KeptCopy | string {
  const directory = dirname(path);
  const kept = keptCopyPath(directory);
  const partial = `${kept}.partial`;
  try {
    removeDatabase(kept);
    removeDatabase(partial);
    const database = Database.open(path, { readOnly: true });
    try {
      const reason = whyNoRoom(database, freeBytes(directory));
      if (reason !== undefined) return reason;
      copyInto(database, partial);
    } finally {
      database.close();
    }
    renameSync(partial, kept);
    sync(directory);
    return keptCopy(directory) ?? `${kept} is not readable`;
  } catch (error) {
    removeDatabase(partial);
    return OutboxError.of(error).trouble === 'full'
      ? 'the disk, or a quota on it, was full before the copy was complete'
      : (error as Error).message;
  }
}

/** Removes what {@link keepCopy} kept. */
export function removeKeptCopy(directory: string): void {
  removeDatabase(keptCopyPath(directory));
}

function freeBytesOf(directory: string): number {
  const { bavail, bsize } = statfsSync(directory);
  return bavail * bsize;
}

/** Whether there is room for the copy, and once more as much for what the upgrade writes. */
function whyNoRoom(database: Database, free: number): string | undefined {
  const pragma = (name: string) =>
    Object.values(database.get<Record<string, number>>(`PRAGMA ${name}`) ?? {})[0] ?? 0;
  const used = (pragma('page_count') - pragma('freelist_count')) * pragma('page_size');
  const needed = 2 * used + SPARE_BYTES;
  if (free >= needed) return undefined;
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 2 ** 20)} MiB`;
  return `the disk has no room for one: it takes ${megabytes(needed)}, and ${megabytes(free)} are free`;
}

const MAGIC = 'SQLite format 3\0';
/** Where the header of a database has `PRAGMA user_version`, four bytes. */
const FORMAT_OFFSET = 60;

/** The shape of a database that nobody has open; undefined when it is none. */
function formatInHeader(path: string): number | undefined {
  const header = Buffer.alloc(100);
  const descriptor = openSync(path, 'r');
  try {
    if (readSync(descriptor, header, 0, header.length, 0) < header.length) return undefined;
  } finally {
    closeSync(descriptor);
  }
  const isDatabase = header.toString('latin1', 0, MAGIC.length) === MAGIC;
  return isDatabase ? header.readInt32BE(FORMAT_OFFSET) : undefined;
}

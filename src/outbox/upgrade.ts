import { join } from 'node:path';
import { OutboxError } from '../core/outbox-error.ts';
import { Database, type DatabaseOptions } from './database.ts';
import { type KeptCopy, keepCopy, removeKeptCopy } from './kept-copy.ts';
import { formatOf, migrate, PRESENT_FORMAT } from './migrations.ts';
import { OUTBOX_FILE, ofNewer, prepareStateDirectory } from './state-directory.ts';

/** What bringing an outbox to the present shape led to. */
export interface Upgrade {
  /** The shapes before and after, see `migrations.ts`. */
  readonly from: number;
  readonly to: number;
  /** The outbox as it was; a string says why there is no copy. */
  readonly copy: KeptCopy | string;
}

export interface OpenedOutbox {
  readonly database: Database;
  /** Undefined where it had the present shape, or is new. */
  readonly upgrade: Upgrade | undefined;
}

/**
 * Opens the outbox of a state directory for its daemon, which holds the lock. An older one is brought to
 * the present shape, after a copy of it was made. Whoever is killed meanwhile leaves it as it was.
 * @throws OutboxError when it cannot be opened, or belongs to a newer version.
 */
export function openUpgraded(directory: string, options?: DatabaseOptions): OpenedOutbox {
  prepareStateDirectory(directory);
  const path = join(directory, OUTBOX_FILE);
  const database = Database.open(path, options);
  try {
    const format = formatOf(database);
    if (format > PRESENT_FORMAT) throw ofNewer(path, format);
    if (format === 0) migrate(database);
    const isOlder = format > 0 && format < PRESENT_FORMAT;
    return { database, upgrade: isOlder ? upgrade(database, directory, format) : undefined };
  } catch (error) {
    database.close();
    throw error;
  }
}

function upgrade(database: Database, directory: string, from: number): Upgrade {
  let copy: KeptCopy | string = '';
  try {
    // Within the transaction: nobody can write to what is copied before it has changed.
    migrate(database, PRESENT_FORMAT, () => {
      copy = keepCopy(database.path);
    });
  } catch (error) {
    if (OutboxError.of(error).trouble !== 'full' || typeof copy === 'string') throw error;
    // A quota does not show in what is free. The upgrade is worth more than the copy.
    removeKeptCopy(directory);
    copy = 'the disk has no room for one beside the upgrade';
    migrate(database);
  }
  return { from, to: PRESENT_FORMAT, copy };
}

import type { DaemonLock } from './daemon-lock.ts';
import type { Database } from './database.ts';
import { FileIdentity } from './file-identity.ts';
import { rescue } from './rescue.ts';
import { prepareStateDirectory } from './state-directory.ts';

/**
 * The files of the open outbox. Whoever removes or replaces one of them takes nothing from us at
 * first, since they stay open; but it would all be gone at the end of this process.
 */
export class OutboxFiles {
  readonly #database: Database;
  readonly #directory: string;
  readonly #relock: () => DaemonLock;
  #lock: DaemonLock;
  #main: FileIdentity;
  #log: readonly FileIdentity[];

  /** @param relock takes the lock of the directory again. */
  constructor(database: Database, directory: string, lock: DaemonLock, relock: () => DaemonLock) {
    this.#database = database;
    this.#directory = directory;
    this.#lock = lock;
    this.#relock = relock;
    this.#main = new FileIdentity(database.path);
    this.#log = logOf(database);
  }

  /** The lock that is held now. */
  get lock(): DaemonLock {
    return this.#lock;
  }

  /** The paths at which the open files no longer are. */
  missing(): string[] {
    const files = [this.#main, ...this.#log].filter((file) => !file.isInPlace());
    const paths = files.map(({ path }) => path);
    return this.#lock.isInPlace() ? paths : [...paths, this.#directory];
  }

  /**
   * Puts everything back into its place.
   * @throws OutboxError; nothing is lost then, and it can be tried again.
   */
  restore(): void {
    prepareStateDirectory(this.#directory);
    if (!this.#lock.isInPlace()) {
      const lock = this.#relock();
      this.#lock.release();
      this.#lock = lock;
    }
    if (!this.#main.isInPlace() || !this.#database.isOpen) rescue(this.#database);
    else if (!this.#log.every((file) => file.isInPlace())) this.#database.renewLog();
    // The log only comes with the first use.
    this.#database.probe();
    this.#main = new FileIdentity(this.#database.path);
    this.#log = logOf(this.#database);
  }
}

function logOf({ path }: Database): FileIdentity[] {
  return [new FileIdentity(`${path}-wal`), new FileIdentity(`${path}-shm`)];
}

import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { migrate } from './migrations.ts';
import {
  type DatabaseSyncInstance,
  openDatabaseFile,
  type StatementSyncInstance,
} from './sqlite.ts';

/** A problem with the state directory that a person has to solve. The message says how. */
export class StateError extends Error {}

/** Milliseconds to wait for another process that is writing. */
const BUSY_TIMEOUT_MS = 5000;

/** The file of the outbox inside the state directory. */
export const OUTBOX_FILE = 'outbox.db';

/** Makes the state directory (0700, owner only) if it is missing. */
export function prepareStateDirectory(directory: string): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    const { mode } = statSync(directory);
    if ((mode & 0o077) !== 0) chmodSync(directory, 0o700);
  } catch (error) {
    throw new StateError(
      `The state directory ${directory} cannot be used: ${(error as Error).message}. ` +
        'It must be writable by the user that integratord runs as; --state names another one.',
    );
  }
}

/** A thin, typed door to SQLite: prepared statements by their text, and transactions. */
export class Database {
  readonly #database: DatabaseSyncInstance;
  readonly #statements = new Map<string, StatementSyncInstance>();

  private constructor(database: DatabaseSyncInstance) {
    this.#database = database;
  }

  /**
   * Opens the outbox, creating or migrating it.
   * @throws StateError when it cannot be opened or belongs to a newer version.
   */
  static open(directory: string): Database {
    prepareStateDirectory(directory);
    const path = join(directory, OUTBOX_FILE);
    try {
      const database = new Database(openDatabaseFile(path, BUSY_TIMEOUT_MS));
      database.#configure();
      migrate(database, path);
      return database;
    } catch (error) {
      if (error instanceof StateError) throw error;
      throw new StateError(`The outbox ${path} cannot be opened: ${(error as Error).message}`);
    }
  }

  #configure(): void {
    // auto_vacuum only takes effect before the first table exists.
    this.execute('PRAGMA auto_vacuum = INCREMENTAL');
    this.execute('PRAGMA journal_mode = WAL');
    // A commit is on the disk when it returns, also after a power failure.
    this.execute('PRAGMA synchronous = FULL');
    this.execute('PRAGMA journal_size_limit = 67108864');
    this.execute('PRAGMA cache_size = -16384');
  }

  execute(sql: string): void {
    this.#database.exec(sql);
  }

  run(sql: string, ...values: SqlValue[]): { changes: number; lastId: number } {
    const { changes, lastInsertRowid } = this.#prepare(sql).run(...values);
    return { changes: Number(changes), lastId: Number(lastInsertRowid) };
  }

  get<Row>(sql: string, ...values: SqlValue[]): Row | undefined {
    return this.#prepare(sql).get(...values) as Row | undefined;
  }

  all<Row>(sql: string, ...values: SqlValue[]): Row[] {
    return this.#prepare(sql).all(...values) as Row[];
  }

  /** Rows one by one; the statement is free again when the loop ends, however it ends. */
  iterate<Row>(sql: string, ...values: SqlValue[]): Iterable<Row> {
    return this.#prepare(sql).iterate(...values) as Iterable<Row>;
  }

  /** Runs a function in a transaction: all of it is stored, or, when it throws, nothing. */
  transaction<T>(work: () => T): T {
    this.execute('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.execute('COMMIT');
      return result;
    } catch (error) {
      // A full disk has SQLite roll back by itself; there is nothing left to roll back then.
      if (this.#database.isTransaction) this.execute('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #prepare(sql: string): StatementSyncInstance {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#database.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

export type SqlValue = string | number | bigint | Uint8Array | null;

/** A BLOB column as a Buffer, without copying. */
export function bufferOf(blob: Uint8Array): Buffer {
  return Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
}

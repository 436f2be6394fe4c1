import {
  type DatabaseSyncInstance,
  openDatabaseFile,
  type StatementSyncInstance,
} from './sqlite.ts';

/** Milliseconds to wait for another process that is writing. */
const BUSY_TIMEOUT_MS = 5000;

/** `FULL`: a commit is on the disk when it returns, also after a power failure. */
type Synchronous = 'FULL' | 'NORMAL';

/** A thin, typed door to SQLite: prepared statements by their text, and transactions. */
export class Database {
  readonly #database: DatabaseSyncInstance;
  readonly #statements = new Map<string, StatementSyncInstance>();
  #isSynced = true;
  #isInTransaction = false;
  #synchronous: Synchronous | undefined;

  private constructor(database: DatabaseSyncInstance) {
    this.#database = database;
  }

  /** Opens a database file, creating it if it is missing. */
  static open(path: string): Database {
    const database = new Database(openDatabaseFile(path, BUSY_TIMEOUT_MS));
    database.#configure();
    return database;
  }

  #configure(): void {
    // auto_vacuum only takes effect before the first table exists. To set it again would write.
    const INCREMENTAL = 2;
    const vacuum = this.get<{ auto_vacuum: number }>('PRAGMA auto_vacuum')?.auto_vacuum;
    if (vacuum !== INCREMENTAL) this.execute(`PRAGMA auto_vacuum = ${INCREMENTAL}`);
    this.execute('PRAGMA journal_mode = WAL');
    this.#waitFor('FULL');
    this.execute('PRAGMA journal_size_limit = 67108864');
    this.execute('PRAGMA cache_size = -16384');
  }

  execute(sql: string): void {
    this.#database.exec(sql);
  }

  run(sql: string, ...values: SqlValue[]): { changes: number; lastId: number } {
    if (!this.#isInTransaction) this.#waitFor('FULL');
    const { changes, lastInsertRowid } = this.#prepare(sql).run(...values);
    return { changes, lastId: Number(lastInsertRowid) };
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

  /**
   * Runs a function in a transaction that is not waited for until it is on the disk. Nothing is lost
   * when this process is killed, or crashes; when the power fails, what was committed like this
   * since the last {@link sync} may be gone, the latest first.
   */
  relaxedTransaction<T>(work: () => T): T {
    this.#isSynced = false;
    return this.#transaction('NORMAL', work);
  }

  /** Waits until everything that was committed is on the disk. */
  sync(): void {
    if (this.#isSynced) return;
    // A commit takes all that is before it in the log along; but it has to change something.
    this.run(
      `INSERT INTO setting (key, value) VALUES ('syncs', '1')
       ON CONFLICT (key) DO UPDATE SET value = value + 1`,
    );
    this.#isSynced = true;
  }

  /** Runs a function in a transaction: all of it is stored, or, when it throws, nothing. */
  transaction<T>(work: () => T): T {
    return this.#transaction('FULL', work);
  }

  #transaction<T>(synchronous: Synchronous, work: () => T): T {
    this.#waitFor(synchronous);
    this.#prepare('BEGIN IMMEDIATE').run();
    this.#isInTransaction = true;
    try {
      const result = work();
      this.#prepare('COMMIT').run();
      return result;
    } catch (error) {
      // A full disk has SQLite roll back by itself; there is nothing left to roll back then.
      if (this.#database.isTransaction) this.execute('ROLLBACK');
      throw error;
    } finally {
      this.#isInTransaction = false;
    }
  }

  /** What the next commits wait for. It is said only when it changes: results come in long rows. */
  #waitFor(synchronous: Synchronous): void {
    if (this.#synchronous === synchronous) return;
    this.execute(`PRAGMA synchronous = ${synchronous}`);
    this.#synchronous = synchronous;
  }

  /**
   * Closes it. The driver lets go of the file only when the statements are collected as garbage, so
   * what is still in the write-ahead log goes into the file here: a copy of it is complete.
   */
  close(): void {
    try {
      this.execute('PRAGMA wal_checkpoint(PASSIVE)');
    } catch {
      // The disk is full, or broken: then it stays in the log, where the next one finds it.
    }
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

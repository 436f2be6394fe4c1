import { OutboxError, type OutboxObserver } from '../core/outbox-error.ts';
import {
  type DatabaseSyncInstance,
  explainFailure,
  openDatabaseFile,
  rollBack,
  type StatementSyncInstance,
} from './sqlite.ts';

/** How long a command waits for another process that is writing. */
const BUSY_TIMEOUT_MS = 5000;

/** `FULL`: a commit is on the disk when it returns, also after a power failure. */
type Synchronous = 'FULL' | 'NORMAL';

export interface DatabaseOptions {
  /**
   * Milliseconds to wait for another process that is writing. All else waits meanwhile; after a
   * failure it does not wait at all until something could be written.
   */
  readonly busyTimeoutMs?: number;
  readonly observer?: OutboxObserver;
  /** Whether it can only be read: then it must be there, and in the present shape. */
  readonly readOnly?: boolean;
  /** Whether nothing stays beside the file, so that it can be moved. For one that nobody else uses. */
  readonly isSingleFile?: boolean;
}

/**
 * A thin, typed door to SQLite: prepared statements by their text, and transactions. Whatever fails,
 * it throws an OutboxError.
 */
export class Database {
  readonly path: string;
  readonly #busyTimeoutMs: number;
  readonly #observer: OutboxObserver | undefined;
  readonly #readOnly: boolean;
  readonly #isSingleFile: boolean;
  readonly #statements = new Map<string, StatementSyncInstance>();
  /** Undefined while it is between two files. */
  #connection: DatabaseSyncInstance | undefined;
  #isSynced = true;
  #isInTransaction = false;
  /** True from a wait for another process that was in vain until something could be written. */
  #isBusy = false;
  #lastFailure: OutboxError | undefined;
  #synchronous: Synchronous | undefined;
  /** Changes when what was written may not be there: it was taken back, or the file is another one. */
  generation = 0;

  private constructor(path: string, options: DatabaseOptions) {
    this.path = path;
    this.#busyTimeoutMs = options.busyTimeoutMs ?? BUSY_TIMEOUT_MS;
    this.#observer = options.observer;
    this.#readOnly = options.readOnly ?? false;
    this.#isSingleFile = options.isSingleFile ?? false;
  }

  /** Opens a database file, creating it if it is missing. */
  static open(path: string, options: DatabaseOptions = {}): Database {
    const database = new Database(path, options);
    database.#attempt('opened', () => database.#open());
    return database;
  }

  #open(): void {
    this.#synchronous = undefined;
    const connection = openDatabaseFile(this.path, this.#busyTimeoutMs, this.#readOnly);
    this.#connection = connection;
    try {
      if (!this.#readOnly) this.#configure(connection);
    } catch (error) {
      this.#connection = undefined;
      this.#statements.clear();
      connection.close();
      throw error;
    }
  }

  #configure(connection: DatabaseSyncInstance): void {
    // auto_vacuum only takes effect before the first table exists. To set it again would write.
    const INCREMENTAL = 2;
    const row = this.#prepare('PRAGMA auto_vacuum').get() as { auto_vacuum: number } | undefined;
    if (row?.auto_vacuum !== INCREMENTAL) connection.exec(`PRAGMA auto_vacuum = ${INCREMENTAL}`);
    connection.exec(`PRAGMA journal_mode = ${this.#isSingleFile ? 'DELETE' : 'WAL'}`);
    this.#waitFor('FULL');
    connection.exec('PRAGMA journal_size_limit = 67108864');
    connection.exec('PRAGMA cache_size = -16384');
  }

  execute(sql: string): void {
    this.#attempt('used', () => this.#opened().exec(sql));
  }

  run(sql: string, ...values: SqlValue[]): { changes: number; lastId: number } {
    return this.#attempt('written', () => {
      if (!this.#isInTransaction) this.#waitFor('FULL');
      const { changes, lastInsertRowid } = this.#prepare(sql).run(...values);
      if (!this.#isInTransaction) this.#worked();
      return { changes, lastId: Number(lastInsertRowid) };
    });
  }

  get<Row>(sql: string, ...values: SqlValue[]): Row | undefined {
    return this.#attempt('read', () => this.#prepare(sql).get(...values) as Row | undefined);
  }

  all<Row>(sql: string, ...values: SqlValue[]): Row[] {
    return this.#attempt('read', () => this.#prepare(sql).all(...values) as Row[]);
  }

  /** Rows one by one; the statement is free again when the loop ends, however it ends. */
  *iterate<Row>(sql: string, ...values: SqlValue[]): Iterable<Row> {
    try {
      yield* this.#prepare(sql).iterate(...values) as Iterable<Row>;
    } catch (error) {
      throw this.#failed('read', error);
    }
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
    this.probe();
    this.#isSynced = true;
  }

  /** Writes a little, and waits until it is on the disk. */
  probe(): void {
    // A commit takes all that is before it in the log along; but it has to change something.
    this.run(
      `INSERT INTO setting (key, value) VALUES ('syncs', '1')
       ON CONFLICT (key) DO UPDATE SET value = value + 1`,
    );
  }

  /** Runs a function in a transaction: all of it is stored, or, when it throws, nothing. */
  transaction<T>(work: () => T): T {
    return this.#transaction('FULL', work);
  }

  #transaction<T>(synchronous: Synchronous, work: () => T): T {
    return this.#attempt('written', () => {
      const connection = this.#opened();
      if (connection.isTransaction) connection.exec('ROLLBACK'); // the last one could not
      this.#waitFor(synchronous);
      this.#prepare('BEGIN IMMEDIATE').run();
      this.#isInTransaction = true;
      try {
        const result = work();
        this.#prepare('COMMIT').run();
        this.#worked();
        return result;
      } catch (error) {
        this.generation += 1;
        rollBack(connection);
        throw error;
      } finally {
        this.#isInTransaction = false;
      }
    });
  }

  /** What the next commits wait for. It is said only when it changes: results come in long rows. */
  #waitFor(synchronous: Synchronous): void {
    if (this.#synchronous === synchronous) return;
    this.#opened().exec(`PRAGMA synchronous = ${synchronous}`);
    this.#synchronous = synchronous;
  }

  /**
   * Moves all that is in the write-ahead log into the file, and begins a new log, with a new file.
   * For a log whose file was removed. Fails while another process has the database open.
   */
  renewLog(): void {
    this.#attempt('written', () => {
      const connection = this.#opened();
      connection.exec('PRAGMA journal_mode = DELETE');
      connection.exec('PRAGMA journal_mode = WAL');
    });
  }

  /**
   * Leaves the open file, which may have been removed, and opens the one at the path.
   * @param place puts it there. Neither it nor its log may be there before.
   */
  moveTo(place: () => void): void {
    this.generation += 1;
    const old = this.#connection;
    if (old !== undefined) {
      // Else the driver would remove a log by its path once it lets go of the file, which is when
      // the statements are collected as garbage: by then it is another one's.
      try {
        old.exec('PRAGMA journal_mode = DELETE');
      } catch {
        // "Read-only", since the file is gone; but it has left its log.
      }
      this.#statements.clear();
      this.#connection = undefined;
      old.close();
    }
    this.#attempt('opened', () => {
      place();
      this.#open();
    });
  }

  /** False while it is between two files. */
  get isOpen(): boolean {
    return this.#connection !== undefined;
  }

  /**
   * Closes it. The driver lets go of the file only when the statements are collected as garbage, so
   * what is still in the write-ahead log goes into the file here: a copy of it is complete.
   */
  close(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    try {
      connection.exec('PRAGMA wal_checkpoint(PASSIVE)');
    } catch {
      // The disk is full, or broken: then it stays in the log, where the next one finds it.
    }
    this.#statements.clear();
    this.#connection = undefined;
    connection.close();
  }

  #opened(): DatabaseSyncInstance {
    if (this.#connection !== undefined) return this.#connection;
    throw OutboxError.about(`The outbox ${this.path} cannot be used`, 'gone');
  }

  #prepare(sql: string): StatementSyncInstance {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#opened().prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }

  #attempt<T>(verb: string, work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.#failed(verb, error);
    }
  }

  #failed(verb: string, error: unknown): OutboxError {
    if (error instanceof OutboxError && error === this.#lastFailure) return error; // from within
    const what = `The outbox ${this.path} cannot be ${verb}`;
    const failure = explainFailure(what, this.path, error);
    this.#lastFailure = failure;
    if (failure.trouble === 'busy' && !this.#isBusy) {
      this.#isBusy = true;
      this.#setBusyTimeout(0);
    }
    this.#observer?.failed(failure);
    return failure;
  }

  #worked(): void {
    this.#observer?.worked();
    if (!this.#isBusy) return;
    this.#isBusy = false;
    this.#setBusyTimeout(this.#busyTimeoutMs);
  }

  #setBusyTimeout(milliseconds: number): void {
    this.#connection?.exec(`PRAGMA busy_timeout = ${milliseconds}`);
  }
}

export type SqlValue = string | number | bigint | Uint8Array | null;

/** A BLOB column as a Buffer, without copying. */
export function bufferOf(blob: Uint8Array): Buffer {
  return Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
}

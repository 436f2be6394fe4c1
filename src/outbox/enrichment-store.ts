import type { Clock } from '../core/clock.ts';
import type { AnswerCache } from '../core/enrichment.ts';
import type { QuotaState } from '../core/quota.ts';
import type { Database } from './database.ts';

/** Answers of services, on disk. */
export class SqliteAnswerCache implements AnswerCache {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  get(key: string): string | undefined {
    const row = this.#database.get<{ answer: string }>(
      'SELECT answer FROM answer WHERE key = ? AND expires_at > ?',
      key,
      this.#clock.now(),
    );
    return row?.answer;
  }

  set(key: string, answer: string, ttlMs: number): void {
    const now = this.#clock.now();
    this.#database.transaction(() => {
      this.#database.run('DELETE FROM answer WHERE expires_at <= ?', now);
      this.#database.run(
        `INSERT INTO answer (key, answer, expires_at) VALUES (?, ?, ?)
         ON CONFLICT (key) DO UPDATE SET answer = excluded.answer, expires_at = excluded.expires_at`,
        key,
        answer,
        now + ttlMs,
      );
    });
  }
}

/** The states of quotas, on disk. */
export class SqliteQuotaStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  read(name: string): QuotaState | undefined {
    const row = this.#database.get<{ state: string }>(
      'SELECT state FROM quota WHERE name = ?',
      name,
    );
    return row === undefined ? undefined : (JSON.parse(row.state) as QuotaState);
  }

  write(name: string, state: QuotaState): void {
    this.#database.run(
      `INSERT INTO quota (name, state) VALUES (?, ?)
       ON CONFLICT (name) DO UPDATE SET state = excluded.state`,
      name,
      JSON.stringify(state),
    );
  }
}

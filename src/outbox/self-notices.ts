import type { Database } from './database.ts';
import { Notices } from './grouping/notices.ts';

const KEY = 'told_notices';

/** What we say about ourselves, and when it was said last. */
export class SelfNoticeStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Stores a message of our own for a lane. @param now in milliseconds since 1970. */
  tell(lane: number, sentence: string, now: number): void {
    this.#database.transaction(() => new Notices(this.#database).store(lane, sentence, now));
  }

  /** When each was told last, in milliseconds since 1970. */
  read(): Record<string, number> {
    const row = this.#database.get<{ value: string }>(
      'SELECT value FROM setting WHERE key = ?',
      KEY,
    );
    return row === undefined ? {} : (JSON.parse(row.value) as Record<string, number>);
  }

  write(times: Readonly<Record<string, number>>): void {
    this.#database.run(
      `INSERT INTO setting (key, value) VALUES (?, ?)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
      KEY,
      JSON.stringify(times),
    );
  }
}

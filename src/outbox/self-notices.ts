import type { Database } from './database.ts';
import { Notices } from './grouping/notices.ts';

const TOLD = 'told_notices';
const OPEN = 'open_notices';

/** What is told when something is over, and whom it was about. */
type Open = Readonly<Record<string, { readonly over: string; readonly about?: string }>>;

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
    return this.#read<Record<string, number>>(TOLD) ?? {};
  }

  write(times: Readonly<Record<string, number>>): void {
    this.#write(TOLD, times);
  }

  /** What was told and is not over. */
  open(): Open {
    return this.#read<Open>(OPEN) ?? {};
  }

  setOpen(open: Open): void {
    this.#write(OPEN, open);
  }

  #read<Value>(key: string): Value | undefined {
    const row = this.#database.get<{ value: string }>(
      'SELECT value FROM setting WHERE key = ?',
      key,
    );
    return row === undefined ? undefined : (JSON.parse(row.value) as Value);
  }

  #write(key: string, value: object): void {
    this.#database.run(
      `INSERT INTO setting (key, value) VALUES (?, ?)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
      key,
      JSON.stringify(value),
    );
  }
}

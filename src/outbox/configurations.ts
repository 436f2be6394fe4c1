import { createHash } from 'node:crypto';
import type { Database } from './database.ts';

/** How many are kept. */
const MOST = 50;
/** Longest text that is kept, in bytes. */
const LONGEST = 2 ** 20;

/** What decided about alerts from a time on. */
export interface StoredConfiguration {
  readonly hash: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Undefined where it was too long to be kept. */
  readonly text: string | undefined;
}

/** The hash that tells configurations apart. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** The configurations that were in force, so that an old alert can be explained by what decided then. */
export class Configurations {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Keeps what is in force from now on, unless it is what was in force before. It holds no secret. */
  inForce(text: string, now: number): void {
    const hash = hashOf(text);
    if (this.#newest() === hash) return;
    this.#database.transaction(() => {
      this.#database.run(
        'INSERT INTO configuration (hash, since, text) VALUES (?, ?, ?)',
        hash,
        now,
        Buffer.byteLength(text) > LONGEST ? null : text,
      );
      this.#database.run(
        `DELETE FROM configuration
         WHERE id NOT IN (SELECT id FROM configuration ORDER BY id DESC LIMIT ?)`,
        MOST,
      );
    });
  }

  /** What was in force at a time, in milliseconds since 1970; undefined before the first that is kept. */
  at(time: number): StoredConfiguration | undefined {
    const row = this.#database.get<{ hash: string; since: number; text: string | null }>(
      'SELECT hash, since, text FROM configuration WHERE since <= ? ORDER BY id DESC LIMIT 1',
      time,
    );
    return row && { ...row, text: row.text ?? undefined };
  }

  #newest(): string | undefined {
    const sql = 'SELECT hash FROM configuration ORDER BY id DESC LIMIT 1';
    return this.#database.get<{ hash: string }>(sql)?.hash;
  }
}

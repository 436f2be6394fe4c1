import type { MuteMark } from '../../core/grouping.ts';
import type { Database } from '../database.ts';

/**
 * What is stored of silences and mutes, during one transaction: read once, and counted at its end.
 */
export class QuietStore {
  readonly #database: Database;
  readonly #ended = new Map<string, boolean>();
  readonly #opened = new Map<string, number | undefined>();
  readonly #counts = new Map<string, { key: string; lane: number; n: number }>();

  constructor(database: Database) {
    this.#database = database;
  }

  isEnded(key: string): boolean {
    let isEnded = this.#ended.get(key);
    if (isEnded === undefined) {
      const sql = 'SELECT 1 AS ended FROM silence WHERE key = ? AND ended_at IS NOT NULL';
      isEnded = this.#database.get(sql, key) !== undefined;
      this.#ended.set(key, isEnded);
    }
    return isEnded;
  }

  countSilenced(key: string, lane: number): void {
    const id = `${lane} ${key}`;
    const count = this.#counts.get(id);
    if (count === undefined) this.#counts.set(id, { key, lane, n: 1 });
    else count.n += 1;
  }

  muteOpened(name: string, key: string): number | undefined {
    const id = JSON.stringify([name, key]);
    if (!this.#opened.has(id)) {
      const sql = 'SELECT opened_at AS at FROM mute WHERE name = ? AND key = ?';
      this.#opened.set(id, this.#database.get<{ at: number }>(sql, name, key)?.at);
    }
    return this.#opened.get(id);
  }

  flush(): void {
    for (const { key, lane, n } of this.#counts.values()) {
      this.#database.run(
        `INSERT INTO silence_held (key, lane, n) VALUES (?, ?, ?)
         ON CONFLICT (key, lane) DO UPDATE SET n = n + excluded.n`,
        key,
        lane,
        n,
      );
    }
    this.#counts.clear();
  }
}

/** Opens mutes, or keeps them open. To be called in a transaction, before their alerts are placed. */
export function openMutes(database: Database, marks: readonly MuteMark[], now: number): void {
  for (const { name, key, forMs } of marks) {
    database.run(
      `INSERT INTO mute (name, key, opened_at, forget_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (name, key) DO UPDATE
         SET opened_at = excluded.opened_at, forget_at = excluded.forget_at`,
      name,
      key,
      now,
      now + Math.ceil(forMs),
    );
  }
}

/** How long a silence that is over is still listed. */
const KEPT_MS = 90 * 24 * 3_600_000;

/** Keys of mutes that are kept: an attacker can make up any number. Beyond it, what is closed first goes. */
const MOST_MUTED = 100_000;

/** Forgets mutes that are not open any more, and silences that were over long ago. */
export function forgetQuieted(database: Database, now: number, limit: number): number {
  const mutes = database.run(
    `DELETE FROM mute WHERE (name, key) IN (
       SELECT name, key FROM mute WHERE forget_at <= MAX(?, COALESCE(
         (SELECT forget_at FROM mute ORDER BY forget_at DESC LIMIT 1 OFFSET ?), 0))
       ORDER BY forget_at LIMIT ?)`,
    now,
    MOST_MUTED,
    limit,
  ).changes;
  const old = database.all<{ key: string }>(
    'SELECT key FROM silence WHERE ends_at <= ? ORDER BY ends_at LIMIT ?',
    now - KEPT_MS,
    limit,
  );
  for (const { key } of old) {
    database.run('DELETE FROM silence_held WHERE key = ?', key);
    database.run('DELETE FROM silence WHERE key = ?', key);
  }
  return mutes + old.length;
}

import { HOUR_MS } from '../core/durations.ts';
import type { QuietSource, SourceHour } from '../core/quiet-source.ts';
import type { Database } from './database.ts';

const QUIET = 'quiet_sources';

/** What sources bring at which hour. Hours are of UTC, counted since 1970. */
export class SourceHours {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** A source was watched for so long. @param gapMs the time without an alert until now. */
  watched(source: string, hour: number, milliseconds: number, gapMs: number): void {
    this.#database.relaxedTransaction(() =>
      this.#database.run(
        `INSERT INTO source_hour (source, hour, watched_ms, gap_ms) VALUES (?, ?, ?, ?)
         ON CONFLICT (source, hour) DO UPDATE SET watched_ms = watched_ms + excluded.watched_ms,
           gap_ms = MAX(gap_ms, excluded.gap_ms)`,
        source,
        hour,
        Math.round(milliseconds),
        Math.round(gapMs),
      ),
    );
  }

  /** Those of some hours that are known. */
  of(source: string, hours: readonly number[]): SourceHour[] {
    const rows = this.#database.all<HourRow>(
      `SELECT * FROM source_hour
       WHERE source = ? AND hour IN (SELECT value FROM json_each(?)) ORDER BY hour`,
      source,
      JSON.stringify(hours),
    );
    return rows.map((row) => ({
      hour: row.hour,
      count: row.n,
      watchedMs: row.watched_ms,
      gapMs: row.gap_ms,
      isQuiet: row.is_quiet === 1,
    }));
  }

  /** Nothing is to be learnt from an hour. */
  setQuiet(source: string, hour: number): void {
    this.#database.run(
      'UPDATE source_hour SET is_quiet = 1 WHERE source = ? AND hour = ?',
      source,
      hour,
    );
  }

  /** Removes what is older. */
  forget(source: string, before: number): void {
    this.#database.run('DELETE FROM source_hour WHERE source = ? AND hour < ?', source, before);
  }

  /** The sources that are quiet at the moment, by their names. */
  quiet(): Readonly<Record<string, QuietSource>> {
    const row = this.#database.get<{ value: string }>(
      'SELECT value FROM setting WHERE key = ?',
      QUIET,
    );
    return row === undefined ? {} : (JSON.parse(row.value) as Record<string, QuietSource>);
  }

  setQuietSources(sources: Readonly<Record<string, QuietSource>>): void {
    this.#database.run(
      `INSERT INTO setting (key, value) VALUES (?, ?)
       ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
      QUIET,
      JSON.stringify(sources),
    );
  }
}

/**
 * Counts what was read of a source. To be called in the transaction that stores it.
 * @param now in milliseconds since 1970.
 */
export function countRead(database: Database, source: string, now: number, count: number): void {
  if (count === 0) return;
  database.run(
    `INSERT INTO source_hour (source, hour, n) VALUES (?, ?, ?)
     ON CONFLICT (source, hour) DO UPDATE SET n = n + excluded.n`,
    source,
    Math.floor(now / HOUR_MS),
    count,
  );
}

interface HourRow {
  hour: number;
  n: number;
  watched_ms: number;
  gap_ms: number;
  is_quiet: number;
}

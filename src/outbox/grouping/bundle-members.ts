import { LARGE_BYTES } from '../../core/delivery.ts';
import { bufferOf, type Database } from '../database.ts';

/** Members of a bundle that have the same key. Times are milliseconds since 1970. */
export interface MemberLine {
  readonly key: string;
  readonly count: number;
  readonly first: number;
  readonly last: number;
  /** The highest of their levels. */
  readonly level: number;
  /** The first of their deliveries. */
  readonly least: number;
  /** The same of all members, and how many lines there are. */
  readonly allCount: number;
  readonly allFirst: number;
  readonly allLast: number;
  readonly allLines: number;
}

/** So many of the highest level are looked at for examples: large ones are left out. */
const HIGHEST = 50;
/** So many members, the first ones, are looked at for samples: all of any bundle but that of a silence. */
const MOST_SAMPLED = 10_000;

/** Of the deliveries of a bundle, with the labels of their alerts, all but one that only carries a receipt. */
const MEMBERS = `FROM delivery d JOIN alert_label f ON f.alert = d.alert
  WHERE d.bundle = ? AND (d.id <> ? OR d.verdict IS NOT NULL)`;
const KEY = `COALESCE(d.member_key, '[]')`;

/** The deliveries that a bundle has together, in numbers and examples. */
export class BundleMembers {
  readonly #database: Database;
  readonly #bundle: number;
  readonly #head: number;

  constructor(database: Database, bundle: number, head: number) {
    this.#database = database;
    this.#bundle = bundle;
    this.#head = head;
  }

  /** By their keys, the highest level first, then the most. */
  lines(limit: number): MemberLine[] {
    return this.#database.all<MemberLine>(
      `WITH line AS MATERIALIZED (
         SELECT ${KEY} AS key, COUNT(*) AS count, MIN(f.read_at) AS first, MAX(f.read_at) AS last,
           MAX(f.level) AS level, MIN(d.id) AS least ${MEMBERS} GROUP BY 1)
       SELECT *, SUM(count) OVER () AS allCount, MIN(first) OVER () AS allFirst,
         MAX(last) OVER () AS allLast, COUNT(*) OVER () AS allLines
       FROM line ORDER BY level DESC, count DESC, least LIMIT ?`,
      this.#bundle,
      this.#head,
      limit,
    );
  }

  /** Alerts of the highest level, the first ones, by their rows. */
  highest(): number[] {
    return this.#database
      .all<{ alert: number }>(
        `SELECT d.alert ${MEMBERS} ORDER BY f.level DESC, d.id LIMIT ${HIGHEST}`,
        this.#bundle,
        this.#head,
      )
      .map(({ alert }) => alert);
  }

  /** Alerts of each line, the highest level first, by the keys; large ones are left out. */
  samples(lines: readonly MemberLine[], limit: number): Map<string, Buffer[]> {
    const rows = this.#database.all<{ key: string; alert: number }>(
      `WITH some AS MATERIALIZED (
         SELECT d.id, d.alert, ${KEY} AS key, f.level ${MEMBERS} ORDER BY d.id LIMIT ${MOST_SAMPLED})
       SELECT key, alert FROM (
         SELECT key, alert, ROW_NUMBER() OVER (PARTITION BY key ORDER BY some.level DESC, some.id) AS place
         FROM some JOIN alert a ON a.id = some.alert
         WHERE key IN (SELECT value FROM json_each(?)) AND length(a.raw) <= ${LARGE_BYTES})
       WHERE place <= ? ORDER BY key, place`,
      this.#bundle,
      this.#head,
      JSON.stringify(lines.map(({ key }) => key)),
      limit,
    );
    const alerts = new Map<string, number[]>(lines.map(({ key }) => [key, []]));
    for (const { key, alert } of rows) alerts.get(key)?.push(alert);
    return new Map(
      lines.map(({ key, least }) => {
        const its = alerts.get(key) ?? [];
        return [key, this.raws(its.length > 0 ? its : this.#alertOf(least), limit)];
      }),
    );
  }

  /** The bytes of alerts, of so many at most; large ones are left out. */
  raws(alerts: readonly number[], limit: number): Buffer[] {
    const raws: Buffer[] = [];
    for (const alert of alerts) {
      if (raws.length === limit) break;
      const row = this.#database.get<{ raw: Uint8Array }>(
        `SELECT raw FROM alert WHERE id = ? AND length(raw) <= ${LARGE_BYTES}`,
        alert,
      );
      if (row !== undefined) raws.push(bufferOf(row.raw));
    }
    return raws;
  }

  #alertOf(delivery: number): number[] {
    const sql = 'SELECT alert FROM delivery WHERE id = ?';
    return this.#database.all<{ alert: number }>(sql, delivery).map(({ alert }) => alert);
  }
}

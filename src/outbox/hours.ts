import type { Database } from './database.ts';

/** What came of the attempts of an hour. */
export interface HourRow {
  /** When it began, in milliseconds since 1970. */
  readonly at: number;
  readonly delivered: number;
  readonly failed: number;
}

/** All of them in one row: they are read and written together, and are no more than some hundreds. */
const KEY = 'hours';

/** The hours that were kept, the oldest first. What cannot be read is as good as none: a plot begins anew. */
export function readHours(database: Database): HourRow[] {
  const row = database.get<{ value: string }>('SELECT value FROM setting WHERE key = ?', KEY);
  try {
    const rows: unknown = JSON.parse(row?.value ?? '[]');
    if (!Array.isArray(rows)) return [];
    return rows.filter(isRow).map(([at, delivered, failed]) => ({ at, delivered, failed }));
  } catch {
    return [];
  }
}

/** Keeps them instead of those before. */
export function storeHours(database: Database, hours: readonly HourRow[]): void {
  const rows = hours.map(({ at, delivered, failed }) => [at, delivered, failed]);
  database.run(
    `INSERT INTO setting (key, value) VALUES (?, ?)
     ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    KEY,
    JSON.stringify(rows),
  );
}

function isRow(row: unknown): row is [number, number, number] {
  return Array.isArray(row) && row.length === 3 && row.every((one) => Number.isSafeInteger(one));
}

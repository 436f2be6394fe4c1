import type { Database } from '../database.ts';

/**
 * The first delivery whose alert was read at a time or later, found by halving: times grow with ids. Where
 * the clock was set back, it is one near it.
 */
export function firstReadSince(database: Database, since: number): number {
  const ends = database.get<{ low: number | null; high: number | null }>(
    'SELECT (SELECT MIN(id) FROM delivery) AS low, (SELECT MAX(id) FROM delivery) AS high',
  );
  let low = ends?.low ?? 0;
  let high = (ends?.high ?? 0) + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = database.get<{ id: number; read_at: number }>(
      `SELECT d.id, a.read_at FROM delivery d JOIN alert a ON a.id = d.alert
       WHERE d.id >= ? ORDER BY d.id LIMIT 1`,
      middle,
    );
    if (row === undefined || row.read_at >= since) high = middle;
    else low = row.id + 1;
  }
  return low;
}

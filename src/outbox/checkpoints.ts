import type { Checkpoint } from '../core/source.ts';
import type { Database } from './database.ts';

/** Where reading of a source goes on; undefined at its first start. */
export function readCheckpoint(database: Database, source: string): Checkpoint | undefined {
  const row = database.get<{ version: number; state: string }>(
    'SELECT version, state FROM checkpoint WHERE source = ?',
    source,
  );
  return row && { source, version: row.version, state: JSON.parse(row.state) as unknown };
}

/** Replaces the checkpoint of its source. */
export function storeCheckpoint(database: Database, { source, version, state }: Checkpoint): void {
  database.run(
    `INSERT INTO checkpoint (source, version, state) VALUES (?, ?, ?)
     ON CONFLICT (source) DO UPDATE SET version = excluded.version, state = excluded.state`,
    source,
    version,
    JSON.stringify(state),
  );
}

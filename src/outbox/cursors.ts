import type { LaneCursor } from '../core/outbox.ts';
import type { Checkpoint, Loss } from '../core/source.ts';
import type { Database } from './database.ts';

/** Where the lanes that are behind stopped storing what a source has for them. */
export function readCursors(database: Database, source: string): Map<number, LaneCursor> {
  const rows = database.all<CursorRow>('SELECT * FROM cursor WHERE source = ?', source);
  return new Map(
    rows.map(({ lane, version, state, since }) => {
      const checkpoint = { source, version, state: JSON.parse(state) as unknown };
      return [lane, { checkpoint, since }];
    }),
  );
}

/** A lane stops at a place in a source. */
export function setCursor(
  database: Database,
  lane: number,
  { source, version, state }: Checkpoint,
  now: number,
): void {
  database.run(
    `INSERT INTO cursor (lane, source, version, state, since) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (lane, source) DO UPDATE SET version = excluded.version, state = excluded.state`,
    lane,
    source,
    version,
    JSON.stringify(state),
    now,
  );
}

/**
 * A lane that is behind has come to another place, or, when that is undefined, has caught up. False
 * when it is not behind.
 */
export function moveCursor(
  database: Database,
  lane: number,
  source: string,
  place: Checkpoint | undefined,
): boolean {
  const { changes } =
    place === undefined
      ? database.run('DELETE FROM cursor WHERE lane = ? AND source = ?', lane, source)
      : database.run(
          'UPDATE cursor SET version = ?, state = ? WHERE lane = ? AND source = ?',
          place.version,
          JSON.stringify(place.state),
          lane,
          source,
        );
  return changes > 0;
}

/** Lanes need not catch up any more: an operator has dropped what waits for them. */
export function dropCursors(database: Database, lanes: Iterable<number>): void {
  const ids = JSON.stringify([...lanes]);
  database.run('DELETE FROM cursor WHERE lane IN (SELECT value FROM json_each(?))', ids);
}

/** Counts what could not be read again for a lane. */
export function countLosses(database: Database, lane: number, losses: readonly Loss[]): void {
  const bytes = losses.reduce((sum, loss) => sum + (loss.bytes ?? 0), 0);
  database.run(
    'UPDATE lane SET losses = losses + ?, lost_bytes = lost_bytes + ? WHERE id = ?',
    losses.length,
    bytes,
    lane,
  );
}

interface CursorRow {
  lane: number;
  version: number;
  state: string;
  since: number;
}

import type { FinishedState } from '../core/outbox-space.ts';
import type { Database } from './database.ts';

/** What waits in each lane, in bytes. Triggers keep the sums (see migrations.ts). */
export function waitingBytes(database: Database): Map<number, number> {
  const rows = database.all<{ lane: number; bytes: number }>(
    `SELECT lane, bytes FROM usage WHERE kind = 'waiting' AND bytes > 0`,
  );
  return new Map(rows.map(({ lane, bytes }) => [lane, bytes]));
}

/** Bytes of all that ended in a state. */
export function finishedBytes(database: Database, state: FinishedState): number {
  const row = database.get<{ bytes: number | null }>(
    'SELECT SUM(bytes) AS bytes FROM usage WHERE kind = ?',
    state,
  );
  return row?.bytes ?? 0;
}

/** The lane with most bytes that ended in a state. */
export function largestLane(database: Database, state: FinishedState): number | undefined {
  return database.get<{ lane: number }>(
    'SELECT lane FROM usage WHERE kind = ? AND bytes > 0 ORDER BY bytes DESC, lane LIMIT 1',
    state,
  )?.lane;
}

/**
 * Makes dead letters of what waits in a lane and was never attempted, the lowest priority first, then
 * the oldest, until so many bytes are free.
 */
export function shrink(database: Database, lane: number, bytes: number, now: number): number {
  return database.transaction(() => {
    const ids: number[] = [];
    let freed = 0;
    const rows = database.iterate<{ id: number; bytes: number }>(
      `SELECT id, bytes FROM delivery
       WHERE lane = ? AND (state = 'pending' AND due_at = 0 AND attempts = 0
         OR state = 'held' AND (bundle IS NULL
           OR (SELECT sealed_at FROM bundle b WHERE b.id = delivery.bundle) IS NULL))
       ORDER BY priority, id`,
      lane,
    );
    for (const row of rows) {
      if (freed >= bytes) break;
      ids.push(row.id);
      freed += row.bytes;
    }
    const { changes } = database.run(
      `UPDATE delivery SET state = 'dead', reason = 'internal', finished_at = ?
       WHERE id IN (SELECT value FROM json_each(?))`,
      now,
      JSON.stringify(ids),
    );
    return changes;
  });
}

import type { Waiting } from '../core/outbox.ts';
import type { Database } from './database.ts';

/** What waits in a lane, also what is being attempted. */
export function countWaiting(database: Database, lane: number): Waiting {
  const row = database.get<{ n: number; oldest: number | null }>(
    `SELECT COUNT(*) AS n, MIN(a.read_at) AS oldest
     FROM delivery d JOIN alert a ON a.id = d.alert
     WHERE d.lane = ? AND d.state IN ('pending', 'leased', 'held')`,
    lane,
  );
  return { count: row?.n ?? 0, oldestReadAt: row?.oldest ?? undefined };
}

/** Makes dead letters of what waits in a lane and was read before a time. Returns how many. */
export function giveUp(database: Database, lane: number, readBefore: number, now: number): number {
  return database.run(
    `UPDATE delivery SET state = 'dead', due_at = 0, reason = 'configuration', finished_at = ?
     WHERE lane = ? AND (state = 'pending'
       OR state = 'held' AND (SELECT sealed_at FROM bundle b WHERE b.id = delivery.bundle) IS NULL)
       AND (SELECT read_at FROM alert WHERE alert.id = delivery.alert) < ?`,
    now,
    lane,
    readBefore,
  ).changes;
}

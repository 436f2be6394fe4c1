import type { Database } from './database.ts';

/**
 * When the next delivery of a lane falls due: 0 at once; undefined when none waits.
 * @param held the same for what is held back.
 */
export function nextDue(
  database: Database,
  lane: number,
  held: () => number | undefined,
): number | undefined {
  const ready = database.get<{ id: number }>(
    `SELECT id FROM delivery WHERE lane = ? AND state = 'pending' AND due_at = 0 LIMIT 1`,
    lane,
  );
  if (ready !== undefined) return 0;
  const scheduled = database.get<{ due: number | null }>(
    `SELECT MIN(due_at) AS due FROM delivery
     WHERE lane = ? AND state = 'pending' AND due_at > 0`,
    lane,
  );
  const dues = [scheduled?.due, held()].filter((due) => due !== null && due !== undefined);
  return dues.length === 0 ? undefined : Math.min(...dues);
}

/** Makes deliveries that wait for a retry due at once. */
export function expedite(database: Database, lane: number): void {
  database.run(
    `UPDATE delivery SET due_at = 0 WHERE lane = ? AND state = 'pending' AND due_at > 0`,
    lane,
  );
}

/** Makes dead letters of what was never tried and was read before a time. Returns how many. */
export function expire(database: Database, lane: number, readBefore: number, now: number): number {
  return database.run(
    `UPDATE delivery SET state = 'dead', reason = 'rate_limited', finished_at = ?
     WHERE lane = ? AND state = 'pending' AND attempts = 0 AND due_at = 0
       AND (SELECT read_at FROM alert WHERE alert.id = delivery.alert) < ?`,
    now,
    lane,
    readBefore,
  ).changes;
}

/** The clock was set: what waits for a retry keeps waiting for as long as it would have, at most. */
export function clockJumped(database: Database, byMs: number): void {
  // After a jump forward, what falls due by it may as well be tried.
  const later = Math.min(byMs, 0);
  database.run('UPDATE lane SET held_until = 0');
  database.run(
    `UPDATE delivery SET first_attempt_at = first_attempt_at + ?,
       due_at = CASE WHEN due_at > 0 THEN MAX(1, due_at + ?) ELSE 0 END
     WHERE state IN ('pending', 'leased') AND (due_at > 0 OR first_attempt_at IS NOT NULL)`,
    byMs,
    later,
  );
}

import type { NewDelivery } from '../core/delivery.ts';
import type { IntakeCounts, UnreadableLine } from '../core/outbox.ts';
import type { Database } from './database.ts';

/** Unreadable lines kept for inspection; older ones are only counted. */
const UNREADABLE_KEPT = 1000;

/**
 * Stores alerts with their deliveries, in the order given. To be called in a transaction.
 * @param priorityOf how urgent an alert of a level is in a lane.
 */
export function insertAlerts(
  database: Database,
  alerts: readonly NewDelivery[],
  now: number,
  priorityOf: (lane: number, level: number) => number,
): void {
  if (alerts.length === 0) return;
  const deliveries: [alert: number, lane: number, priority: number][] = [];
  for (const { alertId, level, raw, lanes } of alerts) {
    const { lastId } = database.run(
      'INSERT INTO alert (alert_id, level, read_at, raw) VALUES (?, ?, ?, ?)',
      alertId ?? null,
      level,
      now,
      raw,
    );
    for (const lane of lanes) deliveries.push([lastId, lane, priorityOf(lane, level)]);
  }
  // All at once: a call for each costs more than storing it.
  database.run(
    `INSERT INTO delivery (alert, lane, priority)
     SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)`,
    JSON.stringify(deliveries),
  );
}

/** Keeps lines that are not alerts, the latest of them. To be called in a transaction. */
export function keepUnreadable(
  database: Database,
  lines: readonly UnreadableLine[],
  now: number,
): void {
  if (lines.length === 0) return;
  let last = 0;
  for (const line of lines.slice(-UNREADABLE_KEPT)) {
    last = database.run(
      `INSERT INTO unreadable (read_at, path, offset, length, reason, excerpt)
       VALUES (?, ?, ?, ?, ?, ?)`,
      now,
      line.path,
      line.offset,
      line.length,
      line.reason,
      line.excerpt,
    ).lastId;
  }
  database.run('DELETE FROM unreadable WHERE id <= ?', last - UNREADABLE_KEPT);
}

/** Adds to the counters of the same names. To be called in a transaction. */
export function count(database: Database, counts: IntakeCounts): void {
  for (const [name, value] of Object.entries(counts)) {
    if (value === 0) continue;
    database.run(
      `INSERT INTO counter (name, value) VALUES (?, ?)
       ON CONFLICT (name) DO UPDATE SET value = value + excluded.value`,
      name,
      value as number,
    );
  }
}

import type { NewDelivery } from '../core/delivery.ts';
import { deliverySize } from '../core/delivery-size.ts';
import type { IntakeCounts, UnreadableRecord } from '../core/outbox.ts';
import type { Database } from './database.ts';

/** Unreadable records kept for people to look at; older ones are only counted. */
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
  const deliveries: [alert: number, lane: number, priority: number, bytes: number][] = [];
  for (const { alertId, level, raw, lanes } of alerts) {
    const { lastId } = database.run(
      'INSERT INTO alert (alert_id, level, read_at, raw) VALUES (?, ?, ?, ?)',
      alertId ?? null,
      level,
      now,
      raw,
    );
    const bytes = deliverySize(raw.length);
    for (const lane of lanes) deliveries.push([lastId, lane, priorityOf(lane, level), bytes]);
  }
  // All at once: a call for each costs more than storing it.
  database.run(
    `INSERT INTO delivery (alert, lane, priority, bytes)
     SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?)`,
    JSON.stringify(deliveries),
  );
}

/** Keeps records that are no alerts, the latest of them. To be called in a transaction. */
export function keepUnreadable(
  database: Database,
  records: readonly UnreadableRecord[],
  now: number,
): void {
  if (records.length === 0) return;
  let last = 0;
  for (const record of records.slice(-UNREADABLE_KEPT)) {
    last = database.run(
      `INSERT INTO unreadable (read_at, source, place, length, reason, excerpt)
       VALUES (?, ?, ?, ?, ?, ?)`,
      now,
      record.source,
      record.place,
      record.length,
      record.reason,
      record.excerpt,
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

import { shortLabels } from '../alert/alert-labels.ts';
import type { NewDelivery } from '../core/delivery.ts';
import { deliverySize } from '../core/delivery-size.ts';
import type { HeldVerdict, LanePolicy, Placement } from '../core/grouping.ts';
import type { IntakeCounts, UnreadableRecord } from '../core/outbox.ts';
import type { Database } from './database.ts';
import type { LaneStores } from './grouping/lane-stores.ts';
import { Labels } from './labels.ts';

/** Unreadable records kept for people to look at; older ones are only counted. */
const UNREADABLE_KEPT = 1000;

/** How what is stored is placed. */
export interface Placing {
  /** How urgent an alert of a level is in a lane. */
  priorityOf(lane: number, level: number): number;
  policyOf(lane: number): LanePolicy | undefined;
  readonly stores: LaneStores;
  /** Something was held back. @param isSilenced whether it is never sent. */
  held(lane: number, verdict: HeldVerdict, isSilenced: boolean, alert: NewDelivery): void;
}

/** The columns of a new delivery. */
type NewRow = readonly [
  alert: number,
  lane: number,
  priority: number,
  bytes: number,
  state: string,
  dueAt: number,
  verdict: string | null,
  by: string | null,
  bundle: number | null,
  memberKey: string | null,
  finishedAt: number | null,
];

/** Stores alerts with their deliveries, in the order given. To be called in a transaction. */
export function insertAlerts(
  database: Database,
  alerts: readonly NewDelivery[],
  now: number,
  placing: Placing,
): void {
  if (alerts.length === 0) return;
  const plain: (readonly [alert: number, lane: number, priority: number, bytes: number])[] = [];
  const placed: NewRow[] = [];
  const labels = new Labels(database, now);
  const flushPlain = () => {
    // Ids must follow the order of the alerts.
    for (const row of plain.splice(0)) placed.push([...row, ...AT_ONCE]);
  };
  foresee(alerts, placing);
  for (const alert of alerts) {
    const { alertId, level, raw, lanes, arrivals, labels: known } = alert;
    const { lastId } = database.run(
      'INSERT INTO alert (alert_id, level, read_at, raw) VALUES (?, ?, ?, ?)',
      alertId ?? null,
      level,
      now,
      raw,
    );
    labels.add(lastId, level, known ?? shortLabels(raw));
    const bytes = deliverySize(raw.length);
    for (const lane of lanes) {
      const row = [lastId, lane, placing.priorityOf(lane, level), bytes] as const;
      const arrival = arrivals?.get(lane);
      const policy = arrival && placing.policyOf(lane);
      if (policy === undefined) {
        if (placed.length === 0) plain.push(row);
        else placed.push([...row, ...AT_ONCE]);
        continue;
      }
      flushPlain();
      const placement = policy.place(level, arrival ?? {}, placing.stores.of(lane), now);
      placed.push([...row, ...columnsOf(placement, now)]);
      if (placement.verdict !== undefined) {
        placing.held(lane, placement.verdict, placement.state === 'silenced', alert);
      }
    }
  }
  labels.store();
  // All at once: a call for each costs more than storing it.
  if (placed.length === 0) {
    database.run(
      `INSERT INTO delivery (alert, lane, priority, bytes)
       SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3 FROM json_each(?)`,
      JSON.stringify(plain),
    );
  } else {
    database.run(
      `INSERT INTO delivery (alert, lane, priority, bytes, state, due_at, verdict, verdict_by,
         bundle, member_key, finished_at)
       SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5,
         value ->> 6, value ->> 7, value ->> 8, value ->> 9, value ->> 10 FROM json_each(?)`,
      JSON.stringify(placed),
    );
  }
}

/** Has what the throttles of the lanes know of these alerts read. */
function foresee(alerts: readonly NewDelivery[], { stores }: Placing): void {
  const keys = new Map<number, string[]>();
  for (const { arrivals } of alerts) {
    for (const [lane, { throttleKey }] of arrivals ?? []) {
      if (throttleKey === undefined) continue;
      const its = keys.get(lane);
      if (its === undefined) keys.set(lane, [throttleKey]);
      else its.push(throttleKey);
    }
  }
  for (const [lane, its] of keys) stores.foresee(lane, its);
}

const AT_ONCE = ['pending', 0, null, null, null, null, null] as const;

function columnsOf(
  { state, dueAt, verdict, by, bundle, memberKey, isOver }: Placement,
  now: number,
): readonly [
  string,
  number,
  string | null,
  string | null,
  number | null,
  string | null,
  number | null,
] {
  return [
    state,
    dueAt,
    verdict ?? null,
    by ?? null,
    bundle ?? null,
    memberKey ?? null,
    isOver === true ? now : null,
  ];
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

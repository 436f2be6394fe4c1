import { CANARY } from '../core/canary.ts';
import { LARGE_BYTES, type LeasedDelivery } from '../core/delivery.ts';
import { bufferOf, type Database } from './database.ts';
import { readBundle } from './grouping/leased-bundle.ts';
import { LargeDelivery } from './large-delivery.ts';

/** Members of bundles that are read for one lease, but for those of a single bundle. */
const MEMBERS_PER_LEASE = 2000;

interface LeaseRow {
  id: number;
  attempts: number;
  tries: number;
  first_attempt_at: number | null;
  alert: number;
  bundle: number | null;
  salt: string | null;
  verdict: string | null;
  /** How many the bundle has; 0 without one. */
  members: number;
  bytes: number;
  /** Null for a large alert. */
  raw: Uint8Array | null;
}

/**
 * Takes up to `limit` deliveries that are due: urgent ones first, then in the order in which they were
 * read; no more bytes of alerts than `maxBytes`, and no more bundles than are soon read, but at least
 * one. To be called in a transaction.
 */
export function lease(
  database: Database,
  lane: number,
  limit: number,
  maxBytes: number,
): LeasedDelivery[] {
  const leased: LeasedDelivery[] = [];
  let bytes = 0;
  let members = 0;
  const rows = database.iterate<LeaseRow>(
    `SELECT d.id, d.attempts, d.tries, d.first_attempt_at, d.alert, d.bundle, d.salt, d.verdict,
       (SELECT COUNT(*) FROM delivery m WHERE m.bundle = d.bundle) AS members,
       length(a.raw) AS bytes, CASE WHEN length(a.raw) <= ${LARGE_BYTES} THEN a.raw END AS raw
     FROM delivery d JOIN alert a ON a.id = d.alert
     WHERE d.lane = ? AND d.state = 'pending' AND d.due_at = 0
     ORDER BY d.priority DESC, d.id LIMIT ?`,
    lane,
    limit,
  );
  const bundles: [position: number, row: LeaseRow][] = [];
  for (const row of rows) {
    bytes += row.bytes;
    members += row.members;
    if (leased.length > 0 && (bytes > maxBytes || members > MEMBERS_PER_LEASE)) break;
    if (row.bundle !== null) bundles.push([leased.length, row]);
    leased.push(deliveryOf(database, row));
  }
  for (const [position, row] of bundles) {
    leased[position] = carrying(database, row, leased[position] as LeasedDelivery);
  }
  database.run(
    `UPDATE delivery SET state = 'leased' WHERE id IN (SELECT value FROM json_each(?))`,
    JSON.stringify(leased.map(({ id }) => id)),
  );
  return leased;
}

function deliveryOf(database: Database, row: LeaseRow): LeasedDelivery {
  const { id, attempts, tries } = row;
  const facts = {
    id,
    attempts,
    tries,
    firstAttemptAt: row.first_attempt_at ?? undefined,
    ...(row.salt !== null && { salt: row.salt }),
    ...(row.verdict === CANARY && { isCanary: true }),
  };
  return row.raw === null
    ? new LargeDelivery(facts, row.bytes, () => rawOf(database, row.alert))
    : { ...facts, raw: bufferOf(row.raw) };
}

/** The delivery with the bundle that it carries, and the alert that stands for it. */
function carrying(database: Database, row: LeaseRow, single: LeasedDelivery): LeasedDelivery {
  const found = readBundle(database, row.bundle as number);
  if (found === undefined) return single;
  const { bundle, alert } = found;
  const highest = database.get<Pick<LeaseRow, 'bytes' | 'raw'>>(
    `SELECT length(raw) AS bytes, CASE WHEN length(raw) <= ${LARGE_BYTES} THEN raw END AS raw
     FROM alert WHERE id = ?`,
    alert,
  );
  const delivery = deliveryOf(database, { ...row, ...highest, alert });
  return Object.assign(delivery, { bundle });
}

/** The bytes of an alert; none when it was removed meanwhile. */
function rawOf(database: Database, alert: number): Buffer {
  const row = database.get<{ raw: Uint8Array }>('SELECT raw FROM alert WHERE id = ?', alert);
  return row === undefined ? Buffer.alloc(0) : bufferOf(row.raw);
}

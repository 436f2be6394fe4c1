import type { BundleKind } from '../../core/bundle.ts';
import type { LanePolicy, LaneStore } from '../../core/grouping.ts';
import type { Database } from '../database.ts';

/** A bundle that is due. */
interface DueRow {
  id: number;
  kind: BundleKind;
  key: string;
  /** Its last member; null where it has none. */
  last: number | null;
  priority: number | null;
}

/** What {@link sealDue} needs of the outbox. */
export interface SealParts {
  readonly policy: LanePolicy | undefined;
  readonly store: LaneStore;
  /** Stores the receipt of a silence, and gives the delivery that carries it. */
  readonly receipt: (lane: number, bundle: number) => number;
}

/**
 * Seals the bundles of a lane that come before what else is to be leased: from now on their members
 * never change. A bundle takes the place of its last member, which carries it. To be called in a
 * transaction.
 * @param limit how many deliveries will be leased.
 */
export function sealDue(
  database: Database,
  lane: number,
  limit: number,
  now: number,
  parts: SealParts,
): void {
  const due = database
    .all<DueRow>(
      `SELECT id, kind, key,
         (SELECT MAX(d.id) FROM delivery d WHERE d.bundle = bundle.id) AS last,
         (SELECT MAX(d.priority) FROM delivery d WHERE d.bundle = bundle.id) AS priority
       FROM bundle WHERE lane = ? AND sealed_at IS NULL AND due_at <= ? ORDER BY due_at LIMIT ?`,
      lane,
      now,
      limit,
    )
    .sort((a, b) => (b.priority ?? 0) - (a.priority ?? 0) || (a.last ?? 0) - (b.last ?? 0));
  if (due.length === 0) return;
  const ready = database.all<{ id: number; priority: number }>(
    `SELECT id, priority FROM delivery WHERE lane = ? AND state = 'pending' AND due_at = 0
     ORDER BY priority DESC, id LIMIT ?`,
    lane,
    limit,
  );
  let ahead = 0;
  for (const [position, bundle] of due.entries()) {
    while (ahead < ready.length && isBefore(ready[ahead] as DeliveryPlace, bundle)) ahead += 1;
    if (ahead + position >= limit) break;
    seal(database, lane, bundle, now, parts);
  }
}

interface DeliveryPlace {
  readonly id: number;
  readonly priority: number;
}

function isBefore(ready: DeliveryPlace, { priority, last }: DueRow): boolean {
  const [mine, its] = [priority ?? 0, ready.priority];
  return its > mine || (its === mine && ready.id < (last ?? 0));
}

function seal(
  database: Database,
  lane: number,
  bundle: DueRow,
  now: number,
  parts: SealParts,
): void {
  const { id, kind, last, priority } = bundle;
  if (last === null) {
    // An operator has dropped all of it.
    database.run('DELETE FROM bundle WHERE id = ?', id);
    return;
  }
  const head = kind === 'silence' ? parts.receipt(lane, id) : last;
  database.run(
    'UPDATE bundle SET is_closed = 1, sealed_at = ?, head = ? WHERE id = ?',
    now,
    head,
    id,
  );
  database.run(
    `UPDATE delivery SET state = 'pending', due_at = 0, priority = ? WHERE id = ?`,
    priority,
    head,
  );
  parts.policy?.sealed(bundle, parts.store, now);
}

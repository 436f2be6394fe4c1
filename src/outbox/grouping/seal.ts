import type { BundleKind } from '../../core/bundle.ts';
import type { LanePolicy, LaneStore } from '../../core/grouping.ts';
import type { Database } from '../database.ts';

/** A bundle that is due. */
interface DueRow {
  id: number;
  kind: BundleKind;
  key: string;
}

/** Its members, as far as the order needs them. */
interface MembersRow {
  members: number;
  /** The last of them; null where there are none. */
  last: number | null;
  priority: number | null;
}

type SealedRow = DueRow & MembersRow;

/** Members that are looked at in one step, but for those of a single bundle: everything else waits for it. */
const MEMBERS_PER_STEP = 2000;

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
 * @returns how many may be: fewer where further bundles are due, for which it would take too long.
 */
export function sealDue(
  database: Database,
  lane: number,
  limit: number,
  now: number,
  parts: SealParts,
): number {
  const { due, isAll } = dueBundles(database, lane, limit, now);
  if (due.length === 0) return limit;
  const ready = database.all<DeliveryPlace>(
    `SELECT id, priority FROM delivery WHERE lane = ? AND state = 'pending' AND due_at = 0
     ORDER BY priority DESC, id LIMIT ?`,
    lane,
    limit,
  );
  let ahead = 0;
  let sealed = 0;
  for (const bundle of due) {
    while (ahead < ready.length && isBefore(ready[ahead] as DeliveryPlace, bundle)) ahead += 1;
    if (ahead + sealed >= limit) return limit;
    seal(database, lane, bundle, now, parts);
    sealed += 1;
  }
  return isAll ? limit : ahead + sealed;
}

/** Those that fell due first, in the order in which they go. */
function dueBundles(
  database: Database,
  lane: number,
  limit: number,
  now: number,
): { readonly due: readonly SealedRow[]; readonly isAll: boolean } {
  const rows = database.all<DueRow>(
    `SELECT id, kind, key FROM bundle
     WHERE lane = ? AND sealed_at IS NULL AND due_at <= ? ORDER BY due_at LIMIT ?`,
    lane,
    now,
    limit,
  );
  const due: SealedRow[] = [];
  let members = 0;
  for (const row of rows) {
    if (members >= MEMBERS_PER_STEP) break;
    const its = database.get<MembersRow>(
      `SELECT COUNT(*) AS members, MAX(id) AS last, MAX(priority) AS priority
       FROM delivery WHERE bundle = ?`,
      row.id,
    ) as MembersRow;
    members += its.members;
    due.push({ ...row, ...its });
  }
  due.sort((a, b) => (b.priority ?? 0) - (a.priority ?? 0) || (a.last ?? 0) - (b.last ?? 0));
  return { due, isAll: due.length === rows.length };
}

interface DeliveryPlace {
  readonly id: number;
  readonly priority: number;
}

function isBefore(ready: DeliveryPlace, { priority, last }: SealedRow): boolean {
  const [mine, its] = [priority ?? 0, ready.priority];
  return its > mine || (its === mine && ready.id < (last ?? 0));
}

function seal(
  database: Database,
  lane: number,
  bundle: SealedRow,
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

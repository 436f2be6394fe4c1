import type { Database } from '../database.ts';

/** A delivery that an operator wants to be sent, and what it is sent with. */
export interface RetriedRow {
  readonly id: number;
  readonly state: string;
  readonly bundle: number | null;
  /** The delivery that carries the bundle; null while it is open. */
  readonly head: number | null;
  readonly sealed_at: number | null;
}

/** The columns of it, with the bundle `b`. */
export const RETRIED = 'd.state, d.bundle, b.head, b.sealed_at';

/**
 * What an operator's retry does to a delivery of a bundle: one that carries it goes with all its
 * members, a member goes alone. True when it is to be sent now. To be called in a transaction.
 * @param selected what else is retried.
 */
export function retryMember(
  database: Database,
  { id, state, bundle, head, sealed_at: sealedAt }: RetriedRow,
  selected: ReadonlySet<number>,
): boolean {
  if (bundle === null) return true;
  if (head === id) {
    revive(database, bundle, id);
    return true;
  }
  // The one that carries it brings it along; and what is on its way must not change.
  if (state === 'dead' ? head !== null && selected.has(head) : sealedAt !== null) return false;
  database.run('UPDATE delivery SET bundle = NULL WHERE id = ?', id);
  return true;
}

function revive(database: Database, bundle: number, head: number): void {
  database.run(
    `UPDATE delivery SET state = 'held', reason = NULL, finished_at = NULL
     WHERE bundle = ? AND id <> ? AND state = 'dead'`,
    bundle,
    head,
  );
  database.run(
    'UPDATE bundle SET outcome = NULL, reason = NULL, finished_at = NULL WHERE id = ?',
    bundle,
  );
}

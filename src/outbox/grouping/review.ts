import type { LanePolicy } from '../../core/grouping.ts';
import type { Database } from '../database.ts';
import { openBundles } from './bundles.ts';
import { LaneStores } from './lane-stores.ts';

/**
 * Looks again at what a lane holds, where its rules have changed: nothing waits for rules that are no
 * more. To be called in a transaction.
 */
export function reviewLane(
  database: Database,
  lane: number,
  policy: LanePolicy | undefined,
  now: number,
): void {
  const fingerprint = policy?.fingerprint ?? null;
  const row = database.get<{ grouping: string | null }>(
    'SELECT grouping FROM lane WHERE id = ?',
    lane,
  );
  if (row === undefined || row.grouping === fingerprint) return;
  database.run('UPDATE lane SET grouping = ? WHERE id = ?', fingerprint, lane);
  const store = new LaneStores(database).of(lane);
  for (const bundle of openBundles(database, lane)) {
    if (bundle.kind === 'silence') continue;
    const dueAt = policy?.dueOf(bundle, store, now) ?? now;
    if (dueAt !== bundle.dueAt) {
      database.run(
        'UPDATE bundle SET due_at = ?, is_closed = ? WHERE id = ?',
        dueAt,
        Number(dueAt <= now),
        bundle.id,
      );
    }
  }
  database.run(
    `UPDATE delivery SET due_at = ?
     WHERE lane = ? AND state = 'held' AND due_at > 0 AND verdict = 'time'`,
    policy?.heldUntil(now) ?? now,
    lane,
  );
  if (policy?.knowsStorms !== true) database.run('DELETE FROM storm WHERE lane = ?', lane);
}

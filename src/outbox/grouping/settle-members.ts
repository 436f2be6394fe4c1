import type { Database } from '../database.ts';
import { type RemovedRow, removeDeliveries } from '../remove.ts';

/** Members that are settled in one transaction: everything else waits for it. */
const MEMBERS_PER_STEP = 1000;

interface EndedRow {
  id: number;
  head: number;
  outcome: 'delivered' | 'dead' | 'dropped';
  reason: string | null;
  finished_at: number | null;
}

/**
 * Has the members of bundles that were delivered, given up or dropped follow, some of them. To be called
 * in a transaction. True when there are more.
 */
export function settleMembers(database: Database): boolean {
  for (let left = MEMBERS_PER_STEP; left > 0; ) {
    const bundle = database.get<EndedRow>(
      `SELECT id, head, outcome, reason, finished_at FROM bundle
       WHERE outcome IS NOT NULL AND is_settled = 0 ORDER BY id LIMIT 1`,
    );
    if (bundle === undefined) return false;
    const settled = settle(database, bundle, left);
    if (settled < left) {
      database.run('UPDATE bundle SET is_settled = 1 WHERE id = ?', bundle.id);
    }
    // Each bundle costs something, also one with few members.
    left -= settled + MEMBERS_PER_STEP / 100;
  }
  return true;
}

function settle(database: Database, bundle: EndedRow, limit: number): number {
  const ids = database
    .all<{ id: number }>(
      `SELECT id FROM delivery WHERE bundle = ? AND id <> ? AND finished_at IS NULL LIMIT ?`,
      bundle.id,
      bundle.head,
      Math.ceil(limit),
    )
    .map(({ id }) => id);
  if (bundle.outcome === 'dropped') drop(database, ids);
  else finish(database, bundle, ids);
  return ids.length;
}

/** What a silence held back stays silenced: its message is the receipt. */
function finish(
  database: Database,
  { outcome, reason, finished_at: at }: EndedRow,
  ids: readonly number[],
): void {
  database.run(
    `UPDATE delivery SET finished_at = ?,
       state = CASE WHEN state = 'silenced' THEN state ELSE ? END,
       reason = CASE WHEN state = 'silenced' THEN reason ELSE ? END
     WHERE id IN (SELECT value FROM json_each(?))`,
    at,
    outcome === 'delivered' ? 'covered' : 'dead',
    outcome === 'delivered' ? null : reason,
    JSON.stringify(ids),
  );
}

function drop(database: Database, ids: readonly number[]): void {
  const rows = database.all<RemovedRow>(
    'SELECT id, alert, bundle FROM delivery WHERE id IN (SELECT value FROM json_each(?))',
    JSON.stringify(ids),
  );
  removeDeliveries(database, rows);
}

/** Keys of a lane whose throttles are kept; each takes some 150 bytes. */
const MOST_KEYS = 100_000;

/**
 * Forgets up to so many throttles that make no difference any more, or are too many: the longest quiet
 * first. Returns how many.
 */
export function forgetThrottles(database: Database, now: number, limit: number): number {
  const quiet = database.run(
    `DELETE FROM throttle WHERE (lane, key) IN (
       SELECT t.lane, t.key FROM throttle t WHERE t.last_sent + 2 * t.period <= ?
         AND NOT ${HAS_REPEATS} LIMIT ?)`,
    now,
    limit,
  ).changes;
  if (quiet > 0) return quiet;
  const full = database.get<{ lane: number; n: number }>(
    'SELECT lane, COUNT(*) AS n FROM throttle GROUP BY lane HAVING COUNT(*) > ? LIMIT 1',
    MOST_KEYS,
  );
  if (full === undefined) return 0;
  return database.run(
    `DELETE FROM throttle WHERE lane = ? AND key IN (
       SELECT t.key FROM throttle t WHERE t.lane = ? AND NOT ${HAS_REPEATS}
       ORDER BY t.last_sent LIMIT ?)`,
    full.lane,
    full.lane,
    full.n - MOST_KEYS,
  ).changes;
}

const HAS_REPEATS = `EXISTS (SELECT 1 FROM bundle b
  WHERE b.lane = t.lane AND b.kind = 'throttle' AND b.key = t.key AND b.is_closed = 0)`;

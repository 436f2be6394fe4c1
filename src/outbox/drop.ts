import type { QueueState } from '../core/delivery.ts';
import type { StateCount } from '../core/outbox.ts';
import { recordDrop } from './audit.ts';
import { dropCursors } from './cursors.ts';
import type { Database } from './database.ts';
import {
  FROM,
  INTEGRATION,
  type QueueFilter,
  type QueueSelection,
  STATE,
  whereSelected,
} from './selection.ts';

/** What a selection of deliveries holds. */
export interface SelectionCount {
  readonly counts: readonly StateCount[];
  /** The highest id among them; 0 when it is empty. */
  readonly last: number;
}

/** Counts the deliveries of a selection by integration and state. */
export function countSelected(database: Database, selection: QueueSelection): SelectionCount {
  const { sql, values } = whereSelected(selection);
  const rows = database.all<CountRow>(
    `SELECT ${INTEGRATION} AS integration, ${STATE} AS state, COUNT(*) AS n,
       MIN(a.read_at) AS oldest, MAX(a.read_at) AS newest, MAX(a.level) AS level, MAX(d.id) AS last
     ${FROM} ${sql} GROUP BY 1, 2 ORDER BY l.id, 2`,
    ...values,
  );
  const counts = rows.map((row) => ({
    integration: row.integration,
    state: row.state,
    count: row.n,
    oldestReadAt: row.oldest,
    newestReadAt: row.newest,
    level: row.level,
  }));
  return { counts, last: rows.reduce((most, row) => Math.max(most, row.last), 0) };
}

/** Removes the deliveries of a selection permanently, and records who did it. Returns how many. */
export function drop(
  database: Database,
  selection: QueueSelection,
  audit: { readonly who: string; readonly at: number },
): number {
  return database.transaction(() => {
    const { counts } = countSelected(database, selection);
    const isAll = !('ids' in selection) && selection.state === undefined;
    if (isAll && selection.readBefore === undefined) dropUnread(database, selection);
    const { sql, values } = whereSelected(selection);
    const rows = database.all<{ id: number; alert: number }>(
      `SELECT d.id, d.alert ${FROM} ${sql}`,
      ...values,
    );
    for (const { id, alert } of rows) {
      database.run('DELETE FROM attempt WHERE delivery = ?', id);
      database.run('DELETE FROM delivery WHERE id = ?', id);
      database.run(
        `DELETE FROM alert WHERE id = ?
           AND NOT EXISTS (SELECT 1 FROM delivery WHERE alert = ?)`,
        alert,
        alert,
      );
    }
    if (rows.length > 0) recordDrop(database, { ...audit, dropped: counts });
    return rows.length;
  });
}

/** What a lane has not stored yet for lack of room goes as well. */
function dropUnread(database: Database, { integration }: Pick<QueueFilter, 'integration'>): void {
  const lanes = database.all<{ id: number }>(
    `SELECT l.id FROM lane l WHERE ? IS NULL OR ${INTEGRATION} = ?`,
    integration ?? null,
    integration ?? null,
  );
  dropCursors(
    database,
    lanes.map(({ id }) => id),
  );
}

interface CountRow {
  integration: string;
  state: QueueState;
  n: number;
  oldest: number;
  newest: number;
  level: number;
  last: number;
}

import type { DeliveryState } from '../core/delivery.ts';
import type { StateCount } from '../core/outbox.ts';
import type { Database } from './database.ts';
import { FROM, INTEGRATION, type QueueSelection, STATE, whereSelected } from './queue-filter.ts';

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

interface CountRow {
  integration: string;
  state: DeliveryState;
  n: number;
  oldest: number;
  newest: number;
  level: number;
  last: number;
}

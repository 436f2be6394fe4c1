import type { Database } from '../database.ts';
import { allOf, labelled } from '../queue-filter.ts';
import type { BrowseFilter } from './filter.ts';
import { IDS_PER_STEP, type Step } from './step.ts';

/** A step looks through the labels of so many alerts, which takes some milliseconds. */
const ALERTS_PER_STEP = 50_000;

const FIRST_ABOVE = 'SELECT id AS n FROM delivery WHERE alert > ? ORDER BY alert, id LIMIT 1';

/**
 * Where to look for what has some labels, from the newest delivery down to an id: labels are small and lie
 * together. Alerts and their deliveries are in the same order.
 */
export function* byLabel(
  database: Database,
  filter: BrowseFilter,
  before: number,
  lowest: number,
): Iterable<Step> {
  const numberOf = (sql: string, ...values: number[]) =>
    database.get<{ n: number | null }>(sql, ...values)?.n ?? undefined;
  const labels = allOf(labelled(filter));
  const sql = `SELECT d.id FROM alert_label f CROSS JOIN delivery d ON d.alert = f.alert ${labels.sql}
      AND f.alert > ? AND f.alert <= ? AND d.id < ? AND d.id >= ?
    ORDER BY d.id DESC LIMIT ${IDS_PER_STEP}`;
  const first = 'SELECT alert AS n FROM delivery WHERE id >= ? ORDER BY id LIMIT 1';
  const end = numberOf(first, lowest) ?? Number.POSITIVE_INFINITY;
  let below = before;
  let top = numberOf(
    'SELECT alert AS n FROM delivery WHERE id < ? ORDER BY id DESC LIMIT 1',
    below,
  );
  while (top !== undefined && top >= end) {
    const under = top - ALERTS_PER_STEP;
    const rows = database.all<{ id: number }>(sql, ...labels.values, under, top, below, lowest);
    const ids = rows.map(({ id }) => id);
    const isCut = ids.length === IDS_PER_STEP;
    const reached = (isCut ? ids.at(-1) : numberOf(FIRST_ABOVE, under)) ?? lowest;
    if (!isCut) top = numberOf('SELECT MAX(alert) AS n FROM alert_label WHERE alert <= ?', under);
    yield { lowest: reached, highest: below - 1, ids, isLast: top === undefined || top < end };
    below = reached;
  }
}

import type { StateCount } from '../core/outbox.ts';
import { OutboxError } from '../core/outbox-error.ts';
import { type Audit, recordDrop, recordRetry } from './audit.ts';
import { dropCursors } from './cursors.ts';
import type { Database } from './database.ts';
import { DiskSpace } from './disk-space.ts';
import { RETRIED, type RetriedRow, retryMember } from './grouping/retry-members.ts';
import {
  FROM,
  INTEGRATION,
  type QueueFilter,
  type QueueSelection,
  whereSelected,
} from './queue-filter.ts';
import { removeDeliveries } from './remove.ts';
import { countSelected } from './selection-count.ts';

/** What is changed at once: a daemon waits for as long as that takes. */
const ROWS_PER_STEP = 1000;

interface SelectedRow extends RetriedRow {
  readonly lane: number;
  readonly alert: number;
}

/**
 * Makes dead and waiting deliveries due at once, and lets their parked lanes try again; a few at a
 * time, so that a daemon need not wait. Yields how many, and keeps a record of them, also when it ends in
 * the middle.
 * @param audit undefined: nobody did it.
 * @param about how they were selected, for the record.
 */
export function* retryInSteps(
  database: Database,
  selection: QueueSelection,
  audit: Audit | undefined,
  about: unknown = selection,
): Iterable<number> {
  let count = 0;
  try {
    for (const step of retrySteps(database, selection)) {
      count += step;
      yield step;
    }
  } finally {
    if (audit !== undefined && count > 0) recordRetry(database, audit, { count, selection: about });
  }
}

function* retrySteps(database: Database, selection: QueueSelection): Iterable<number> {
  // What is held back goes at once only when it is named.
  const isNamed = 'ids' in selection;
  const open = `d.state IN ('pending', 'dead'${isNamed ? ", 'held', 'silenced'" : ''})`;
  yield* inSteps(database, selection, open, (rows, selected) => {
    for (const row of rows) {
      if (!retryMember(database, row, selected)) continue;
      database.run(
        `UPDATE delivery SET state = 'pending', due_at = 0, tries = 0, first_attempt_at = NULL,
           finished_at = NULL WHERE id = ?`,
        row.id,
      );
    }
    for (const lane of new Set(rows.map((row) => row.lane))) {
      database.run(
        `UPDATE lane SET held_until = CASE WHEN parked_at IS NULL THEN held_until ELSE 0 END,
           parked_reason = NULL, parked_message = NULL, parked_at = NULL WHERE id = ?`,
        lane,
      );
    }
  });
}

/**
 * Removes deliveries permanently, a few at a time, so that a daemon need not wait. Yields how many, and
 * keeps a record of what was dropped, also when it ends in the middle.
 */
export function* dropInSteps(
  database: Database,
  selection: QueueSelection,
  audit: Audit,
): Iterable<number> {
  const before = countSelected(database, selection).counts;
  const isAll = !('ids' in selection) && selection.state === undefined;
  if (isAll && selection.readBefore === undefined) dropUnread(database, selection);
  try {
    yield* inSteps(database, selection, '1', (rows) => removeDeliveries(database, rows));
  } finally {
    const dropped = difference(before, countSelected(database, selection).counts);
    if (dropped.length > 0) recordDrop(database, audit, dropped);
  }
}

/** What is less than before. */
function difference(before: readonly StateCount[], after: readonly StateCount[]): StateCount[] {
  return before.flatMap((one) => {
    const left = after.find((other) => {
      return other.integration === one.integration && other.state === one.state;
    });
    const count = one.count - (left?.count ?? 0);
    return count > 0 ? [{ ...one, count }] : [];
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

/**
 * Works through what was selected, in transactions of their own. On a full disk, a step may fail
 * for its size: what the last ones left in the log is moved, and it is tried with fewer.
 * @param condition what must hold of a delivery besides, also when its turn has come.
 */
function* inSteps(
  database: Database,
  selection: QueueSelection,
  condition: string,
  work: (rows: readonly SelectedRow[], selected: ReadonlySet<number>) => void,
): Iterable<number> {
  const { sql, values } = whereSelected(selection);
  const { ids } = database.get<{ ids: string }>(
    `SELECT json_group_array(d.id) AS ids ${FROM} ${sql} AND ${condition}`,
    ...values,
  ) as { ids: string };
  const left = JSON.parse(ids) as number[];
  const selected = new Set(left);
  let size = ROWS_PER_STEP;
  while (left.length > 0) {
    const step = left.slice(0, size);
    let rows: SelectedRow[] = [];
    try {
      database.transaction(() => {
        rows = database.all<SelectedRow>(
          `SELECT d.id, d.lane, d.alert, ${RETRIED}
           FROM delivery d LEFT JOIN bundle b ON b.id = d.bundle
           WHERE d.id IN (SELECT value FROM json_each(?)) AND ${condition}`,
          JSON.stringify(step),
        );
        work(rows, selected);
      });
    } catch (error) {
      const isFull = error instanceof OutboxError && error.trouble === 'full';
      if (!isFull || size === 1) throw error;
      size = Math.ceil(size / 10);
      new DiskSpace(database).emptyLog();
      continue;
    }
    left.splice(0, step.length);
    yield rows.length;
  }
}

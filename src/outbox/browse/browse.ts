import { bufferOf, type Database } from '../database.ts';
import { ENTRY, type EntryRow, entryOf, type QueueEntry } from '../queue.ts';
import { INTEGRATION, REASON, STATE, WITH_BUNDLE } from '../queue-filter.ts';
import { candidates } from './candidates.ts';
import type { BrowseFilter } from './filter.ts';
import { type Condition, labelled } from './labelled.ts';
import { firstReadSince } from './read-since.ts';
import { placeOf, type Step } from './step.ts';

/** How much of it. */
export interface BrowseLimits {
  /** Deliveries on a page. */
  readonly rows: number;
  /** How long it may take; what was found by then is the page. */
  readonly budgetMs: number;
  /** Milliseconds that never go backwards. */
  readonly monotonic: () => number;
  /** Looks at an alert that holds the texts once more: they may stand elsewhere in it than was meant. */
  readonly matches?: ((raw: Buffer) => boolean) | undefined;
}

/** A delivery with the bytes of its alert, unless they are many. */
export interface BrowsedEntry extends QueueEntry {
  readonly raw: Buffer | undefined;
}

/** One page, the newest first. */
export interface BrowsePage {
  readonly entries: readonly BrowsedEntry[];
  /** Where the next page begins; undefined where there is none. */
  readonly next: number | undefined;
  /** False where the time was over before the page was full: then there may be more below `next`. */
  readonly isFull: boolean;
}

/** Longer alerts are not shown in a list. */
const LONGEST_RAW = 65_536;

/**
 * Finds deliveries by their ids, the newest first, a step at a time, so that it ends in time however
 * many there are.
 */
export function browse(
  database: Database,
  filter: BrowseFilter,
  { rows, budgetMs, monotonic, matches }: BrowseLimits,
): BrowsePage {
  const deadline = monotonic() + budgetMs;
  const lowest = filter.readSince === undefined ? 0 : firstReadSince(database, filter.readSince);
  const { sql, values } = conditions(filter);
  const found: BrowsedEntry[] = [];
  for (const step of candidates(database, filter, lowest)) {
    for (const row of rowsOf(database, step, sql, values, matches !== undefined)) {
      if (matches !== undefined && !matches(bufferOf(row.whole as Uint8Array))) continue;
      const entry = entryOf(row);
      if (found.length === rows) {
        return { entries: found, next: (found.at(-1) as BrowsedEntry).id, isFull: true };
      }
      found.push({ ...entry, raw: row.shown === null ? undefined : bufferOf(row.shown) });
      if (monotonic() > deadline) return { entries: found, next: entry.id, isFull: false };
    }
    if (step.isLast) break;
    if (monotonic() > deadline) return { entries: found, next: step.lowest, isFull: false };
  }
  return { entries: found, next: undefined, isFull: true };
}

interface BrowsedRow extends EntryRow {
  /** Null for one that is too long to be shown. */
  readonly shown: Uint8Array | null;
  readonly whole: Uint8Array | null;
}

function rowsOf(
  database: Database,
  step: Step,
  sql: string,
  values: readonly (string | number)[],
  isWhole: boolean,
): Iterable<BrowsedRow> {
  const { place, bounds } = placeOf(step);
  const whole = isWhole ? 'a.raw' : 'NULL';
  return database.iterate<BrowsedRow>(
    `SELECT ${ENTRY}, CASE WHEN length(a.raw) <= ${LONGEST_RAW} THEN a.raw END AS shown, ${whole} AS whole
     ${WITH_BUNDLE} WHERE ${place} ${sql} ORDER BY d.id DESC`,
    ...bounds,
    ...values,
  );
}

/** What must hold of a delivery with its lane `l`, its alert `a` and that one's labels `f`. */
export function conditions(filter: BrowseFilter): { sql: string; values: (string | number)[] } {
  const parts: Condition[] = [];
  const { state, integration, reason, bundle, alertId, holds = [] } = filter;
  if (state !== undefined) parts.push([`${STATE} = ?`, state]);
  if (integration !== undefined) parts.push([`${INTEGRATION} = ?`, integration]);
  if (reason !== undefined) parts.push([`${REASON} = ?`, reason]);
  if (bundle !== undefined) parts.push(['d.bundle = ?', bundle]);
  if (alertId !== undefined) parts.push(['a.alert_id = ?', alertId]);
  parts.push(...labelled(filter));
  for (const text of holds) parts.push(['instr(a.raw, CAST(? AS BLOB)) > 0', text]);
  return {
    sql: parts.map(([sql]) => `AND ${sql}`).join(' '),
    values: parts.flatMap(([, ...values]) => values),
  };
}

import { bufferOf, type Database } from '../database.ts';
import { ENTRY, type EntryRow, entryOf, type QueueEntry } from '../queue.ts';
import { type Where, WITH_BUNDLE, where } from '../queue-filter.ts';
import { candidates } from './candidates.ts';
import type { BrowseFilter } from './filter.ts';
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
  const condition = conditionsOf(filter);
  const found: BrowsedEntry[] = [];
  for (const step of candidates(database, filter, lowest)) {
    for (const row of rowsOf(database, step, condition, matches !== undefined)) {
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
  { sql, values }: Where,
  isWhole: boolean,
): Iterable<BrowsedRow> {
  const { place, bounds } = placeOf(step);
  const whole = isWhole ? 'a.raw' : 'NULL';
  return database.iterate<BrowsedRow>(
    `SELECT ${ENTRY}, CASE WHEN length(a.raw) <= ${LONGEST_RAW} THEN a.raw END AS shown, ${whole} AS whole
     ${WITH_BUNDLE} ${sql} AND ${place} ORDER BY d.id DESC`,
    ...values,
    ...bounds,
  );
}

/** What must hold of a delivery with its lane `l`, its alert `a` and that one's labels `f`. */
export function conditionsOf({ holds = [], ...filter }: BrowseFilter): Where {
  const { sql, values } = where(filter, 'f');
  const texts = holds.map(() => 'AND instr(a.raw, CAST(? AS BLOB)) > 0');
  return { sql: [sql, ...texts].join(' '), values: [...values, ...holds] };
}

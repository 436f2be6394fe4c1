import { bufferOf, type Database } from '../database.ts';
import { conditionsOf } from './browse.ts';
import { candidates } from './candidates.ts';
import type { BrowseFilter } from './filter.ts';
import { firstReadSince } from './read-since.ts';
import { placeOf } from './step.ts';

export interface MatchingLimits {
  /** The states that count, as they are stored. */
  readonly states: readonly string[];
  /** How long it may take. */
  readonly budgetMs: number;
  /** Milliseconds that never go backwards. */
  readonly monotonic: () => number;
  /** More are not looked for. */
  readonly most: number;
  /** Looks at an alert that holds the texts once more. */
  readonly matches?: ((raw: Buffer) => boolean) | undefined;
}

/** Deliveries by their ids, the newest first. */
export interface MatchingIds {
  readonly ids: readonly number[];
  /** False where there may be more. */
  readonly isWhole: boolean;
}

/** All deliveries that a filter lets through, of some states. */
export function matchingIds(
  database: Database,
  filter: BrowseFilter,
  { states, budgetMs, monotonic, most, matches }: MatchingLimits,
): MatchingIds {
  const deadline = monotonic() + budgetMs;
  const lowest = filter.readSince === undefined ? 0 : firstReadSince(database, filter.readSince);
  const { sql, values } = conditionsOf(filter);
  const ids: number[] = [];
  for (const step of candidates(database, filter, lowest)) {
    const { place, bounds } = placeOf(step);
    const rows = database.iterate<{ id: number; raw: Uint8Array | null }>(
      `SELECT d.id, ${matches === undefined ? 'NULL' : 'a.raw'} AS raw
       FROM delivery d JOIN lane l ON l.id = d.lane JOIN alert a ON a.id = d.alert
         LEFT JOIN alert_label f ON f.alert = d.alert
       ${sql} AND ${place} AND d.state IN (SELECT value FROM json_each(?)) ORDER BY d.id DESC`,
      ...values,
      ...bounds,
      JSON.stringify(states),
    );
    for (const { id, raw } of rows) {
      if (raw !== null && matches?.(bufferOf(raw)) === false) continue;
      if (ids.length === most || monotonic() > deadline) return { ids, isWhole: false };
      ids.push(id);
    }
    if (step.isLast) break;
    if (monotonic() > deadline) return { ids, isWhole: false };
  }
  return { ids, isWhole: true };
}

/** The highest id that a delivery has; 0 where there is none. */
export function newestId(database: Database): number {
  return database.get<{ id: number | null }>('SELECT MAX(id) AS id FROM delivery')?.id ?? 0;
}

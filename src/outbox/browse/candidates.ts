import type { DeliveryState } from '../../core/delivery.ts';
import type { Database } from '../database.ts';
import { INTEGRATION, IS_PARKED, labelled } from '../queue-filter.ts';
import { isLarge, STATE_INDEXES } from '../queue-page.ts';
import { byLabel } from './by-label.ts';
import type { BrowseFilter } from './filter.ts';
import { IDS_PER_STEP, type Step } from './step.ts';

/** How many ids a step spans: few at first, since a page is mostly full by then. */
const FIRST_SPAN = 1000;
const LARGEST_SPAN = 16_000;
/** Where the bytes of alerts are read as well, which takes far longer, a step must not: it ends late by one. */
const LARGEST_READ_SPAN = 4000;
/** After so many steps by ids, a state that has an index of its own is looked up there. */
const STEPS_BEFORE_INDEX = 3;

/** What has ended, which is most of all, has no small index. */
const { pending, leased, held, dead } = STATE_INDEXES;
const INDEXED: Readonly<Partial<Record<DeliveryState, readonly string[]>>> = {
  pending,
  leased,
  held,
  dead,
};

/** Where to look, from the newest delivery down to an id. */
export function* candidates(
  database: Database,
  filter: BrowseFilter,
  lowest: number,
): Iterable<Step> {
  const below = filter.before ?? Number.MAX_SAFE_INTEGER;
  const few = fewIds(database, filter);
  if (few !== undefined) {
    const ids = few.filter((id) => id < below && id >= lowest);
    yield { lowest: 0, highest: below, ids, isLast: true };
    return;
  }
  const { state } = filter;
  const isByState =
    state !== undefined && indexOf(filter) !== undefined && !isLarge(database, state);
  if (labelled(filter).length > 0 && !isByState) {
    yield* byLabel(database, filter, below, lowest);
    return;
  }
  let highest = highestBelow(database, below);
  let span = FIRST_SPAN;
  const largest = (filter.holds ?? []).length > 0 ? LARGEST_READ_SPAN : LARGEST_SPAN;
  for (let count = 0; highest !== undefined && highest >= lowest; count += 1) {
    if (count === STEPS_BEFORE_INDEX && indexOf(filter) !== undefined) {
      yield* byIndex(database, filter, highest + 1, lowest);
      return;
    }
    const low: number = Math.max(lowest, highest - span + 1, 1);
    const next: number | undefined = low <= lowest ? undefined : highestBelow(database, low);
    yield { lowest: low, highest, isLast: next === undefined };
    highest = next;
    span = Math.min(span * 2, largest);
  }
}

/** Those of one alert, or of one message. */
function fewIds(database: Database, { alert, bundle }: BrowseFilter): number[] | undefined {
  const idsOf = (sql: string, value: string | number) =>
    database.all<{ id: number }>(sql, value).map(({ id }) => id);
  if (alert !== undefined) {
    const sql = `SELECT d.id FROM alert a JOIN delivery d ON d.alert = a.id WHERE a.alert_id = ? LIMIT 5000`;
    return idsOf(sql, alert);
  }
  if (bundle === undefined) return undefined;
  return idsOf('SELECT id FROM delivery WHERE bundle = ? ORDER BY id DESC LIMIT 5000', bundle);
}

function highestBelow(database: Database, id: number): number | undefined {
  const sql = 'SELECT MAX(id) AS id FROM delivery WHERE id < ?';
  return database.get<{ id: number | null }>(sql, id)?.id ?? undefined;
}

function indexOf({ state }: BrowseFilter): readonly string[] | undefined {
  // Shown as parked, stored as pending.
  return state === undefined ? undefined : INDEXED[state === 'parked' ? 'pending' : state];
}

function* byIndex(
  database: Database,
  filter: BrowseFilter,
  before: number,
  lowest: number,
): Iterable<Step> {
  const parts = indexOf(filter) ?? [];
  const lanes = JSON.stringify(lanesOf(database, filter));
  let below = before;
  for (;;) {
    // Each part gives as many as are wanted of all, since they may all be in one.
    const ids = parts
      .flatMap((part) =>
        database.all<{ id: number }>(
          `SELECT id FROM delivery ${part} AND lane IN (SELECT value FROM json_each(?))
             AND id < ? AND id >= ? ORDER BY id DESC LIMIT ${IDS_PER_STEP}`,
          lanes,
          below,
          lowest,
        ),
      )
      .map(({ id }) => id)
      .sort((a, b) => b - a)
      .slice(0, IDS_PER_STEP);
    const last = ids.at(-1);
    const isLast = ids.length < IDS_PER_STEP || last === undefined;
    yield { lowest: last ?? lowest, highest: below - 1, ids, isLast };
    if (isLast) return;
    below = last;
  }
}

function lanesOf(database: Database, { state, integration }: BrowseFilter): number[] {
  const fits =
    state === 'parked' ? `(${IS_PARKED})` : state === 'pending' ? `NOT (${IS_PARKED})` : '1';
  return database
    .all<{ id: number }>(
      `SELECT l.id FROM lane l WHERE ${fits} AND (? IS NULL OR ${INTEGRATION} = ?)`,
      integration ?? null,
      integration ?? null,
    )
    .map(({ id }) => id);
}

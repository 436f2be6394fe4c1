import type { DeliveryState } from '../core/delivery.ts';
import type { Database, SqlValue } from './database.ts';
import { FROM, INTEGRATION, IS_PARKED, type QueueFilter, where } from './queue-filter.ts';

/** The lanes that a filter asks for. */
interface Lanes {
  /** Undefined: all of them. */
  readonly named: readonly number[] | undefined;
  /** The same, as far as they are parked, or are not, where the state asks for that. */
  readonly fitting: readonly number[] | undefined;
}

/**
 * The ids of the newest deliveries that a filter lets through, the newest first. A million of them are
 * answered for in a fraction of a second: each kind of filter goes by the index that knows it.
 */
export function newestIds(database: Database, filter: QueueFilter, limit: number): number[] {
  const { state, alert, bundle, rules, agent, level, readSince, readBefore } = filter;
  if (alert !== undefined || bundle !== undefined || filter.news !== undefined) {
    return ids(database, `SELECT d.id ${FROM}`, filter, 'ORDER BY d.id DESC', limit);
  }
  const lanes = lanesOf(database, filter);
  if (lanes.fitting?.length === 0) return [];
  const isLabelled = [rules, agent, level, readSince, readBefore].some((one) => one !== undefined);
  const isByState =
    state !== undefined && state !== 'delivered' && !(isLabelled && isLarge(database, state));
  if (isByState) return byState(database, filter, state, lanes.fitting, limit);
  if (isLabelled) return byLabel(database, filter, limit);
  if (lanes.named === undefined) {
    return ids(database, `SELECT d.id ${CROSS}`, filter, 'ORDER BY d.id DESC', limit);
  }
  const found = lanes.named.flatMap((lane) => {
    const from = `SELECT d.id FROM delivery d INDEXED BY delivery_listed CROSS JOIN lane l ON l.id = d.lane`;
    return ids(database, from, filter, `AND d.lane + 0 = ${lane} ORDER BY d.id DESC`, limit);
  });
  return newest(found, limit);
}

/** The same tables in this order: that of the deliveries, so that the newest are found first. */
const CROSS = 'FROM delivery d CROSS JOIN lane l ON l.id = d.lane';

/** By the small indexes of what is not delivered. */
function byState(
  database: Database,
  filter: QueueFilter,
  state: DeliveryState,
  lanes: readonly number[] | undefined,
  limit: number,
): number[] {
  const its = lanes === undefined ? '' : ` AND lane IN (${lanes.join(', ')})`;
  const parts = STATE_INDEXES[state].map((part) => `SELECT id FROM delivery ${part}${its}`);
  const all = parts.join(' UNION ALL ');
  const { state: _, integration: __, upTo: ___, limit: ____, ...rest } = filter;
  const isPlain = Object.values(rest).every((value) => value === undefined);
  // The indexes answer this by themselves; all else has to look at each delivery.
  if (isPlain && filter.upTo === undefined) {
    return run(database, `SELECT d.id FROM (${all}) d ORDER BY d.id DESC LIMIT ?`, limit);
  }
  const { sql, values } = where(filter, 'f');
  return run(
    database,
    `SELECT d.id FROM (${all}) s CROSS JOIN delivery d ON d.id = s.id
       CROSS JOIN lane l ON l.id = d.lane LEFT JOIN alert_label f ON f.alert = d.alert
     ${sql} ORDER BY d.id DESC LIMIT ?`,
    ...values,
    limit,
  );
}

const READY = "INDEXED BY delivery_ready WHERE state = 'pending' AND due_at = 0";
const SCHEDULED = "INDEXED BY delivery_scheduled WHERE state = 'pending' AND due_at > 0";
/** The indexes that hold the deliveries of a state, each in its own words. */
export const STATE_INDEXES: Readonly<Record<DeliveryState, readonly string[]>> = {
  pending: [READY, SCHEDULED],
  parked: [READY, SCHEDULED],
  leased: ["INDEXED BY delivery_leased WHERE state = 'leased'"],
  held: ["INDEXED BY delivery_held WHERE state = 'held'"],
  silenced: [
    "INDEXED BY delivery_silenced WHERE state = 'silenced' AND finished_at IS NULL",
    "INDEXED BY delivery_finished WHERE state = 'silenced' AND finished_at IS NOT NULL",
  ],
  covered: ["INDEXED BY delivery_finished WHERE state = 'covered' AND finished_at IS NOT NULL"],
  delivered: ["INDEXED BY delivery_finished WHERE state = 'delivered' AND finished_at IS NOT NULL"],
  dead: ["INDEXED BY delivery_dead WHERE state = 'dead'"],
};

/** With more than this in a state, it takes less time to look through the labels. */
const LARGE = 100_000;

/** Whether more are in a state than one looks at each of. */
export function isLarge(database: Database, state: DeliveryState): boolean {
  const parts = STATE_INDEXES[state]
    .map((part) => `SELECT 1 FROM delivery ${part}`)
    .join(' UNION ALL ');
  const sql = `SELECT COUNT(*) AS n FROM (${parts} LIMIT ${LARGE + 1})`;
  return (database.get<{ n: number }>(sql)?.n ?? 0) > LARGE;
}

/** By the labels, the newest first: alerts and their deliveries are in the same order. */
function byLabel(database: Database, filter: QueueFilter, limit: number): number[] {
  const from = `SELECT d.id FROM alert_label f CROSS JOIN delivery d ON d.alert = f.alert
    CROSS JOIN lane l ON l.id = d.lane`;
  const { sql, values } = where(filter, 'f');
  return run(database, `${from} ${sql} ORDER BY f.alert DESC, d.id DESC LIMIT ?`, ...values, limit);
}

function lanesOf(database: Database, { integration, state }: QueueFilter): Lanes {
  if (integration === undefined && state !== 'parked' && state !== 'pending') {
    return { named: undefined, fitting: undefined };
  }
  const rows = database.all<{ id: number; name: string; is_parked: number }>(
    `SELECT l.id, ${INTEGRATION} AS name, ${IS_PARKED} AS is_parked
     FROM lane l`,
  );
  const named = rows.filter(({ name }) => integration === undefined || name === integration);
  const fitting = named.filter(({ is_parked: isParked }) => {
    return state === 'parked' ? isParked === 1 : state === 'pending' ? isParked === 0 : true;
  });
  const idsOf = (some: typeof rows) => some.map(({ id }) => id);
  return { named: integration === undefined ? undefined : idsOf(named), fitting: idsOf(fitting) };
}

function ids(
  database: Database,
  from: string,
  filter: QueueFilter,
  order: string,
  limit: number,
): number[] {
  const { sql, values } = where(filter);
  return run(database, `${from} ${sql} ${order} LIMIT ?`, ...values, limit);
}

function run(database: Database, sql: string, ...values: SqlValue[]): number[] {
  return database.all<{ id: number }>(sql, ...values).map(({ id }) => id);
}

function newest(found: readonly number[], limit: number): number[] {
  return found.toSorted((one, other) => other - one).slice(0, limit);
}

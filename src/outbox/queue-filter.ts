import type { DeliveryState } from '../core/delivery.ts';

/** Which deliveries are meant. Times are milliseconds since 1970. */
export interface QueueFilter {
  readonly state?: DeliveryState | undefined;
  readonly integration?: string | undefined;
  /** Only what is sent in this message. */
  readonly bundle?: number | undefined;
  /** Only alerts that were read at this time or later. */
  readonly readSince?: number | undefined;
  /** Only alerts that were read before this time. */
  readonly readBefore?: number | undefined;
  /** Only the alert with this id of its own. */
  readonly alert?: string | undefined;
  /** Only alerts of one of these rules. */
  readonly rules?: readonly string[] | undefined;
  /** Only alerts of an agent of this name or id; with `*` and `?` a pattern. */
  readonly agent?: string | undefined;
  /** Only alerts of this level or a higher one. */
  readonly level?: number | undefined;
  /** Only what failed for this reason, or is parked for it. */
  readonly reason?: string | undefined;
  /** Only deliveries up to this id: none that came later. */
  readonly upTo?: number | undefined;
  /** Only deliveries that are newer than this id, or have ended since a time. */
  readonly news?: { readonly after: number; readonly endedSince: number } | undefined;
  readonly limit?: number | undefined;
}

/** What `retry` and `drop` work on: some deliveries by id, or all that a filter lets through. */
export type QueueSelection = { readonly ids: readonly number[] } | Omit<QueueFilter, 'limit'>;

/** True of the lane of an integration that is broken or gone. */
export const IS_PARKED = 'l.parked_at IS NOT NULL OR l.integration IS NULL';

/** A pending delivery shows as parked while its lane is: the integration is broken or gone. */
export const STATE = `CASE WHEN d.state = 'pending' AND (${IS_PARKED})
  THEN 'parked' ELSE d.state END`;

/** Why it failed; where its lane is parked, why that is. */
export const REASON = `COALESCE(CASE WHEN d.state = 'pending' AND (${IS_PARKED})
  THEN l.parked_reason END, d.reason)`;

/** A removed integration keeps its name, marked so that it is not taken for a present one. */
export const INTEGRATION = `COALESCE(l.integration, l.name || ' (removed)')`;

const JOINED = `JOIN lane l ON l.id = d.lane JOIN alert a ON a.id = d.alert
  LEFT JOIN alert_label f ON f.alert = d.alert`;

/** A delivery with its lane, its alert, and what that is looked for by. */
export const FROM = `FROM delivery d ${JOINED}`;

/** With what it is sent in. */
export const WITH_BUNDLE = `${FROM} LEFT JOIN bundle b ON b.id = d.bundle`;

/** A condition on {@link FROM}. */
export interface Where {
  readonly sql: string;
  readonly values: (string | number)[];
}

/** @param alert the table that has the level and the time of reading: that of the alerts, or of their labels. */
export function where(filter: Omit<QueueFilter, 'limit'>, alert: 'a' | 'f' = 'a'): Where {
  const { agent } = filter;
  const conditions = ['1'];
  const values: (string | number)[] = [];
  const add = (condition: string, ...its: (string | number | undefined)[]) => {
    const known = its.filter((value) => value !== undefined);
    if (known.length !== its.length) return;
    conditions.push(condition);
    values.push(...known);
  };
  add(`${STATE} = ?`, filter.state);
  add(`${INTEGRATION} = ?`, filter.integration);
  add('d.bundle = ?', filter.bundle);
  add(`${alert}.read_at >= ?`, filter.readSince);
  add(`${alert}.read_at < ?`, filter.readBefore);
  add('a.alert_id = ?', filter.alert);
  add(
    'f.rule IN (SELECT value FROM json_each(?))',
    filter.rules === undefined ? undefined : JSON.stringify(filter.rules),
  );
  const isPattern = agent !== undefined && /[*?]/.test(agent);
  add(isPattern ? 'f.agent GLOB ?' : '(f.agent = ? OR f.agent_id = ?)', ...like(agent, isPattern));
  add(`${alert}.level >= ?`, filter.level);
  add(`${REASON} = ?`, filter.reason);
  add('d.id <= ?', filter.upTo);
  add(
    `d.id IN (SELECT id FROM delivery WHERE id > ? UNION ALL
       SELECT id FROM delivery WHERE finished_at > ?
         AND state IN ('delivered', 'dead', 'covered', 'silenced') AND finished_at IS NOT NULL)`,
    filter.news?.after,
    filter.news?.endedSince,
  );
  return { sql: `WHERE ${conditions.join(' AND ')}`, values };
}

/** A pattern has no other special characters than `*` and `?`. */
function like(agent: string | undefined, isPattern: boolean): (string | undefined)[] {
  return isPattern ? [agent?.replaceAll('[', '[[]')] : [agent, agent];
}

export function whereSelected(selection: QueueSelection): Where {
  if (!('ids' in selection)) return where(selection);
  return {
    sql: `WHERE d.id IN (SELECT value FROM json_each(?))`,
    values: [JSON.stringify(selection.ids)],
  };
}

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

/** One condition of several, with the values of its places. */
export type Condition = readonly [sql: string, ...values: (string | number)[]];

/** @param alert the table that has the level and the time of reading: that of the alerts, or of their labels. */
export function where(
  filter: Omit<QueueFilter, 'limit'> & LabelFilter,
  alert: 'a' | 'f' = 'a',
): Where {
  return allOf(conditions(filter, alert));
}

/** All of them at once. */
export function allOf(them: readonly Condition[]): Where {
  return {
    sql: `WHERE ${['1', ...them.map(([sql]) => sql)].join(' AND ')}`,
    values: them.flatMap(([, ...values]) => values),
  };
}

function conditions(
  filter: Omit<QueueFilter, 'limit'> & LabelFilter,
  alert: 'a' | 'f',
): Condition[] {
  const { state, integration, bundle, readSince, readBefore, reason, upTo, news } = filter;
  const found: Condition[] = [];
  if (state !== undefined) found.push([`${STATE} = ?`, state]);
  if (integration !== undefined) found.push([`${INTEGRATION} = ?`, integration]);
  if (bundle !== undefined) found.push(['d.bundle = ?', bundle]);
  if (readSince !== undefined) found.push([`${alert}.read_at >= ?`, readSince]);
  if (readBefore !== undefined) found.push([`${alert}.read_at < ?`, readBefore]);
  if (filter.alert !== undefined) found.push(['a.alert_id = ?', filter.alert]);
  found.push(...labelled(filter, alert));
  if (reason !== undefined) found.push([`${REASON} = ?`, reason]);
  if (upTo !== undefined) found.push(['d.id <= ?', upTo]);
  if (news !== undefined) found.push([NEWS, news.after, news.endedSince]);
  return found;
}

const NEWS = `d.id IN (SELECT id FROM delivery WHERE id > ? UNION ALL
  SELECT id FROM delivery WHERE finished_at > ?
    AND state IN ('delivered', 'dead', 'covered', 'silenced') AND finished_at IS NOT NULL)`;

/** What an agent is known by. */
export type AgentLabel = 'name' | 'id';

type LabelFilter = Pick<QueueFilter, 'rules' | 'agent' | 'level'> & {
  readonly agentBy?: readonly AgentLabel[] | undefined;
};

/**
 * What must hold of the labels `f` of an alert; none where a filter asks for nothing of the kind.
 * @param alert as in {@link where}.
 */
export function labelled(filter: LabelFilter, alert: 'a' | 'f' = 'f'): Condition[] {
  const { rules, agent, level, agentBy = ['name', 'id'] } = filter;
  const found: Condition[] = [];
  if (rules !== undefined) {
    found.push(['f.rule IN (SELECT value FROM json_each(?))', JSON.stringify(rules)]);
  }
  if (agent !== undefined) found.push(isAgent(agent, agentBy));
  if (level !== undefined) found.push([`${alert}.level >= ?`, level]);
  return found;
}

/** A pattern is one of names, and has no other special characters than `*` and `?`. */
function isAgent(agent: string, by: readonly AgentLabel[]): Condition {
  const isPattern = /[*?]/.test(agent);
  const tests: Condition[] = [];
  if (by.includes('name')) {
    tests.push(
      isPattern ? ['f.agent GLOB ?', agent.replaceAll('[', '[[]')] : ['f.agent = ?', agent],
    );
  }
  if (by.includes('id') && !isPattern) tests.push(['f.agent_id = ?', agent]);
  const sql = ['0', ...tests.map(([test]) => test)].join(' OR ');
  return [`(${sql})`, ...tests.flatMap(([, ...values]) => values)];
}

export function whereSelected(selection: QueueSelection): Where {
  if (!('ids' in selection)) return where(selection);
  return {
    sql: `WHERE d.id IN (SELECT value FROM json_each(?))`,
    values: [JSON.stringify(selection.ids)],
  };
}

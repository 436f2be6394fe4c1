import type { DeliveryState } from '../core/delivery.ts';

export interface QueueFilter {
  readonly state?: DeliveryState | undefined;
  readonly integration?: string | undefined;
  /** Only what is sent in this message. */
  readonly bundle?: number | undefined;
  /** Only alerts that were read before this time, in milliseconds since 1970. */
  readonly readBefore?: number | undefined;
  /** Only deliveries up to this id: none that came later. */
  readonly upTo?: number | undefined;
  readonly limit?: number | undefined;
}

/** What `retry` and `drop` work on: some deliveries by id, or all that a filter lets through. */
export type QueueSelection = { readonly ids: readonly number[] } | Omit<QueueFilter, 'limit'>;

/** A pending delivery shows as parked while its lane is: the integration is broken or gone. */
export const STATE = `CASE WHEN d.state = 'pending' AND (l.parked_at IS NOT NULL OR l.integration IS NULL)
  THEN 'parked' ELSE d.state END`;

/** A removed integration keeps its name, marked so that it is not taken for a present one. */
export const INTEGRATION = `COALESCE(l.integration, l.name || ' (removed)')`;

/** A delivery with its lane and its alert. */
export const FROM = 'FROM delivery d JOIN lane l ON l.id = d.lane JOIN alert a ON a.id = d.alert';

/** With what it is sent in. */
export const WITH_BUNDLE = `${FROM} LEFT JOIN bundle b ON b.id = d.bundle`;

/** A condition on {@link FROM}. */
export interface Where {
  readonly sql: string;
  readonly values: (string | number)[];
}

export function where(filter: Omit<QueueFilter, 'limit'>): Where {
  const conditions = ['1'];
  const values: (string | number)[] = [];
  if (filter.state !== undefined) {
    conditions.push(`${STATE} = ?`);
    values.push(filter.state);
  }
  if (filter.integration !== undefined) {
    conditions.push(`${INTEGRATION} = ?`);
    values.push(filter.integration);
  }
  if (filter.bundle !== undefined) {
    conditions.push('d.bundle = ?');
    values.push(filter.bundle);
  }
  if (filter.readBefore !== undefined) {
    conditions.push('a.read_at < ?');
    values.push(filter.readBefore);
  }
  if (filter.upTo !== undefined) {
    conditions.push('d.id <= ?');
    values.push(filter.upTo);
  }
  return { sql: `WHERE ${conditions.join(' AND ')}`, values };
}

export function whereSelected(selection: QueueSelection): Where {
  if (!('ids' in selection)) return where(selection);
  return {
    sql: `WHERE d.id IN (SELECT value FROM json_each(?))`,
    values: [JSON.stringify(selection.ids)],
  };
}

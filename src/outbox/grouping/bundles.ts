import type { BundleKind } from '../../core/bundle.ts';
import type { Joining, OpenBundle } from '../../core/grouping.ts';
import type { Database } from '../database.ts';

/** An open bundle while alerts join it. */
export interface OpenRow {
  readonly id: number;
  readonly kind: BundleKind;
  /** How many have joined. */
  n: number;
  /** How many the row says; 0 for a throttle, whose counts are not stored. */
  readonly stored: number;
}

/** An open bundle is the only one of its kind and key in a lane. */
export function joinKey(kind: BundleKind, key: string): string {
  return `${kind}\0${key}`;
}

export function openBundle(
  database: Database,
  lane: number,
  kind: BundleKind,
  key: string,
): OpenRow | undefined {
  const row = database.get<{ id: number; n: number }>(
    'SELECT id, n FROM bundle WHERE lane = ? AND kind = ? AND key = ? AND is_closed = 0',
    lane,
    kind,
    key,
  );
  return row && { id: row.id, kind, n: row.n, stored: row.n };
}

/** The ids of the open bundles of a lane's throttle by their keys. @param keys a JSON list. */
export function openThrottles(
  database: Database,
  lane: number,
  keys: string,
): { readonly key: string; readonly id: number }[] {
  return database.all(
    `SELECT key, id FROM bundle WHERE lane = ? AND kind = 'throttle' AND is_closed = 0
       AND key IN (SELECT value FROM json_each(?))`,
    lane,
    keys,
  );
}

export function openNew(
  database: Database,
  lane: number,
  { kind, key, by, about, dueAt }: Joining,
  now: number,
): OpenRow {
  const { lastId } = database.run(
    `INSERT INTO bundle (lane, kind, key, fields, about, opened_at, due_at)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    lane,
    kind,
    key,
    JSON.stringify(by),
    about ?? null,
    now,
    dueAt,
  );
  return { id: lastId, kind, n: 0, stored: 0 };
}

/** The bundles of a lane that still take in what comes. */
export function openBundles(database: Database, lane: number): OpenBundle[] {
  return database
    .all<BundleRow>(
      `SELECT id, kind, key, fields, opened_at, due_at FROM bundle
       WHERE lane = ? AND sealed_at IS NULL AND is_closed = 0`,
      lane,
    )
    .map(({ id, kind, key, fields, opened_at: openedAt, due_at: dueAt }) => {
      return { id, kind, key, by: JSON.parse(fields) as string[], openedAt, dueAt };
    });
}

interface BundleRow {
  id: number;
  kind: BundleKind;
  key: string;
  fields: string;
  opened_at: number;
  due_at: number;
}

import { type Audit, recordTest } from './audit.ts';
import type { Database } from './database.ts';
import { LaneStores } from './grouping/lane-stores.ts';
import { insertAlerts } from './insert.ts';
import { laneOf } from './replays.ts';

/** An alert that somebody sends to try an integration. */
export interface TestAlert {
  readonly raw: Buffer;
  readonly alertId: string;
  readonly level: number;
}

/**
 * Stores a test alert for an integration, with a record of it: its lane sends it as any other, by itself.
 * @returns its delivery; undefined where the daemon has never had a lane for it.
 */
export function storeTest(
  database: Database,
  integration: string,
  { raw, alertId, level }: TestAlert,
  audit: Audit,
): number | undefined {
  const lane = laneOf(database, integration);
  if (lane === undefined) return undefined;
  return database.transaction(() => {
    insertAlerts(database, [{ raw, alertId, level, lanes: [lane] }], audit.at, {
      priorityOf: () => 0,
      policyOf: () => undefined,
      stores: new LaneStores(database),
      held() {},
    });
    const sql = 'SELECT MAX(id) AS id FROM delivery WHERE lane = ?';
    const delivery = database.get<{ id: number }>(sql, lane)?.id ?? 0;
    recordTest(database, audit, { integration, delivery });
    return delivery;
  });
}

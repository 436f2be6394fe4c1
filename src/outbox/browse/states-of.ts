import type { Database } from '../database.ts';

/** The states of some deliveries, as they are stored. Those that are gone are left out. */
export function statesOf(
  database: Database,
  ids: readonly number[],
): { readonly id: number; readonly state: string }[] {
  return database.all<{ id: number; state: string }>(
    'SELECT id, state FROM delivery WHERE id IN (SELECT value FROM json_each(?))',
    JSON.stringify(ids),
  );
}

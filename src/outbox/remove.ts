import type { Database } from './database.ts';

/** A delivery that is to be removed. */
export interface RemovedRow {
  readonly id: number;
  readonly alert: number;
  readonly bundle: number | null;
}

/**
 * Removes deliveries with their attempts, and alerts and bundles that no other delivery needs. To be
 * called in a transaction.
 */
export function removeDeliveries(database: Database, rows: readonly RemovedRow[]): void {
  for (const { id } of rows) {
    database.run('DELETE FROM attempt WHERE delivery = ?', id);
    database.run('DELETE FROM delivery WHERE id = ?', id);
  }
  for (const alert of new Set(rows.map((row) => row.alert))) {
    database.run(
      'DELETE FROM alert WHERE id = ? AND NOT EXISTS (SELECT 1 FROM delivery WHERE alert = ?)',
      alert,
      alert,
    );
  }
  for (const bundle of new Set(rows.map((row) => row.bundle))) {
    if (bundle === null) continue;
    database.run(
      'DELETE FROM bundle WHERE id = ? AND NOT EXISTS (SELECT 1 FROM delivery WHERE bundle = ?)',
      bundle,
      bundle,
    );
  }
}

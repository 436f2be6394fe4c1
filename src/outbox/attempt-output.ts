import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Database } from './database.ts';

/** Longest output that is kept, in characters: what runs a script keeps as many bytes. */
const LONGEST = 65_536 + 100;
/** Of how many attempts of a delivery it is kept, the last ones. */
const ATTEMPTS = 5;

/**
 * Keeps the whole output of the last attempt of a delivery. To be called in a transaction.
 * @returns by how many bytes the delivery has grown.
 */
export function storeOutput(database: Database, delivery: number, output: string): number {
  const packed = deflateRawSync(Buffer.from(output.slice(0, LONGEST)), { level: 3 });
  const last = database.get<{ number: number }>(
    'SELECT attempts AS number FROM delivery WHERE id = ?',
    delivery,
  );
  const number = last?.number ?? 0;
  const old = database.get<{ bytes: number }>(
    `SELECT COALESCE(SUM(length(output)), 0) AS bytes FROM attempt_output
     WHERE delivery = ? AND number <= ?`,
    delivery,
    number - ATTEMPTS,
  );
  database.run(
    'DELETE FROM attempt_output WHERE delivery = ? AND number <= ?',
    delivery,
    number - ATTEMPTS,
  );
  database.run(
    'INSERT INTO attempt_output (delivery, number, output) VALUES (?, ?, ?)',
    delivery,
    number,
    packed,
  );
  return packed.length - (old?.bytes ?? 0);
}

/** The text again; undefined where none was kept. */
export function readOutput(packed: Uint8Array | null | undefined): string | undefined {
  if (packed === null || packed === undefined) return undefined;
  return inflateRawSync(packed, { maxOutputLength: 4 * LONGEST }).toString('utf8');
}

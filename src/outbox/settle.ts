import type { NewDelivery, Settlement } from '../core/delivery.ts';
import { attemptSize } from '../core/delivery-size.ts';
import { storeOutput } from './attempt-output.ts';
import type { Database } from './database.ts';

/** Longest text kept of an answer or a message, in characters. */
const LONGEST_TEXT = 2000;

/**
 * Settles a delivery after an attempt: its new state, the record of the attempt, and what follows from
 * it. To be called in a transaction.
 * @param insert stores alerts that were read at a time.
 */
export function settle(
  database: Database,
  { id, startedAt, durationMs, outcome, next, followUps = [] }: Settlement,
  insert: (alerts: readonly NewDelivery[], now: number) => void,
): void {
  const duration = Math.round(durationMs);
  const [message, excerpt] = [storable(outcome.message), storable(outcome.excerpt)];
  // Someone may have dropped it meanwhile: then there is nothing left to settle.
  const { changes } = database.run(
    `UPDATE delivery SET state = ?, due_at = ?, reason = ?, finished_at = ?,
       attempts = attempts + 1, tries = tries + 1, bytes = bytes + ?,
       first_attempt_at = COALESCE(first_attempt_at, ?)
     WHERE id = ? AND state = 'leased'`,
    next.state,
    next.state === 'pending' ? next.notBefore : 0,
    next.state === 'delivered' ? null : next.reason,
    next.state === 'pending' ? null : startedAt + duration,
    attemptSize(message, excerpt),
    startedAt,
    id,
  );
  if (changes === 0) return;
  insert(followUps, startedAt + duration);
  if (outcome.kind === 'park') {
    // The integration was at fault. The time to fix it does not count for any retry.
    database.run('UPDATE delivery SET tries = 0, first_attempt_at = NULL WHERE id = ?', id);
  }
  database.run(
    `INSERT INTO attempt (delivery, number, started_at, duration_ms, outcome, reason, status,
       message, excerpt, not_before)
     SELECT id, attempts, ?, ?, ?, ?, ?, ?, ?, ? FROM delivery WHERE id = ?`,
    startedAt,
    duration,
    outcome.kind,
    outcome.kind === 'delivered' ? null : outcome.reason,
    outcome.status ?? null,
    message,
    excerpt,
    outcome.kind === 'retry' ? (outcome.notBefore ?? null) : null,
    id,
  );
  if (outcome.output === undefined) return;
  const grown = storeOutput(database, id, outcome.output);
  database.run('UPDATE delivery SET bytes = bytes + ? WHERE id = ?', grown, id);
}

/** Foreign text for a column: cut, and without NUL characters, at which SQLite would end it. */
function storable(text: string | undefined): string | null {
  return text?.slice(0, LONGEST_TEXT).replaceAll('\0', '\uFFFD') ?? null;
}

import type { DeliveryState } from '../core/delivery.ts';
import type { Database } from './database.ts';
import { INTEGRATION, STATE } from './queue-filter.ts';

/** What became of the message that tells an integration how many alerts a silence held back. */
export interface SilenceReceipt {
  readonly integration: string;
  /** The message, as `queue list --bundle` names it. */
  readonly bundle: number;
  /** When it goes, in milliseconds since 1970. */
  readonly dueAt: number;
  /** The delivery that carries it; undefined: it was not sent yet. */
  readonly delivery: number | undefined;
  readonly state: DeliveryState | undefined;
  readonly finishedAt: number | undefined;
}

/** The messages about the end of a silence that are known, the oldest first. @param key of the silence. */
export function silenceReceipts(database: Database, key: string): SilenceReceipt[] {
  return database
    .all<ReceiptRow>(
      `SELECT ${INTEGRATION} AS integration, b.id AS bundle, b.due_at, d.id AS delivery,
         CASE WHEN d.id IS NOT NULL THEN ${STATE} END AS state, d.finished_at
       FROM bundle b JOIN lane l ON l.id = b.lane LEFT JOIN delivery d ON d.id = b.head
       WHERE b.kind = 'silence' AND b.key = ? ORDER BY b.id LIMIT 1000`,
      key,
    )
    .map(({ due_at: dueAt, finished_at: finishedAt, ...row }) => ({
      ...row,
      dueAt,
      delivery: row.delivery ?? undefined,
      state: row.state ?? undefined,
      finishedAt: finishedAt ?? undefined,
    }));
}

interface ReceiptRow {
  readonly integration: string;
  readonly bundle: number;
  readonly due_at: number;
  readonly delivery: number | null;
  readonly state: DeliveryState | null;
  readonly finished_at: number | null;
}

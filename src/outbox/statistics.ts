import { statSync } from 'node:fs';
import type { IntakeCounts, LaneBacklog, OutboxStatistics } from '../core/outbox.ts';
import type { Database } from './database.ts';
import { INTEGRATION, IS_PARKED } from './queue-filter.ts';

/**
 * What of every lane has not been delivered. Each part is answered by one of the partial indexes alone, so
 * that delivered ones, which are many, are never looked at, nor dead ones for the sake of a count.
 */
export const BACKLOG = `
  SELECT ${INTEGRATION} AS integration, ${IS_PARKED} AS is_parked,
    COALESCE(SUM(n) FILTER (WHERE state = 'pending'), 0) AS pending,
    COALESCE(SUM(n) FILTER (WHERE state = 'leased'), 0) AS leased,
    COALESCE(SUM(n) FILTER (WHERE state = 'dead'), 0) AS dead,
    COALESCE(SUM(n) FILTER (WHERE state = 'held'), 0) AS held,
    COALESCE(SUM(n) FILTER (WHERE state = 'silenced'), 0) AS silenced,
    MIN(oldest) FILTER (WHERE state IN ('pending', 'leased')) AS oldest,
    (SELECT MIN(since) FROM cursor WHERE cursor.lane = l.id) AS behind_since, l.losses, l.lost_bytes
  FROM lane l LEFT JOIN (
    SELECT lane, 'pending' AS state, COUNT(*) AS n, MIN(id) AS oldest FROM delivery
      WHERE state = 'pending' AND due_at = 0 GROUP BY lane
    UNION ALL
    SELECT lane, 'pending', COUNT(*), MIN(id) FROM delivery
      WHERE state = 'pending' AND due_at > 0 GROUP BY lane
    UNION ALL
    SELECT lane, 'leased', COUNT(*), MIN(id) FROM delivery WHERE state = 'leased' GROUP BY lane
    UNION ALL
    SELECT lane, 'held', COUNT(*), NULL FROM delivery WHERE state = 'held' GROUP BY lane
    UNION ALL
    SELECT lane, 'silenced', COUNT(*), NULL FROM delivery
      WHERE state = 'silenced' AND finished_at IS NULL GROUP BY lane
    UNION ALL
    SELECT lane, 'dead', COUNT(*), NULL FROM delivery
      WHERE state = 'dead' GROUP BY lane
  ) d ON d.lane = l.id
  GROUP BY l.id HAVING l.integration IS NOT NULL OR COUNT(n) > 0
  ORDER BY l.id`;

/** Numbers about the outbox, read from it when they are asked for. */
export class SqliteStatistics implements OutboxStatistics {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  counts(): IntakeCounts {
    const rows = this.#database.all<{ name: string; value: number }>('SELECT * FROM counter');
    const {
      read = 0,
      matched = 0,
      skipped = 0,
      unreadable = 0,
    } = Object.fromEntries(rows.map(({ name, value }) => [name, value]));
    return { read, matched, skipped, unreadable };
  }

  backlog(): LaneBacklog[] {
    return this.#database.all<BacklogRow>(BACKLOG).map((row) => ({
      integration: row.integration,
      pending: row.is_parked ? 0 : row.pending,
      leased: row.leased,
      parked: row.is_parked ? row.pending : 0,
      dead: row.dead,
      held: row.held,
      silenced: row.silenced,
      behindSince: row.behind_since ?? undefined,
      losses: row.losses,
      lostBytes: row.lost_bytes,
      oldestReadAt: row.oldest === null ? undefined : this.#readAt(row.oldest),
    }));
  }

  /** When the next message of a lane that covers several alerts is due; undefined when none waits. */
  nextBundleAt(lane: number): number | undefined {
    const row = this.#database.get<{ due: number | null }>(
      'SELECT MIN(due_at) AS due FROM bundle WHERE lane = ? AND sealed_at IS NULL',
      lane,
    );
    return row?.due ?? undefined;
  }

  /** The integrations that are parked or paused, and why. */
  stopped(): Map<string, { readonly state: 'parked' | 'paused'; readonly why: string }> {
    const rows = this.#database.all<StoppedRow>(
      `SELECT integration, parked_message, paused_at, paused_by FROM lane
       WHERE integration IS NOT NULL AND (parked_reason IS NOT NULL OR paused_at IS NOT NULL)`,
    );
    return new Map<string, { readonly state: 'parked' | 'paused'; readonly why: string }>(
      rows.map(({ integration, parked_message: message, paused_at: at, paused_by: who }) => {
        if (at === null) return [integration, { state: 'parked', why: message ?? '' }] as const;
        const why = `${who ?? 'someone'} paused it at ${new Date(at).toISOString()}`;
        return [integration, { state: 'paused', why }] as const;
      }),
    );
  }

  /** The lanes that have used up their share of the outbox. */
  behind(): number[] {
    const rows = this.#database.all<{ lane: number }>(
      'SELECT DISTINCT lane FROM cursor ORDER BY 1',
    );
    return rows.map(({ lane }) => lane);
  }

  walBytes(): number {
    const main = this.#database
      .all<{ name: string; file: string }>('PRAGMA database_list')
      .find(({ name }) => name === 'main');
    return statSync(`${main?.file}-wal`, { throwIfNoEntry: false })?.size ?? 0;
  }

  #readAt(delivery: number): number | undefined {
    return this.#database.get<{ read_at: number }>(
      'SELECT a.read_at FROM delivery d JOIN alert a ON a.id = d.alert WHERE d.id = ?',
      delivery,
    )?.read_at;
  }
}

interface StoppedRow {
  integration: string;
  parked_message: string | null;
  paused_at: number | null;
  paused_by: string | null;
}

interface BacklogRow {
  integration: string;
  is_parked: number;
  pending: number;
  leased: number;
  dead: number;
  held: number;
  silenced: number;
  oldest: number | null;
  behind_since: number | null;
  losses: number;
  lost_bytes: number;
}

import type { Database } from '../database.ts';
import { INTEGRATION } from '../queue-filter.ts';

/** Dead letters that failed alike. Times are milliseconds since 1970. */
export interface DeadGroup {
  readonly integration: string;
  readonly reason: string | undefined;
  /** What the last attempt said, with what differs from one to the next as `…`. */
  readonly message: string;
  readonly count: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** One of them, the newest. */
  readonly example: number;
  /** The highest id among them. */
  readonly lastId: number;
}

/** The groups, the largest first. */
export interface DeadGroups {
  readonly groups: readonly DeadGroup[];
  /** How many dead letters were looked at, and whether that is all of them. */
  readonly seen: number;
  readonly isWhole: boolean;
}

const MOST_GROUPS = 100;
/** How many are looked at before the clock is. */
const PER_LOOK = 200;

/** Groups the dead letters, the newest first, for as long as it may take. */
export function deadGroups(
  database: Database,
  budgetMs: number,
  monotonic: () => number,
): DeadGroups {
  const deadline = monotonic() + budgetMs;
  const groups = new Map<string, DeadGroup>();
  let seen = 0;
  let isWhole = true;
  for (const row of deadRows(database)) {
    seen += 1;
    add(groups, row);
    if (seen % PER_LOOK === 0 && monotonic() > deadline) {
      isWhole = false;
      break;
    }
  }
  const largest = [...groups.values()].sort((a, b) => b.count - a.count).slice(0, MOST_GROUPS);
  return { groups: largest, seen, isWhole };
}

/** The ids of a group, up to one. */
export function deadGroupIds(
  database: Database,
  { integration, reason, message }: Pick<DeadGroup, 'integration' | 'reason' | 'message'>,
  upTo: number,
): number[] {
  const ids: number[] = [];
  for (const row of deadRows(database)) {
    const isIts = row.integration === integration && (row.reason ?? undefined) === reason;
    if (row.id <= upTo && isIts && normalised(row.message ?? '') === message) ids.push(row.id);
  }
  return ids;
}

function deadRows(database: Database): Iterable<DeadRow> {
  return database.iterate<DeadRow>(
    `SELECT d.id, ${INTEGRATION} AS integration, d.reason, d.finished_at,
       (SELECT COALESCE(t.message, t.excerpt) FROM attempt t
        WHERE t.delivery = d.id ORDER BY t.number DESC LIMIT 1) AS message
     FROM delivery d INDEXED BY delivery_finished JOIN lane l ON l.id = d.lane
     WHERE d.state = 'dead' AND d.finished_at IS NOT NULL ORDER BY d.finished_at DESC`,
  );
}

function add(groups: Map<string, DeadGroup>, row: DeadRow): void {
  const message = normalised(row.message ?? '');
  const key = JSON.stringify([row.integration, row.reason, message]);
  const known = groups.get(key);
  const { count = 0, lastAt = row.finished_at, example = row.id } = known ?? {};
  const lastId = Math.max(known?.lastId ?? 0, row.id);
  const { integration, finished_at: firstAt } = row;
  const reason = row.reason ?? undefined;
  groups.set(key, {
    integration,
    reason,
    message,
    count: count + 1,
    firstAt,
    lastAt,
    example,
    lastId,
  });
}

/** Without what differs from one attempt to the next: numbers, ids, times. */
export function normalised(message: string): string {
  return message
    .slice(0, 300)
    .replace(/[\da-f]{8}-[\da-f-]{27}|\b(?=[a-z]*\d)[\da-z]{12,}\b|\d+(?:[.:]\d+)*/gi, '…');
}

interface DeadRow {
  readonly id: number;
  readonly integration: string;
  readonly reason: string | null;
  readonly finished_at: number;
  readonly message: string | null;
}

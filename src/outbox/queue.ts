import { alertLabels } from '../alert/alert-labels.ts';
import type { BundleKind } from '../core/bundle.ts';
import { DELIVERY_STATES, type DeliveryState } from '../core/delivery.ts';
import type { Audit } from './audit.ts';
import { bufferOf, type Database } from './database.ts';
import { REMOVED_MESSAGE } from './lanes.ts';
import { dropInSteps, retryInSteps } from './queue-changes.ts';
import {
  INTEGRATION,
  type QueueFilter,
  type QueueSelection,
  STATE,
  WITH_BUNDLE,
  where,
} from './queue-filter.ts';
import { newestIds } from './queue-page.ts';
import { ATTEMPTS, type AttemptRow, attemptOf, type RecordedAttempt } from './recorded-attempt.ts';
import { countSelected, type SelectionCount } from './selection-count.ts';

/** One delivery as shown to the operator. Times are milliseconds since 1970. */
export interface QueueEntry {
  readonly id: number;
  readonly integration: string;
  /** The alert's own id, where it has one. */
  readonly alert: string | undefined;
  readonly level: number;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly reason: string | undefined;
  /** The alert's rule and agent, where it names them. */
  readonly rule: string | undefined;
  readonly description: string | undefined;
  readonly agent: string | undefined;
  readonly agentId: string | undefined;
  /** What was said of the last attempt that failed, by its service or about it. */
  readonly lastError: string | undefined;
  /** Why it was held back, and by what: `throttle`, `time` by `at office`. */
  readonly verdict: string | undefined;
  readonly verdictBy: string | undefined;
  /** The message that it is sent in, with others. */
  readonly bundle: BundleEntry | undefined;
  /** Not before its lane may go on; in the past when it is only waiting for its turn. */
  readonly nextAttemptAt: number | undefined;
  readonly readAt: number;
  readonly finishedAt: number | undefined;
}

/** A message that covers several alerts, as shown to the operator. */
export interface BundleEntry {
  readonly id: number;
  readonly kind: BundleKind;
  /** True of the delivery that carries it. */
  readonly isCarrier: boolean;
}

/** A delivery with its history and its alert. */
export interface QueueDetail extends QueueEntry {
  readonly attemptLog: readonly RecordedAttempt[];
  /** Why its lane is parked, where it is. */
  readonly parked: { readonly message: string; readonly since: number | undefined } | undefined;
  /** The row of its alert. */
  readonly alertRow: number;
  /** The alert's bytes as text. */
  readonly raw: string;
}

export type { RecordedAttempt } from './recorded-attempt.ts';

export type QueueStats = Record<string, Record<DeliveryState, number>>;

export const ENTRY = `d.id, ${INTEGRATION} AS integration, a.alert_id, a.level, ${STATE} AS state,
  d.attempts, d.reason, l.parked_reason, d.due_at, l.held_until, a.read_at, d.finished_at,
  d.verdict, d.verdict_by, d.bundle, b.kind AS bundle_kind, b.head AS bundle_head,
  CASE WHEN b.sealed_at IS NULL THEN b.due_at END AS bundle_due, a.raw,
  CASE WHEN d.state <> 'delivered' THEN
    (SELECT COALESCE(message, excerpt) FROM attempt t WHERE t.delivery = COALESCE(b.head, d.id)
       AND t.outcome <> 'delivered' ORDER BY t.number DESC LIMIT 1) END AS last_error`;

/** Some deliveries, the newest first, and how many others there are. */
export interface QueuePage {
  readonly entries: readonly QueueEntry[];
  readonly more: number;
  /** True where there are still others: they are counted up to a bound. */
  readonly isMoreThanThat: boolean;
}

/** How many of what a page does not show are counted. */
const MOST_COUNTED = 10_000;

/** The outbox as an operator sees and handles it, also while a daemon works on it. */
export class Queue {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Deliveries, the newest first. */
  *list(filter: QueueFilter): Iterable<QueueEntry> {
    const { limit } = filter;
    if (limit !== undefined) {
      yield* this.#entries(newestIds(this.#database, filter, limit));
      return;
    }
    const { sql, values } = where(filter);
    const rows = this.#database.iterate<EntryRow>(
      `SELECT ${ENTRY} ${WITH_BUNDLE} ${sql} ORDER BY d.id DESC`,
      ...values,
    );
    for (const row of rows) yield entryOf(row);
  }

  /** The newest of them, and how many others there are. */
  page(filter: Omit<QueueFilter, 'limit'>, limit: number): QueuePage {
    const ids = newestIds(this.#database, filter, limit + MOST_COUNTED + 1);
    const more = Math.max(0, ids.length - limit);
    return {
      entries: this.#entries(ids.slice(0, limit)),
      more: Math.min(more, MOST_COUNTED),
      isMoreThanThat: more > MOST_COUNTED,
    };
  }

  #entries(ids: readonly number[]): QueueEntry[] {
    return this.#database
      .all<EntryRow>(
        `SELECT ${ENTRY} ${WITH_BUNDLE} WHERE d.id IN (SELECT value FROM json_each(?))
         ORDER BY d.id DESC`,
        JSON.stringify(ids),
      )
      .map(entryOf);
  }

  /** The deliveries of an alert, by its own id, the oldest first. */
  ofAlert(alert: string): number[] {
    return newestIds(this.#database, { alert }, MOST_COUNTED).toReversed();
  }

  /** The integrations that the outbox knows, also those that were removed, as filters name them. */
  integrations(): string[] {
    const sql = `SELECT DISTINCT ${INTEGRATION} AS id FROM lane l ORDER BY id`;
    return this.#database.all<{ id: string }>(sql).map(({ id }) => id);
  }

  show(id: number): QueueDetail | undefined {
    const row = this.#database.get<DetailRow>(
      `SELECT ${ENTRY}, d.alert AS alert_row, l.parked_message, l.parked_at, l.integration AS lane_integration
       ${WITH_BUNDLE} WHERE d.id = ?`,
      id,
    );
    if (row === undefined) return undefined;
    const attemptLog = this.#database.all<AttemptRow>(ATTEMPTS, id).map(attemptOf);
    return {
      ...entryOf(row),
      attemptLog,
      parked: parkedOf(row),
      alertRow: row.alert_row,
      raw: Buffer.from(row.raw).toString('utf8'),
    };
  }

  /** Deliveries per integration and state; also integrations that have none. */
  stats(): QueueStats {
    const stats: QueueStats = {};
    const rows = this.#database.all<StatsRow>(
      `SELECT ${INTEGRATION} AS integration, ${STATE} AS state, d.n FROM lane l LEFT JOIN
         (SELECT lane, state, COUNT(*) AS n FROM delivery GROUP BY lane, state) d ON d.lane = l.id
       WHERE l.integration IS NOT NULL OR d.n IS NOT NULL
       ORDER BY l.id`,
    );
    for (const { integration, state, n } of rows) {
      const entry = (stats[integration] ??= noneOf());
      if (state !== null && n !== null) entry[state] += n;
    }
    return stats;
  }

  /**
   * Makes dead and waiting deliveries due at once, and lets their parked lanes try again.
   * Delivered and leased ones are left alone. Returns how many it concerned.
   */
  retry(selection: QueueSelection, audit?: Audit): number {
    return sum(retryInSteps(this.#database, selection, audit));
  }

  /** What a selection holds, by integration and state, and the last of it. */
  count(selection: QueueSelection): SelectionCount {
    return countSelected(this.#database, selection);
  }

  /** Removes deliveries permanently, in any state, and keeps a record of it. Returns how many. */
  drop(selection: QueueSelection, audit: Audit): number {
    return sum(dropInSteps(this.#database, selection, audit));
  }
}

function noneOf(): Record<DeliveryState, number> {
  const none = DELIVERY_STATES.map((state) => [state, 0] as const);
  return Object.fromEntries(none) as Record<DeliveryState, number>;
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}

export function entryOf(row: EntryRow): QueueEntry {
  const state = row.state as DeliveryState;
  const { ruleId, description, agentName, agentId } = alertLabels(bufferOf(row.raw));
  return {
    id: row.id,
    integration: row.integration,
    alert: row.alert_id ?? undefined,
    level: row.level,
    state,
    attempts: row.attempts,
    reason: (state === 'parked' ? row.parked_reason : null) ?? row.reason ?? undefined,
    rule: ruleId,
    description,
    agent: agentName,
    agentId,
    lastError: row.last_error ?? undefined,
    verdict: row.verdict ?? undefined,
    verdictBy: row.verdict_by ?? undefined,
    bundle:
      row.bundle === null || row.bundle_kind === null
        ? undefined
        : { id: row.bundle, kind: row.bundle_kind, isCarrier: row.bundle_head === row.id },
    nextAttemptAt: nextAttempt(row, state),
    readAt: row.read_at,
    finishedAt: row.finished_at ?? undefined,
  };
}

function nextAttempt(row: EntryRow, state: DeliveryState): number | undefined {
  if (state === 'pending') return Math.max(row.due_at || row.read_at, row.held_until);
  if (state !== 'held') return undefined;
  return row.due_at > 0 ? row.due_at : (row.bundle_due ?? undefined);
}

function parkedOf(row: DetailRow): QueueDetail['parked'] {
  if (row.lane_integration === null) return { message: REMOVED_MESSAGE, since: undefined };
  if (row.parked_at === null) return undefined;
  return { message: row.parked_message ?? '', since: row.parked_at };
}

interface StatsRow {
  integration: string;
  state: DeliveryState | null;
  n: number | null;
}

export interface EntryRow {
  id: number;
  integration: string;
  alert_id: string | null;
  level: number;
  state: string;
  attempts: number;
  reason: string | null;
  parked_reason: string | null;
  due_at: number;
  held_until: number;
  read_at: number;
  finished_at: number | null;
  verdict: string | null;
  verdict_by: string | null;
  bundle: number | null;
  bundle_kind: BundleKind | null;
  bundle_head: number | null;
  bundle_due: number | null;
  raw: Uint8Array;
  last_error: string | null;
}

interface DetailRow extends EntryRow {
  alert_row: number;
  parked_message: string | null;
  parked_at: number | null;
  lane_integration: string | null;
}

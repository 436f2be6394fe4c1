import type { BundleKind } from '../core/bundle.ts';
import { CANARY } from '../core/canary.ts';
import type { DeliveryState } from '../core/delivery.ts';
import type { HeldVerdict } from '../core/grouping.ts';
import type { Pause } from '../core/outbox.ts';
import { bufferOf, type Database } from './database.ts';
import { REMOVED_MESSAGE } from './lanes.ts';
import { STATE } from './queue-filter.ts';
import { ATTEMPTS, type AttemptRow, attemptOf, type RecordedAttempt } from './recorded-attempt.ts';
import { type Wait, waitOf } from './waits-for.ts';

/** An alert that was stored for at least one integration. */
export interface StoredAlert {
  /** Its row: read twice, it has several. */
  readonly row: number;
  /** Milliseconds since 1970. */
  readonly readAt: number;
  readonly raw: Buffer;
}

/** What became of an alert for one integration. */
export interface AlertDelivery {
  readonly id: number;
  /** The row of the alert that it delivers. */
  readonly alert: number;
  /** The integration's id; undefined where it was removed. */
  readonly integration: string | undefined;
  /** The integration's name, also of one that was removed. */
  readonly name: string;
  readonly state: DeliveryState;
  /** Its attempts, or those of the message that covers it. */
  readonly attempts: readonly RecordedAttempt[];
  /** Why it did not go by itself, or not at once, by what, and the values of its key. */
  readonly held:
    | {
        readonly verdict: HeldVerdict;
        readonly by: string | undefined;
        readonly key: string | undefined;
      }
    | undefined;
  /** The message that it is sent in, with others. */
  readonly bundle: CoveringBundle | undefined;
  /** Why the last attempt failed, or its lane is parked. */
  readonly reason: string | undefined;
  /** Not before this time, in milliseconds since 1970; undefined where only its turn decides. */
  readonly nextAttemptAt: number | undefined;
  readonly waitsFor: Wait | undefined;
  /** Why its lane is parked, in words. */
  readonly parkedMessage: string | undefined;
  /** Who has stopped its lane, and since when, while it waits for that. */
  readonly pause: Pause | undefined;
  readonly finishedAt: number | undefined;
}

/** A message that covers an alert. */
export interface CoveringBundle {
  readonly id: number;
  readonly kind: BundleKind;
  /** The delivery that carries it; undefined while it still takes in what comes. */
  readonly carrier: number | undefined;
  /** When it is sent, in milliseconds since 1970; undefined once it is on its way. */
  readonly dueAt: number | undefined;
}

/** What the outbox knows of single alerts, also while a daemon works on it. */
export class AlertHistory {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** What was stored under an alert's own id, the oldest first: also events that followed from it. */
  alerts(alertId: string): StoredAlert[] {
    return this.#database
      .all<{ id: number; read_at: number; raw: Uint8Array }>(
        'SELECT id, read_at, raw FROM alert WHERE alert_id = ? ORDER BY id',
        alertId,
      )
      .map(({ id, read_at, raw }) => ({ row: id, readAt: read_at, raw: bufferOf(raw) }));
  }

  /** The deliveries of some of them. @param now in milliseconds since 1970. */
  deliveries(rows: readonly number[], now: number): AlertDelivery[] {
    return this.#database
      .all<DeliveryRow>(
        `SELECT d.id, d.alert, d.lane, d.priority, d.due_at, d.reason, d.tries, d.finished_at,
           ${STATE} AS state, l.integration, l.name, l.parked_at, l.parked_reason, l.parked_message,
           l.held_until, l.held_for, l.paused_at, l.paused_by, d.verdict, d.verdict_by, d.member_key, d.bundle,
           b.kind AS bundle_kind, b.head, CASE WHEN b.sealed_at IS NULL THEN b.due_at END AS bundle_due
         FROM delivery d JOIN lane l ON l.id = d.lane LEFT JOIN bundle b ON b.id = d.bundle
         WHERE d.alert IN (SELECT value FROM json_each(?)) ORDER BY d.id`,
        JSON.stringify(rows),
      )
      .map((row) => this.#deliveryOf(row, now));
  }

  /** One delivery alone. @param now in milliseconds since 1970. */
  ofDelivery(id: number, now: number): AlertDelivery[] {
    const sql = 'SELECT alert FROM delivery WHERE id = ?';
    const alert = this.#database.get<{ alert: number }>(sql, id)?.alert;
    return alert === undefined ? [] : this.deliveries([alert], now).filter((one) => one.id === id);
  }

  #deliveryOf(row: DeliveryRow, now: number): AlertDelivery {
    const attempts = this.#database.all<AttemptRow>(ATTEMPTS, row.head ?? row.id);
    const notBefore = attempts.at(-1)?.not_before ?? undefined;
    const waitsFor = waitOf({ ...row, notBefore, isBehindOthers: () => this.#isBehind(row) }, now);
    const notSooner = Math.max(row.due_at, row.held_until);
    const isTimed = row.state === 'pending' && waitsFor !== 'order';
    const isParked = row.state === 'parked';
    const pause = pauseOf(row);
    const isPaused = pause !== undefined && row.state === 'pending';
    const isRemoved = row.integration === null;
    const reason = isParked ? (row.parked_reason ?? row.reason) : row.reason;
    return {
      id: row.id,
      alert: row.alert,
      integration: row.integration ?? undefined,
      name: row.name,
      state: row.state,
      attempts: attempts.map(attemptOf),
      reason: reason ?? undefined,
      held: heldOf(row),
      bundle: coveringOf(row),
      nextAttemptAt: isTimed && !isPaused && notSooner > now ? notSooner : heldUntil(row),
      waitsFor: isPaused ? 'held' : waitsFor,
      parkedMessage: isParked
        ? isRemoved
          ? REMOVED_MESSAGE
          : (row.parked_message ?? '')
        : undefined,
      pause,
      finishedAt: row.finished_at ?? undefined,
    };
  }

  /** True where others of its lane are attempted before it. */
  #isBehind({ id, lane, priority }: DeliveryRow): boolean {
    const ahead = `SELECT 1 FROM delivery WHERE lane = ? AND state = 'pending' AND due_at = 0`;
    const { found } = this.#database.get<{ found: number }>(
      `SELECT EXISTS (${ahead} AND priority > ?) OR EXISTS (${ahead} AND priority = ? AND id < ?)
         OR EXISTS (SELECT 1 FROM delivery WHERE lane = ? AND state = 'leased') AS found`,
      lane,
      priority,
      lane,
      priority,
      id,
      lane,
    ) as { found: number };
    return found === 1;
  }
}

function heldOf({ verdict, verdict_by: by, member_key: key }: DeliveryRow): AlertDelivery['held'] {
  // A test alert is not held back.
  if (verdict === null || verdict === CANARY) return undefined;
  return { verdict, by: by ?? undefined, key: key ?? undefined };
}

function coveringOf(row: DeliveryRow): CoveringBundle | undefined {
  const { bundle: id, bundle_kind: kind, head, bundle_due: dueAt } = row;
  if (id === null || kind === null) return undefined;
  return { id, kind, carrier: head ?? undefined, dueAt: dueAt ?? undefined };
}

function pauseOf({ state, paused_at: since, paused_by: who }: DeliveryRow): Pause | undefined {
  if (since === null || !['pending', 'held', 'parked'].includes(state)) return undefined;
  return { since, who: who ?? 'someone' };
}

function heldUntil({
  state,
  due_at: dueAt,
  bundle_due: bundleDue,
}: DeliveryRow): number | undefined {
  if (state !== 'held') return undefined;
  return dueAt > 0 ? dueAt : (bundleDue ?? undefined);
}

interface DeliveryRow {
  readonly id: number;
  readonly alert: number;
  readonly lane: number;
  readonly priority: number;
  readonly due_at: number;
  readonly reason: string | null;
  readonly tries: number;
  readonly finished_at: number | null;
  readonly state: DeliveryState;
  readonly integration: string | null;
  readonly name: string;
  readonly parked_at: number | null;
  readonly parked_reason: string | null;
  readonly parked_message: string | null;
  readonly held_until: number;
  readonly held_for: string | null;
  readonly paused_at: number | null;
  readonly paused_by: string | null;
  readonly verdict: HeldVerdict | typeof CANARY | null;
  readonly verdict_by: string | null;
  readonly member_key: string | null;
  readonly bundle: number | null;
  readonly bundle_kind: BundleKind | null;
  readonly head: number | null;
  readonly bundle_due: number | null;
}

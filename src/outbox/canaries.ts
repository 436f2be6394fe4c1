import { CANARY, type CanaryRecord } from '../core/canary.ts';
import { deliverySize } from '../core/delivery-size.ts';
import { CANARY_RULE, canaryAlert, NOTICE_LEVEL } from '../core/notice.ts';
import type { Database } from './database.ts';
import { Labels } from './labels.ts';
import { type RemovedRow, removeDeliveries } from './remove.ts';

/** One to be sent. */
export interface NewCanary extends Pick<CanaryRecord, 'lane' | 'plan' | 'day'> {
  readonly integration: string;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The test alerts of the lanes. */
export class Canaries {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** What is stored of each lane that gets them, by its number. */
  all(): Map<number, CanaryRecord> {
    const rows = this.#database.all<CanaryRow>(
      `SELECT canary.*, d.state FROM canary LEFT JOIN delivery d ON d.id = canary.delivery
       ORDER BY canary.lane`,
    );
    return new Map(rows.map((row) => [row.lane, recordOf(row)]));
  }

  /**
   * Stores them, each like an alert that is for its lane alone. What is left of the one before, waiting
   * or dead, goes: there is one at a time. Where that is being attempted right now, none is stored.
   * @returns the lanes that have got one.
   */
  send(canaries: readonly NewCanary[]): Set<number> {
    return this.#database.transaction(() => {
      const sent = canaries.filter((one) => this.#send(one));
      return new Set(sent.map(({ lane }) => lane));
    });
  }

  #send({ lane, integration, plan, day, now }: NewCanary): boolean {
    const database = this.#database;
    if (!this.#removeEarlier(lane)) return false;
    const { raw, alertId } = canaryAlert(integration, lane, now);
    const { lastId: alert } = database.run(
      'INSERT INTO alert (alert_id, level, read_at, raw) VALUES (?, ?, ?, ?)',
      alertId,
      NOTICE_LEVEL,
      now,
      raw,
    );
    const labels = new Labels(database, now);
    labels.add(alert, NOTICE_LEVEL, { ruleId: CANARY_RULE });
    labels.store();
    const { lastId: delivery } = database.run(
      'INSERT INTO delivery (alert, lane, priority, bytes, verdict) VALUES (?, ?, 0, ?, ?)',
      alert,
      lane,
      deliverySize(raw.length),
      CANARY,
    );
    database.run(
      `INSERT INTO canary (lane, plan, day, delivery, sent_at, unproven_since)
         VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (lane) DO UPDATE SET plan = excluded.plan, day = excluded.day,
           delivery = excluded.delivery, sent_at = excluded.sent_at,
           unproven_since = COALESCE(unproven_since, excluded.unproven_since)`,
      lane,
      plan,
      day,
      delivery,
      now,
      now,
    );
    return true;
  }

  /** The clock was ahead when the last one was sent, and is right now. */
  setBack(lane: number, day: number, now: number): void {
    this.#database.run(
      `UPDATE canary SET day = MIN(day, ?), sent_at = ?, succeeded_at = MIN(succeeded_at, ?),
         unproven_since = MIN(unproven_since, ?) WHERE lane = ?`,
      day,
      now,
      now,
      now,
      lane,
    );
  }

  /** A lane gets none any more: what waits is not sent. */
  forget(lane: number): void {
    this.#database.transaction(() => {
      this.#removeEarlier(lane);
      this.#database.run('DELETE FROM canary WHERE lane = ?', lane);
    });
  }

  /** False, and nothing is removed, where one is being attempted. */
  #removeEarlier(lane: number): boolean {
    const row = this.#database.get<RemovedRow & { state: string }>(
      `SELECT id, alert, bundle, state FROM delivery
       WHERE id = (SELECT delivery FROM canary WHERE lane = ?) AND state <> 'delivered'`,
      lane,
    );
    if (row?.state === 'leased') return false;
    if (row !== undefined) removeDeliveries(this.#database, [row]);
    return true;
  }
}

interface CanaryRow {
  lane: number;
  plan: string;
  day: number;
  sent_at: number;
  succeeded_at: number | null;
  unproven_since: number | null;
  state: string | null;
}

function recordOf(row: CanaryRow): CanaryRecord {
  return {
    lane: row.lane,
    plan: row.plan,
    day: row.day,
    sentAt: row.sent_at,
    succeededAt: row.succeeded_at ?? undefined,
    unprovenSince: row.unproven_since ?? undefined,
    isDead: row.state === 'dead',
  };
}

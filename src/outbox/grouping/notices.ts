import { deliverySize } from '../../core/delivery-size.ts';
import { NOTICE_LEVEL, noticeAlert } from '../../core/notice.ts';
import type { Database } from '../database.ts';
import { Labels } from '../labels.ts';

/** Stores messages of our own. All to be called in a transaction. */
export class Notices {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Gives the delivery. */
  store(lane: number, sentence: string, now: number, bundle?: number): number {
    const { raw, alertId } = noticeAlert(sentence, now);
    const alert = this.#database.run(
      'INSERT INTO alert (alert_id, level, read_at, raw) VALUES (?, ?, ?, ?)',
      alertId,
      NOTICE_LEVEL,
      now,
      raw,
    );
    const labels = new Labels(this.#database, now);
    labels.add(alert.lastId, NOTICE_LEVEL, {});
    labels.store();
    return this.#database.run(
      'INSERT INTO delivery (alert, lane, priority, bytes, bundle) VALUES (?, ?, 0, ?, ?)',
      alert.lastId,
      lane,
      deliverySize(raw.length),
      bundle ?? null,
    ).lastId;
  }

  /** The receipt of a silence: what it held back in a lane. */
  receipt(lane: number, bundle: number, now: number): number {
    const row = this.#database.get<{ n: number; about: string | null }>(
      `SELECT about, (SELECT COUNT(*) FROM delivery d WHERE d.bundle = b.id) AS n
       FROM bundle b WHERE b.id = ?`,
      bundle,
    );
    const count = `${row?.n ?? 0} ${row?.n === 1 ? 'alert' : 'alerts'}`;
    const sentence = `held back ${count} during ${row?.about ?? 'a silence'}`;
    return this.store(lane, sentence, now, bundle);
  }
}

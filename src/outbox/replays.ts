import { randomBytes } from 'node:crypto';
import type { NewDelivery } from '../core/delivery.ts';
import { deliverySize } from '../core/delivery-size.ts';
import type { OutboxLimits } from '../core/settings.ts';
import { type Audit, type ReplayRecord, recordReplay } from './audit.ts';
import type { Database } from './database.ts';
import { LaneStores } from './grouping/lane-stores.ts';
import { insertAlerts } from './insert.ts';
import { Purge } from './purge.ts';
import { waitingBytes } from './usage.ts';

/** The lane of an integration; undefined where the daemon has never had one for it. */
export function laneOf(database: Database, integration: string): number | undefined {
  const sql = 'SELECT id FROM lane WHERE integration = ?';
  return database.get<{ id: number }>(sql, integration)?.id;
}

/** What lanes may have waiting, and have. */
export interface Room {
  readonly lanes: ReadonlySet<number>;
  readonly waitingBytes: ReadonlyMap<number, number>;
  /** Bytes for all lanes together. */
  readonly poolBytes: number;
}

/** The room that there is, as the daemon divides it. */
export function roomIn(database: Database, limits: OutboxLimits): Room {
  const { maxBytes, deliveredBytes, deadBytes } = limits;
  const pool = maxBytes - deliveredBytes - deadBytes;
  const isFull = new Purge(database).usedBytes() >= maxBytes;
  const rows = database.all<{ id: number }>('SELECT id FROM lane WHERE integration IS NOT NULL');
  return {
    lanes: new Set(rows.map(({ id }) => id)),
    waitingBytes: waitingBytes(database),
    poolBytes: isFull ? pool / 2 : pool,
  };
}

/** What a replay stores, and how. */
export interface ReplayOrder {
  readonly lane: number;
  /** How urgent an alert of a level is. */
  readonly priorityOf: (level: number) => number;
  /** True: a service cannot recognise them as those that it may have had. */
  readonly newKeys: boolean;
}

/** An alert that is to be sent again. */
export type ReplayedAlert = Pick<NewDelivery, 'raw' | 'alertId' | 'level'>;

/** What is stored at once: a daemon waits for as long as that takes. */
const MOST_ROWS = 500;
const MOST_BYTES = 2 ** 20;

/**
 * Stores alerts again for a lane, in steps, while a daemon works with the outbox. Each is sent by
 * itself: it was asked for.
 */
export class ReplayWriter {
  readonly #database: Database;
  readonly #order: ReplayOrder;
  readonly #salt: string | undefined;
  #gathered: NewDelivery[] = [];
  #bytes = 0;
  #stored = 0;

  constructor(database: Database, order: ReplayOrder) {
    this.#database = database;
    this.#order = order;
    this.#salt = order.newKeys ? randomBytes(8).toString('hex') : undefined;
  }

  /** How many are stored. */
  get stored(): number {
    return this.#stored;
  }

  /** Takes an alert. True when a step is full, and is to be stored. */
  add({ raw, alertId, level }: ReplayedAlert): boolean {
    // The bytes are only valid until more is read.
    this.#gathered.push({ raw: Buffer.from(raw), alertId, level, lanes: [this.#order.lane] });
    this.#bytes += deliverySize(raw.length);
    return this.#gathered.length >= MOST_ROWS || this.#bytes >= MOST_BYTES;
  }

  /**
   * Stores what was taken.
   * @param now in milliseconds since 1970: they count as read now, and do not age before they are sent.
   * @throws OutboxError when that is not possible; then nothing of it is stored.
   */
  store(now: number): void {
    const database = this.#database;
    const alerts = this.#gathered;
    database.transaction(() => {
      const last = database.get<{ id: number | null }>('SELECT MAX(id) AS id FROM delivery');
      insertAlerts(database, alerts, now, {
        priorityOf: (_lane, level) => this.#order.priorityOf(level),
        policyOf: () => undefined,
        stores: new LaneStores(database),
        held() {},
      });
      if (this.#salt === undefined) return;
      database.run('UPDATE delivery SET salt = ? WHERE id > ?', this.#salt, last?.id ?? 0);
    });
    this.#stored += alerts.length;
    this.#gathered = [];
    this.#bytes = 0;
  }

  /** Keeps a record of who did it, and of how many there are. */
  record(audit: Audit, detail: Omit<ReplayRecord, 'count' | 'newKeys'>): void {
    const { newKeys } = this.#order;
    const whole = { ...detail, count: this.#stored, newKeys };
    this.#database.transaction(() => recordReplay(this.#database, audit, whole));
  }
}

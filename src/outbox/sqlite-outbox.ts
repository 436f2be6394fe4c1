import { LARGE_BYTES, type LeasedDelivery, type NewDelivery } from '../core/delivery.ts';
import type {
  CatchUpStep,
  DropRecord,
  IntakeCommit,
  LaneChanges,
  LaneCursor,
  LaneIdentity,
  LaneRecord,
  Outbox,
  Parking,
  Waiting,
} from '../core/outbox.ts';
import type { Checkpoint } from '../core/source.ts';
import { dropsTold, untoldDrops } from './audit.ts';
import { countLosses, moveCursor, readCursors, setCursor } from './cursors.ts';
import { bufferOf, type Database } from './database.ts';
import { count, insertAlerts, keepUnreadable } from './insert.ts';
import { assignLanes, readLane, setParking } from './lanes.ts';
import { LargeDelivery } from './large-delivery.ts';
import { settle } from './settle.ts';
import { shrink, waitingBytes } from './usage.ts';
import { countWaiting, giveUp } from './waiting.ts';

/** From this rule level on, alerts go first when a lane is behind. */
export const URGENT_LEVEL = 12;

/** The outbox of the daemon, in SQLite. */
export class SqliteOutbox implements Outbox {
  readonly #database: Database;
  /** Lanes in which higher rule levels go first. */
  readonly #byLevel = new Set<number>();
  #version: number;

  /** Takes back what a killed daemon had leased. Only the one daemon of a state directory may. */
  constructor(database: Database) {
    this.#database = database;
    database.run(`UPDATE delivery SET state = 'pending', due_at = 0 WHERE state = 'leased'`);
    database.run('UPDATE lane SET held_until = 0 WHERE held_until > 0');
    this.#version = this.#dataVersion();
  }

  checkpoint(source: string): Checkpoint | undefined {
    const row = this.#database.get<{ version: number; state: string }>(
      'SELECT version, state FROM checkpoint WHERE source = ?',
      source,
    );
    return row && { source, version: row.version, state: JSON.parse(row.state) as unknown };
  }

  saveCheckpoint({ source, version, state }: Checkpoint): void {
    this.#database.run(
      `INSERT INTO checkpoint (source, version, state) VALUES (?, ?, ?)
       ON CONFLICT (source) DO UPDATE SET version = excluded.version, state = excluded.state`,
      source,
      version,
      JSON.stringify(state),
    );
  }

  accept(commit: IntakeCommit, now: number): void {
    const database = this.#database;
    database.transaction(() => {
      this.#insert(commit.alerts, now);
      keepUnreadable(database, commit.unreadable, now);
      count(database, commit.counts);
      this.saveCheckpoint(commit.checkpoint);
      for (const [lane, place] of commit.behind ?? []) setCursor(database, lane, place, now);
    });
  }

  catchUp({ lane, source, alerts, cursor, losses = [] }: CatchUpStep, now: number): boolean {
    const database = this.#database;
    return database.transaction(() => {
      if (!moveCursor(database, lane, source, cursor)) return false;
      this.#insert(alerts, now);
      if (losses.length > 0) countLosses(database, lane, losses);
      return true;
    });
  }

  cursors(source: string): Map<number, LaneCursor> {
    return readCursors(this.#database, source);
  }

  waitingBytes(): Map<number, number> {
    return waitingBytes(this.#database);
  }

  shrink(lane: number, bytes: number, now: number): number {
    return shrink(this.#database, lane, bytes, now);
  }

  assignLanes(identities: readonly LaneIdentity[]): Map<string, LaneRecord> {
    const lanes = this.#database.transaction(() => assignLanes(this.#database, identities));
    this.#byLevel.clear();
    for (const { integrationId, highestLevelFirst } of identities) {
      const lane = lanes.get(integrationId);
      if (highestLevelFirst === true && lane !== undefined) this.#byLevel.add(lane.id);
    }
    return lanes;
  }

  lane(lane: number): LaneRecord | undefined {
    return readLane(this.#database, lane);
  }

  commit(changes: LaneChanges): void {
    this.#database.relaxedTransaction(() => {
      for (const settlement of changes.settlements ?? []) {
        settle(this.#database, settlement, (alerts, now) => this.#insert(alerts, now));
      }
      for (const { id, followUps, at } of changes.released ?? []) {
        this.#release(id);
        this.#insert(followUps, at);
      }
      for (const [lane, bucket] of changes.buckets ?? []) {
        this.#database.run(
          'UPDATE lane SET bucket_tokens = ?, bucket_at = ? WHERE id = ?',
          bucket.tokens,
          bucket.at,
          lane,
        );
      }
      for (const [lane, { until, reason }] of changes.holds ?? []) {
        const sql = 'UPDATE lane SET held_until = ?, held_for = ? WHERE id = ?';
        this.#database.run(sql, until, reason, lane);
      }
    });
  }

  lease(lane: number, limit: number, maxBytes: number, now: number): LeasedDelivery[] {
    const database = this.#database;
    // A lease need not survive: every start takes all of them back.
    return database.relaxedTransaction(() => {
      database.run(
        `UPDATE delivery SET due_at = 0
         WHERE lane = ? AND state = 'pending' AND due_at > 0 AND due_at <= ?`,
        lane,
        now,
      );
      const leased: LeasedDelivery[] = [];
      let bytes = 0;
      const rows = database.iterate<LeaseRow>(
        `SELECT d.id, d.attempts, d.tries, d.first_attempt_at, d.alert, length(a.raw) AS bytes,
           CASE WHEN length(a.raw) <= ${LARGE_BYTES} THEN a.raw END AS raw
         FROM delivery d JOIN alert a ON a.id = d.alert
         WHERE d.lane = ? AND d.state = 'pending' AND d.due_at = 0
         ORDER BY d.priority DESC, d.id LIMIT ?`,
        lane,
        limit,
      );
      for (const row of rows) {
        bytes += row.bytes;
        if (leased.length > 0 && bytes > maxBytes) break;
        const { id, attempts, tries } = row;
        const facts = { id, attempts, tries, firstAttemptAt: row.first_attempt_at ?? undefined };
        leased.push(
          row.raw === null
            ? new LargeDelivery(facts, row.bytes, () => this.#raw(row.alert))
            : { ...facts, raw: bufferOf(row.raw) },
        );
      }
      database.run(
        `UPDATE delivery SET state = 'leased' WHERE id IN (SELECT value FROM json_each(?))`,
        JSON.stringify(leased.map(({ id }) => id)),
      );
      return leased;
    });
  }

  /** The bytes of an alert; none when it was removed meanwhile. */
  #raw(alert: number): Buffer {
    const sql = 'SELECT raw FROM alert WHERE id = ?';
    const row = this.#database.get<{ raw: Uint8Array }>(sql, alert);
    return row === undefined ? Buffer.alloc(0) : bufferOf(row.raw);
  }

  sync(): void {
    this.#database.sync();
  }

  release(ids: readonly number[]): void {
    this.#database.relaxedTransaction(() => {
      for (const id of ids) this.#release(id);
    });
  }

  nextDue(lane: number): number | undefined {
    const ready = this.#database.get<{ id: number }>(
      `SELECT id FROM delivery WHERE lane = ? AND state = 'pending' AND due_at = 0 LIMIT 1`,
      lane,
    );
    if (ready !== undefined) return 0;
    const scheduled = this.#database.get<{ due: number | null }>(
      `SELECT MIN(due_at) AS due FROM delivery
       WHERE lane = ? AND state = 'pending' AND due_at > 0`,
      lane,
    );
    return scheduled?.due ?? undefined;
  }

  expedite(lane: number): void {
    this.#database.relaxedTransaction(() => {
      this.#database.run(
        `UPDATE delivery SET due_at = 0 WHERE lane = ? AND state = 'pending' AND due_at > 0`,
        lane,
      );
    });
  }

  expire(lane: number, readBefore: number, now: number): number {
    const { changes } = this.#database.run(
      `UPDATE delivery SET state = 'dead', reason = 'rate_limited', finished_at = ?
       WHERE lane = ? AND state = 'pending' AND attempts = 0 AND due_at = 0
         AND (SELECT read_at FROM alert WHERE alert.id = delivery.alert) < ?`,
      now,
      lane,
      readBefore,
    );
    return changes;
  }

  giveUp(lane: number, readBefore: number, now: number): number {
    return giveUp(this.#database, lane, readBefore, now);
  }

  waiting(lane: number): Waiting {
    return countWaiting(this.#database, lane);
  }

  clockJumped(byMs: number): void {
    // After a jump forward, what falls due by it may as well be tried.
    const later = Math.min(byMs, 0);
    this.#database.run('UPDATE lane SET held_until = 0');
    this.#database.run(
      `UPDATE delivery SET first_attempt_at = first_attempt_at + ?,
         due_at = CASE WHEN due_at > 0 THEN MAX(1, due_at + ?) ELSE 0 END
       WHERE state IN ('pending', 'leased') AND (due_at > 0 OR first_attempt_at IS NOT NULL)`,
      byMs,
      later,
    );
  }

  park(lane: number, parking: Parking): void {
    this.#database.relaxedTransaction(() => setParking(this.#database, lane, parking));
  }

  unpark(lane: number): void {
    this.#database.relaxedTransaction(() => setParking(this.#database, lane, undefined));
  }

  untoldDrops(): DropRecord[] {
    return untoldDrops(this.#database);
  }

  dropsTold(drops: readonly DropRecord[]): void {
    dropsTold(this.#database, drops);
  }

  changedElsewhere(): boolean {
    const version = this.#dataVersion();
    if (version === this.#version) return false;
    this.#version = version;
    return true;
  }

  /** SQLite changes this number only when another connection has written. */
  #dataVersion(): number {
    return this.#database.get<{ data_version: number }>('PRAGMA data_version')?.data_version ?? 0;
  }

  #insert(alerts: readonly NewDelivery[], now: number): void {
    insertAlerts(this.#database, alerts, now, (lane, level) => {
      return this.#byLevel.has(lane) ? level : Number(level >= URGENT_LEVEL);
    });
  }

  #release(id: number): void {
    this.#database.run(
      `UPDATE delivery SET state = 'pending', due_at = 0 WHERE id = ? AND state = 'leased'`,
      id,
    );
  }
}

interface LeaseRow {
  id: number;
  attempts: number;
  tries: number;
  first_attempt_at: number | null;
  alert: number;
  bytes: number;
  /** Null for a large alert. */
  raw: Uint8Array | null;
}

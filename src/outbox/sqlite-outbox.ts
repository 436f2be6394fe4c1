import type { LeasedDelivery, NewDelivery } from '../core/delivery.ts';
import type { HeldVerdict, LanePolicy } from '../core/grouping.ts';
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
import { readCheckpoint, storeCheckpoint } from './checkpoints.ts';
import { countLosses, moveCursor, readCursors, setCursor } from './cursors.ts';
import type { Database } from './database.ts';
import { clockJumped, expedite, expire, nextDue } from './dues.ts';
import { Grouping } from './grouping/grouping.ts';
import type { LaneStores } from './grouping/lane-stores.ts';
import { Notices } from './grouping/notices.ts';
import { openMutes } from './grouping/quiet-store.ts';
import { count, insertAlerts, keepUnreadable } from './insert.ts';
import { assignLanes, readLane, setParking } from './lanes.ts';
import { lease } from './lease.ts';
import { settle } from './settle.ts';
import { countRead } from './source-hours.ts';
import { shrink, waitingBytes } from './usage.ts';
import { countWaiting, giveUp } from './waiting.ts';

/** From this rule level on, alerts go first when a lane is behind. */
export const URGENT_LEVEL = 12;

/** Told of alerts that are held back, and whether they are never sent. */
export type OnHeld = (
  lane: number,
  verdict: HeldVerdict,
  isSilenced: boolean,
  alert: NewDelivery,
) => void;

/** The outbox of the daemon, in SQLite. */
export class SqliteOutbox implements Outbox {
  readonly #database: Database;
  /** Lanes in which higher rule levels go first. */
  readonly #byLevel = new Set<number>();
  readonly #grouping: Grouping;
  readonly #notices: Notices;
  /** What the present transaction holds back. */
  #held: Parameters<OnHeld>[] = [];
  #version: number;

  /** Called for each alert that is held back, once it is stored. */
  onHeld: OnHeld | undefined;

  /** Takes back what a killed daemon had leased. Only the one daemon of a state directory may. */
  constructor(database: Database) {
    this.#database = database;
    this.#grouping = new Grouping(database);
    this.#notices = new Notices(database);
    database.run(`UPDATE delivery SET state = 'pending', due_at = 0 WHERE state = 'leased'`);
    database.run('UPDATE lane SET held_until = 0 WHERE held_until > 0');
    this.#version = this.#dataVersion();
  }

  checkpoint(source: string): Checkpoint | undefined {
    return readCheckpoint(this.#database, source);
  }

  saveCheckpoint(checkpoint: Checkpoint): void {
    storeCheckpoint(this.#database, checkpoint);
  }

  accept(commit: IntakeCommit, now: number): void {
    const database = this.#database;
    this.#storing(() => {
      openMutes(database, commit.marks ?? [], now);
      this.#insert(commit.alerts, now);
      keepUnreadable(database, commit.unreadable, now);
      count(database, commit.counts);
      countRead(database, commit.checkpoint.source, now, commit.counts.read);
      this.saveCheckpoint(commit.checkpoint);
      for (const [lane, place] of commit.behind ?? []) {
        setCursor(database, lane, place, now);
        this.#grouping.makeRoom(lane, now);
      }
    });
  }

  catchUp({ lane, source, alerts, cursor, losses = [] }: CatchUpStep, now: number): boolean {
    const database = this.#database;
    return this.#storing(() => {
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

  assignLanes(identities: readonly LaneIdentity[], now: number): Map<string, LaneRecord> {
    const lanes = this.#database.transaction(() => {
      const assigned = assignLanes(this.#database, identities);
      const policies = new Map<number, LanePolicy>();
      for (const { integrationId, policy } of identities) {
        const lane = assigned.get(integrationId);
        if (policy !== undefined && lane !== undefined) policies.set(lane.id, policy);
      }
      const ids = [...assigned.values()].map(({ id }) => id);
      this.#grouping.use(policies, ids, now);
      return assigned;
    });
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
      if (changes.settlements?.length) this.#grouping.ended();
      this.#grouping.settle();
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
      const allowed = this.#releaseHeld(lane, limit, now);
      return lease(database, lane, allowed, maxBytes);
    });
  }

  /** Returns how many may be leased. */
  #releaseHeld(lane: number, limit: number, now: number): number {
    const stores = this.#grouping.stores();
    const allowed = this.#grouping.release(lane, limit, now, stores, (its, bundle) => {
      return this.#notices.receipt(its, bundle, now);
    });
    this.#tell(stores, now);
    return allowed;
  }

  sync(): void {
    if (this.#grouping.hasUnsettled) {
      this.#database.relaxedTransaction(() => this.#grouping.settle());
    }
    this.#database.sync();
  }

  release(ids: readonly number[]): void {
    this.#database.relaxedTransaction(() => {
      for (const id of ids) this.#release(id);
    });
  }

  nextDue(lane: number): number | undefined {
    return nextDue(this.#database, lane, () => this.#grouping.nextDue(lane));
  }

  expedite(lane: number): void {
    this.#database.relaxedTransaction(() => expedite(this.#database, lane));
  }

  expire(lane: number, readBefore: number, now: number): number {
    return expire(this.#database, lane, readBefore, now);
  }

  giveUp(lane: number, readBefore: number, now: number): number {
    return giveUp(this.#database, lane, readBefore, now);
  }

  inStorm(lane: number): boolean {
    return this.#grouping.inStorm(lane);
  }

  waiting(lane: number): Waiting {
    return countWaiting(this.#database, lane);
  }

  clockJumped(byMs: number): void {
    clockJumped(this.#database, byMs);
    this.#grouping.clockJumped(byMs);
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

  /** Stores something, and tells what of it is held back. */
  #storing<T>(work: () => T): T {
    this.#held = [];
    const result = this.#database.transaction(() => {
      const stored = work();
      this.#grouping.settle();
      return stored;
    });
    for (const held of this.#held) this.onHeld?.(...held);
    return result;
  }

  #insert(alerts: readonly NewDelivery[], now: number): void {
    const stores = this.#grouping.stores();
    insertAlerts(this.#database, alerts, now, {
      priorityOf: (lane, level) => this.#priorityOf(lane, level),
      policyOf: (lane) => this.#grouping.policy(lane),
      stores,
      held: (...held) => this.#held.push(held),
    });
    stores.flush();
    this.#tell(stores, now);
  }

  /** Stores the messages of our own that came up. */
  #tell(stores: LaneStores, now: number): void {
    for (const { lane, sentence } of stores.notices) this.#notices.store(lane, sentence, now);
  }

  #priorityOf(lane: number, level: number): number {
    return this.#byLevel.has(lane) ? level : Number(level >= URGENT_LEVEL);
  }

  #release(id: number): void {
    this.#database.run(
      `UPDATE delivery SET state = 'pending', due_at = 0 WHERE id = ? AND state = 'leased'`,
      id,
    );
  }
}

import type { HeldVerdict, LanePolicy } from '../../core/grouping.ts';
import type { Database } from '../database.ts';
import { LaneStores } from './lane-stores.ts';
import { MemberCounts } from './member-counts.ts';
import { reviewLane } from './review.ts';
import { sealDue } from './seal.ts';
import { settleMembers } from './settle-members.ts';

/** How many alerts of a lane were held back, and why. */
export interface HeldCount {
  readonly lane: number;
  readonly verdict: HeldVerdict;
  readonly count: number;
}

/** What is held back in the outbox, and when it goes. All to be called in a transaction. */
export class Grouping {
  readonly #database: Database;
  readonly #members: MemberCounts;
  #policies: ReadonlyMap<number, LanePolicy> = new Map();
  /** False when no bundle has ended whose members have yet to follow. */
  #hasUnsettled = true;

  constructor(database: Database) {
    this.#database = database;
    this.#members = new MemberCounts(database);
  }

  /** The rules in force. What waits by others is looked at again. */
  use(policies: ReadonlyMap<number, LanePolicy>, lanes: Iterable<number>, now: number): void {
    for (const lane of lanes) reviewLane(this.#database, lane, policies.get(lane), now);
    this.#policies = policies;
  }

  policy(lane: number): LanePolicy | undefined {
    return this.#policies.get(lane);
  }

  stores(): LaneStores {
    return new LaneStores(this.#database, this.#members);
  }

  /**
   * Makes due what is held until now, before something is leased.
   * @param limit how much is to be leased. @returns how much may be.
   */
  release(lane: number, limit: number, now: number, stores: LaneStores, receipt: Receipt): number {
    const database = this.#database;
    const policy = this.#policies.get(lane);
    const store = stores.of(lane);
    const check = database.get<{ check_at: number }>(
      'SELECT check_at FROM storm WHERE lane = ? AND check_at BETWEEN 1 AND ?',
      lane,
      now,
    );
    if (check !== undefined) policy?.check(store, now);
    database.run(
      `UPDATE delivery SET state = 'pending', due_at = 0
       WHERE lane = ? AND state = 'held' AND due_at BETWEEN 1 AND ?`,
      lane,
      now,
    );
    const allowed = sealDue(database, lane, limit, now, { policy, store, receipt });
    stores.flush();
    return allowed;
  }

  /** True while there is a storm in a lane. */
  inStorm(lane: number): boolean {
    const sql = 'SELECT 1 AS found FROM storm WHERE lane = ? AND check_at > 0';
    return this.#database.get(sql, lane) !== undefined;
  }

  /** When something that is held falls due; undefined when nothing does. */
  nextDue(lane: number): number | undefined {
    const row = this.#database.get<{ due: number | null }>(
      `SELECT MIN(due) AS due FROM (
         SELECT MIN(due_at) AS due FROM delivery WHERE lane = ? AND state = 'held' AND due_at > 0
         UNION ALL
         SELECT MIN(due_at) FROM bundle WHERE lane = ? AND sealed_at IS NULL
         UNION ALL
         SELECT check_at FROM storm WHERE lane = ? AND check_at > 0)`,
      lane,
      lane,
      lane,
    );
    return row?.due ?? undefined;
  }

  /** A lane has used up its share of the outbox: what it may send together is sent now. */
  makeRoom(lane: number, now: number): void {
    this.#database.run(
      `UPDATE bundle SET due_at = MIN(due_at, ?), is_closed = 1
       WHERE lane = ? AND is_closed = 0 AND kind IN ('throttle', 'digest', 'storm')`,
      now,
      lane,
    );
  }

  /** A bundle may have ended. */
  ended(): void {
    this.#hasUnsettled = true;
  }

  get hasUnsettled(): boolean {
    return this.#hasUnsettled;
  }

  /** Has members follow their bundles, a step of it. True when there is more to do. */
  settle(): boolean {
    this.#hasUnsettled &&= settleMembers(this.#database);
    return this.#hasUnsettled;
  }

  /**
   * The clock was set back: what waits for a while keeps waiting for as long as it would have, at
   * most. What waits for an hour of the day does so by the new clock.
   */
  clockJumped(byMs: number): void {
    const later = Math.min(byMs, 0);
    if (later === 0) return;
    this.#database.run(
      `UPDATE bundle SET due_at = MAX(1, due_at + ?), opened_at = MAX(1, opened_at + ?)
       WHERE sealed_at IS NULL AND kind IN ('throttle', 'digest', 'storm')`,
      later,
      later,
    );
    this.#database.run('UPDATE throttle SET last_sent = MAX(1, last_sent + ?)', later);
    this.#database.run('UPDATE mute SET opened_at = MAX(1, opened_at + ?)', later);
    this.#database.run('UPDATE storm SET check_at = 1 WHERE check_at > 0');
  }
}

/** Stores the receipt of a silence for a bundle, and gives the delivery that carries it. */
export type Receipt = (lane: number, bundle: number) => number;

import type { DeliveryState, LeasedDelivery, NewDelivery, Settlement } from './delivery.ts';
import type { LanePolicy, MuteMark } from './grouping.ts';
import type { Hold } from './lane-hold.ts';
import type { FailureReason } from './outcome.ts';
import type { Checkpoint, Loss } from './source.ts';
import type { BucketState } from './token-bucket.ts';

/** A record that is no alert: kept, so that nothing vanishes unseen. */
export interface UnreadableRecord {
  /** The name of the source it came from. */
  readonly source: string;
  /** Where in it, in words: `/var/ossec/logs/alerts/alerts.json, byte 1234`. */
  readonly place: string;
  /** Bytes. */
  readonly length: number;
  readonly reason: string;
  /** The beginning of the record. */
  readonly excerpt: Buffer;
}

/** What reading one or more batches of a source led to. Stored in one transaction. */
export interface IntakeCommit {
  readonly alerts: readonly NewDelivery[];
  readonly unreadable: readonly UnreadableRecord[];
  readonly counts: IntakeCounts;
  readonly checkpoint: Checkpoint;
  /** The mutes that its alerts opened: in force for what is stored with them. */
  readonly marks?: readonly MuteMark[];
  /** Lanes that store nothing more of this source for now, each with its place in it. */
  readonly behind?: ReadonlyMap<number, Checkpoint>;
}

/**
 * Where a lane that has used up its share of the outbox stopped storing the alerts of a source. It
 * goes on from there when it has room.
 */
export interface LaneCursor {
  readonly checkpoint: Checkpoint;
  /** When it stopped, in milliseconds since 1970. */
  readonly since: number;
}

/** A step of a lane that reads again what it did not store. */
export interface CatchUpStep {
  readonly lane: number;
  readonly source: string;
  readonly alerts: readonly NewDelivery[];
  /** Its new place; undefined when it has caught up. */
  readonly cursor: Checkpoint | undefined;
  /** What the source no longer holds. */
  readonly losses?: readonly Loss[];
}

/** How many lines were read, matched an integration, were skipped on purpose, or were not an alert. */
export interface IntakeCounts {
  readonly read: number;
  readonly matched: number;
  readonly skipped: number;
  readonly unreadable: number;
}

/**
 * Why a lane is parked: what a service answered, or `configuration`, when the integration cannot run
 * as it is configured.
 */
export type ParkingReason = FailureReason | 'configuration';

/** A lane that stops until its integration is fixed. */
export interface Parking {
  readonly reason: ParkingReason;
  readonly message: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

/** An operator has a lane stopped. */
export interface Pause {
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly who: string;
}

/** The stored state of a lane. */
export interface LaneRecord {
  readonly id: number;
  readonly parking: Parking | undefined;
  readonly bucket: BucketState | undefined;
  /** Set while an operator has it stopped. */
  readonly pause?: Pause | undefined;
  /** True where this assignment ended a parking, or brought a removed integration back. */
  readonly isResumed?: boolean;
}

/** What waits in a lane. */
export interface Waiting {
  readonly count: number;
  /** When the oldest of it was read, in milliseconds since 1970; undefined when nothing waits. */
  readonly oldestReadAt: number | undefined;
}

/** How an integration is recognised from one configuration to the next. */
export interface LaneIdentity {
  /** `slack`, `slack#2` … */
  readonly integrationId: string;
  readonly name: string;
  /** Everything that says where it delivers to. Stored only as a keyed hash. */
  readonly target: string;
  /** All of its settings. Stored only as a keyed hash. */
  readonly settings: string;
  /** True where higher rule levels go first, rather than only the urgent ones. */
  readonly highestLevelFirst?: boolean;
  /** Why it cannot run as it is configured, so that its lane is parked; undefined when it can. */
  readonly cannotRun?: { readonly message: string; readonly since: number } | undefined;
  /** What decides when its alerts are sent, and which together; undefined: each at once. */
  readonly policy?: LanePolicy | undefined;
}

/** A leased delivery that could not be attempted yet. */
export interface ReleasedDelivery {
  readonly id: number;
  readonly followUps: readonly NewDelivery[];
  /** When, in milliseconds since 1970. */
  readonly at: number;
}

/** What of a number of deliveries, by state. */
export interface StateCount {
  readonly integration: string;
  readonly state: DeliveryState;
  readonly count: number;
  /** When the first and the last of them were read, in milliseconds since 1970. */
  readonly oldestReadAt: number;
  readonly newestReadAt: number;
  /** The highest rule level among them. */
  readonly level: number;
}

/** An operator removed deliveries. */
export interface DropRecord {
  readonly id: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Who did it. */
  readonly who: string;
  readonly dropped: readonly StateCount[];
}

/** Changes that are committed together. */
export interface LaneChanges {
  readonly settlements?: readonly Settlement[];
  /** Deliveries given back unattempted, with their results, if any. */
  readonly released?: readonly ReleasedDelivery[];
  readonly buckets?: ReadonlyMap<number, BucketState>;
  /** Until when nothing of a lane is attempted. */
  readonly holds?: ReadonlyMap<number, Hold>;
}

/**
 * The embedded, durable outbox, as the daemon uses it. Every call that writes is a transaction, and
 * is on disk when it returns, unless documented otherwise.
 */
export interface Outbox {
  /** Where reading of a source goes on, or undefined at its first start. */
  checkpoint(source: string): Checkpoint | undefined;
  /** Replaces the checkpoint of its source. */
  saveCheckpoint(checkpoint: Checkpoint): void;
  /** Stores alerts, deliveries and checkpoint, all or nothing. */
  accept(commit: IntakeCommit, now: number): void;
  /**
   * Stores what a lane read again, and its new place, all or nothing. False, and nothing is stored,
   * when it is not behind any more: an operator has dropped what was to come.
   */
  catchUp(step: CatchUpStep, now: number): boolean;
  /** The places in a source of the lanes that are behind. */
  cursors(source: string): Map<number, LaneCursor>;
  /** What waits in each lane, in bytes as they count against its share. */
  waitingBytes(): Map<number, number>;
  /**
   * Makes dead letters of what waits in a lane untried, the lowest and oldest first, until so many
   * bytes are free. Returns how many.
   */
  shrink(lane: number, bytes: number, now: number): number;
  /**
   * Finds or makes the lane of each integration, so that waiting deliveries follow their
   * integration through edits; lanes without an integration keep theirs. Parks the lanes of those
   * that cannot run. What they hold is looked at by their rules. All or nothing.
   */
  assignLanes(identities: readonly LaneIdentity[], now: number): Map<string, LaneRecord>;
  /** What is stored of a lane now: another process may have changed it. */
  lane(lane: number): LaneRecord | undefined;
  /**
   * Settles what was attempted. It survives the end of this process, however it ends, and from the
   * next {@link sync} on also a power failure.
   */
  commit(changes: LaneChanges): void;
  /** Waits until everything committed is on disk. To be called a few times per second. */
  sync(): void;
  /**
   * Takes up to `limit` deliveries that are due: urgent ones first, then in the order in which
   * they were read; no more bytes of alerts than `maxBytes`, but at least one. A lease need not be
   * on the disk: every start takes all of them back.
   */
  lease(lane: number, limit: number, maxBytes: number, now: number): LeasedDelivery[];
  /** Gives leased deliveries back, unattempted. As with {@link lease}, it need not be on disk. */
  release(ids: readonly number[]): void;
  /** When the next delivery of a lane falls due; undefined when none waits. */
  nextDue(lane: number): number | undefined;
  /** Makes deliveries that wait for a retry due at once: their service is back. Durable as {@link commit}. */
  expedite(lane: number): void;
  /**
   * Makes dead letters of deliveries that have never been tried and whose alerts were read before a
   * time. Returns how many.
   */
  expire(lane: number, readBefore: number, now: number): number;
  /**
   * Makes dead letters of all deliveries that wait and whose alerts were read before a time. Returns
   * how many.
   */
  giveUp(lane: number, readBefore: number, now: number): number;
  /** True while there is a storm in a lane. */
  inStorm(lane: number): boolean;
  /** What waits in a lane: costs time in proportion to it. */
  waiting(lane: number): Waiting;
  /** Durable as {@link commit}: what a power failure undoes, the next attempt finds again. */
  park(lane: number, parking: Parking): void;
  /** Durable as {@link park}. */
  unpark(lane: number): void;
  /**
   * The clock was set, by the given number of milliseconds: what waits for a time keeps waiting for as long
   * as it would have, at most, and nothing ages by it.
   */
  clockJumped(byMs: number): void;
  /** What operators dropped and {@link dropsTold} was not called for, the oldest first. */
  untoldDrops(): DropRecord[];
  /** These were logged. */
  dropsTold(drops: readonly DropRecord[]): void;
  /** True when another process (`integratord queue …`) changed something since the last call. */
  changedElsewhere(): boolean;
}

/** What of a lane has not been delivered: how many, by state. */
export interface LaneBacklog {
  /** A removed integration is marked as such. */
  readonly integration: string;
  readonly pending: number;
  readonly leased: number;
  readonly parked: number;
  readonly dead: number;
  /** What is held back, for its time or to be sent together, and what silences hold back. */
  readonly held: number;
  readonly silenced: number;
  /** Since when it stores nothing of a source, its share being used up, in milliseconds since 1970. */
  readonly behindSince: number | undefined;
  /** What could not be read again for it: how often, and the bytes of it as far as they are known. */
  readonly losses: number;
  readonly lostBytes: number;
  /** When the oldest one that waits was read, in milliseconds since 1970. */
  readonly oldestReadAt: number | undefined;
}

/** Numbers about the outbox, for metrics and for people. */
export interface OutboxStatistics {
  /** Totals since the outbox was created, over all restarts. */
  counts(): IntakeCounts;
  /** One entry per lane, also for those with nothing; costs time in proportion to what waits. */
  backlog(): LaneBacklog[];
  /** Size of the write-ahead log. */
  walBytes(): number;
}

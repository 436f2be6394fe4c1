import type { Clock } from '../core/clock.ts';
import type { Outbox } from '../core/outbox.ts';

/** What is stored by the intake at once. */
export type Accepted = Parameters<Outbox['accept']>[0];
/** What is stored for a lane that catches up. */
export type CaughtUp = Parameters<Outbox['catchUp']>[0];

/** Told what an outbox stores. */
export interface OutboxObserver {
  accepted(intake: Accepted): void;
  caughtUp(step: CaughtUp): void;
  /** Alerts could not be stored; they will be offered again. */
  refused(): void;
  /** So many deliveries of a lane became dead letters for lack of room. */
  gaveUp(lane: number, count: number): void;
  /** A transaction that stored alerts or the results of attempts took so long. */
  committed(milliseconds: number): void;
}

/** The same outbox, with an observer of what goes in and how long that takes. */
export function measuredOutbox(outbox: Outbox, observer: OutboxObserver, clock: Clock): Outbox {
  return {
    accept(intake, now) {
      const began = clock.monotonic();
      try {
        outbox.accept(intake, now);
      } catch (error) {
        observer.refused();
        throw error;
      }
      observer.committed(clock.monotonic() - began);
      observer.accepted(intake);
    },
    commit(changes) {
      const began = clock.monotonic();
      outbox.commit(changes);
      observer.committed(clock.monotonic() - began);
    },
    catchUp(step, now) {
      const began = clock.monotonic();
      const isStored = outbox.catchUp(step, now);
      observer.committed(clock.monotonic() - began);
      if (isStored) observer.caughtUp(step);
      return isStored;
    },
    shrink(lane, bytes, now) {
      const count = outbox.shrink(lane, bytes, now);
      observer.gaveUp(lane, count);
      return count;
    },
    cursors: outbox.cursors.bind(outbox),
    waitingBytes: outbox.waitingBytes.bind(outbox),
    checkpoint: outbox.checkpoint.bind(outbox),
    saveCheckpoint: outbox.saveCheckpoint.bind(outbox),
    assignLanes: outbox.assignLanes.bind(outbox),
    lane: outbox.lane.bind(outbox),
    sync: outbox.sync.bind(outbox),
    lease: outbox.lease.bind(outbox),
    release: outbox.release.bind(outbox),
    nextDue: outbox.nextDue.bind(outbox),
    expedite: outbox.expedite.bind(outbox),
    expire: outbox.expire.bind(outbox),
    giveUp: outbox.giveUp.bind(outbox),
    inStorm: outbox.inStorm.bind(outbox),
    waiting: outbox.waiting.bind(outbox),
    park: outbox.park.bind(outbox),
    unpark: outbox.unpark.bind(outbox),
    clockJumped: outbox.clockJumped.bind(outbox),
    untoldDrops: outbox.untoldDrops.bind(outbox),
    dropsTold: outbox.dropsTold.bind(outbox),
    changedElsewhere: outbox.changedElsewhere.bind(outbox),
  };
}

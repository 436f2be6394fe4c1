import type { Clock } from '../core/clock.ts';
import type { LeasedDelivery, Settlement } from '../core/delivery.ts';
import type { DeliveryContext, Destination } from '../core/destination.ts';
import type { Integration } from '../core/integration.ts';
import type { LaneObserver } from '../core/lane-observer.ts';
import type { Log } from '../core/log.ts';
import type { LaneRecord, Outbox } from '../core/outbox.ts';
import type { Scrubber } from '../core/secret.ts';
import type { FailurePace } from './failure-pace.ts';
import type { GroupCommit } from './group-commit.ts';
import type { LargeParts } from './large-attempt.ts';
import type { FollowUps } from './manager-follow-ups.ts';
import type { Turns } from './turns.ts';

/** What a lane needs to work. */
export interface LaneParts {
  readonly integration: Integration;
  readonly destination: Destination;
  readonly record: LaneRecord;
  readonly outbox: Outbox;
  readonly groupCommit: GroupCommit;
  readonly context: Omit<DeliveryContext, 'signal' | 'clock'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly scrubber: Scrubber;
  readonly observer?: LaneObserver | undefined;
  /** Told what came of each attempt, once it is stored. It must be quick and must not throw. */
  readonly onSettled?:
    | ((integration: string, delivery: LeasedDelivery, settlement: Settlement) => void)
    | undefined;
  /** What comes of the events of an enrichment. */
  readonly followUps: FollowUps;
  /** Shared by all lanes whose services fail. */
  readonly pace?: FailurePace | undefined;
  /** Those of the lanes that must not work at the same time as this one. */
  readonly turns?: Turns | undefined;
  /** What attempts with large alerts share with those of other lanes. */
  readonly large: LargeParts;
}

import type { Clock } from '../core/clock.ts';
import type { LaneObserver } from '../core/lane-observer.ts';
import type { Outbox } from '../core/outbox.ts';
import { quotaOver } from '../core/quota.ts';
import { FailurePace } from '../lanes/failure-pace.ts';
import type { GroupCommit } from '../lanes/group-commit.ts';
import { LargeGate } from '../lanes/large-gate.ts';
import type { Database } from '../outbox/database.ts';
import { SqliteAnswerCache, SqliteQuotaStore } from '../outbox/enrichment-store.ts';
import type { DaemonOptions } from './daemon-options.ts';
import { garbageCollector } from './heap.ts';
import type { SharedParts } from './lane-set.ts';
import { networkFingerprint } from './network-environment.ts';
import type { Entry } from './running-lane.ts';
import type { Transports } from './transports.ts';

/** What the lanes of a daemon share is made from. */
export interface SharedFrom {
  readonly onSettled: SharedParts['onSettled'];
  readonly options: DaemonOptions;
  readonly database: Database;
  readonly outbox: Outbox;
  readonly groupCommit: GroupCommit;
  readonly transports: Transports;
  readonly clock: Clock;
  readonly observe: (entry: Entry) => LaneObserver;
}

/** What all lanes of a daemon share. */
export function sharedLaneParts(from: SharedFrom): SharedParts {
  const { options, database, outbox, groupCommit, transports, clock, observe } = from;
  return {
    outbox,
    groupCommit,
    context: {
      ...transports,
      cache: new SqliteAnswerCache(database, clock),
      quota: quotaOver(new SqliteQuotaStore(database), clock),
    },
    large: { gate: new LargeGate(clock, garbageCollector()), spool: transports.spool },
    pace: new FailurePace(clock),
    clock,
    log: options.log,
    scrubber: options.scrubber,
    observe,
    onSettled: from.onSettled,
    network: networkFingerprint(options.env),
  };
}

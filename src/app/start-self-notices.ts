import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Outbox } from '../core/outbox.ts';
import type { StatusReport } from '../core/status.ts';
import { Canaries } from '../outbox/canaries.ts';
import type { Database } from '../outbox/database.ts';
import { Purge } from '../outbox/purge.ts';
import { SelfNoticeStore } from '../outbox/self-notices.ts';
import { SourceHours } from '../outbox/source-hours.ts';
import { SqliteStatistics } from '../outbox/statistics.ts';
import { canaryTroubles } from './canary-reports.ts';
import type { LaneSet } from './lane-set.ts';
import type { LiveFeed } from './live-feed.ts';
import { ownTroubles } from './own-troubles.ts';
import type { Reloading } from './reloading.ts';
import { SelfNotices } from './self-notices.ts';

/** What a daemon tells about itself is found from. */
export interface SelfNoticesFrom {
  readonly database: Database;
  readonly outbox: Pick<Outbox, 'lane'>;
  readonly lanes: Pick<LaneSet, 'reports' | 'told' | 'wake' | 'integrationOf'>;
  readonly reloading: Pick<Reloading, 'inForce' | 'refusal'>;
  readonly sources: () => StatusReport['sources'];
  readonly limitBytes: number;
  readonly live: Pick<LiveFeed, 'board'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Begins to tell what is wrong with integratord itself. */
export function startSelfNotices(from: SelfNoticesFrom): SelfNotices {
  const { database, outbox, lanes, reloading, limitBytes, live, clock, log } = from;
  const store = new SelfNoticeStore(database);
  const space = new Purge(database);
  const statistics = new SqliteStatistics(database);
  const canaries = new Canaries(database);
  const hours = new SourceHours(database);
  const notices = new SelfNotices({
    troubles: () =>
      ownTroubles({
        lanes: lanes.reports(),
        parkingOf: (lane) => outbox.lane(lane)?.parking,
        refusal: reloading.refusal,
        outbox: { bytes: space.usedBytes(), limit: limitBytes },
        behind: statistics.behind().flatMap((lane) => lanes.integrationOf(lane) ?? []),
        canaries: canaryTroubles(
          canaries.all().values(),
          (lane) => lanes.integrationOf(lane),
          clock.now(),
        ),
        quiet: from.sources().flatMap(({ source, path }) => {
          const quiet = hours.quiet()[source];
          return quiet === undefined ? [] : [{ path, quiet }];
        }),
        now: clock.now(),
        reading: from.sources().flatMap(({ troubles }) => troubles),
      }),
    lanes: () => {
      const wanted = new Set(reloading.inForce.notices);
      const told = [...lanes.told].filter(([, id]) => wanted.has(id));
      return new Map(told.map(([lane, id]) => [id, lane]));
    },
    tell(lane, sentence) {
      store.tell(lane, sentence, clock.now());
      lanes.wake(new Set([lane]));
    },
    told: store,
    board: live.board,
    clock,
    log,
  });
  notices.start();
  return notices;
}

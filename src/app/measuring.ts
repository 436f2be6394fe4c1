import { type Clock, sleep } from '../core/clock.ts';
import type { LaneObserver } from '../core/lane-observer.ts';
import type { Log } from '../core/log.ts';
import type { MetricsSettings } from '../core/settings.ts';
import { Canaries } from '../outbox/canaries.ts';
import { SqliteQuotaStore } from '../outbox/enrichment-store.ts';
import { SourceHours } from '../outbox/source-hours.ts';
import { SqliteStatistics } from '../outbox/statistics.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { ProgramMetrics } from '../telemetry/program-metrics.ts';
import type { MeasuredSource } from '../telemetry/source-metrics.ts';
import { Exposition } from './exposition.ts';
import type { LaneSet } from './lane-set.ts';
import type { LiveFeed } from './live-feed.ts';
import { quotasLeft, traitsOf } from './measured-lane.ts';
import type { OpenOutbox } from './open-outbox.ts';
import type { Entry } from './running-lane.ts';
import type { SilenceKeeper } from './silence-keeper.ts';

/** The first texts of the numbers take some times as long: so many are made that nobody waits for. */
const WARM_UPS = 8;
const WARM_UP_EVERY_MS = 1000;

/** The parts of the daemon that are measured. Most are asked for later, when they exist. */
export interface MeasuredDaemon {
  readonly state: OpenOutbox;
  readonly usedBytes: () => number;
  readonly limitBytes: number;
  readonly alertFile: () => MeasuredSource;
  readonly lanes: () => Pick<LaneSet, 'states' | 'integrationOf' | 'entries'>;
  readonly silences: () => Pick<SilenceKeeper, 'counts'>;
  /** Those who look on. */
  readonly live: LiveFeed;
  readonly clock: Clock;
  readonly log: Log;
}

/** All numbers of a daemon: what they are, what feeds them, and where they are given. */
export interface Measuring {
  readonly metrics: Metrics;
  readonly program: ProgramMetrics;
  /** The observer of an integration's lane. */
  readonly observe: (entry: Entry) => LaneObserver;
  /**
   * Has the first who ask a server for them not wait longer than all others: some time after the start. With
   * hundreds of lanes a first text takes a while, which those need not spend of whom nobody asks.
   */
  readonly warmUp: () => Promise<void>;
  /** Gives them as the settings say. */
  readonly expose: (settings: MetricsSettings) => void;
  /** Gives them no more. */
  readonly stop: () => Promise<void>;
}

/** Has a daemon measured. */
export function measure(daemon: MeasuredDaemon): Measuring {
  const { state, usedBytes, limitBytes, alertFile, lanes, silences, live, clock, log } = daemon;
  const metrics = new Metrics();
  const quotas = new SqliteQuotaStore(state.database);
  const canaries = new Canaries(state.database);
  const hours = new SourceHours(state.database);
  const program = new ProgramMetrics(metrics, clock, {
    statistics: new SqliteStatistics(state.database),
    source: { status: () => alertFile().status() },
    usedBytes,
    limitBytes,
    laneStates: () => lanes().states(),
    integrationOf: (lane) => lanes().integrationOf(lane),
    quotas: () => quotasLeft(lanes().entries, quotas, clock.now()),
    silences: () => silences().counts,
    canaries: () => canaries.all().values(),
    quietSources: () => hours.quiet(),
  });
  state.outbox.onHeld = (lane, verdict, isSilenced, alert) => {
    program.held(lane, verdict, isSilenced);
    live.held(lanes().integrationOf(lane), verdict, isSilenced, alert);
  };
  const stopping = new AbortController();
  const exposition = new Exposition(metrics, clock, log);
  return {
    metrics,
    program,
    observe: (entry) => program.lane(entry.integration.id, traitsOf(entry)),
    async warmUp() {
      metrics.load();
      for (let round = 0; round < WARM_UPS; round += 1) {
        await sleep(clock, WARM_UP_EVERY_MS, stopping.signal);
        if (stopping.signal.aborted) return;
        // Where the outbox cannot be read, whoever asks is told.
        if (exposition.isServed) await metrics.text().catch(() => undefined);
      }
    },
    expose: (settings) => exposition.use(settings),
    stop: () => {
      stopping.abort();
      return exposition.stop();
    },
  };
}

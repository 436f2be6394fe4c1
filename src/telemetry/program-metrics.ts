import type { Unreadable } from '../alert/alert-scan.ts';
import type { CanaryRecord } from '../core/canary.ts';
import type { Clock } from '../core/clock.ts';
import type { HeldVerdict } from '../core/grouping.ts';
import type { LaneObserver } from '../core/lane-observer.ts';
import type { OutboxStatistics, StateCount } from '../core/outbox.ts';
import { VERSION } from '../core/version.ts';
import {
  BLOCKED_BY_OUTBOX,
  COUNTED_STATES,
  QUOTA_WINDOWS,
  SHOWN_LANE_STATES,
  type ShownLaneState,
  SILENCE_STATES,
  VERDICTS,
} from './label-values.ts';
import { LaneMetrics, type LaneTraits, type RunningScripts } from './lane-metrics.ts';
import type { Accepted, CaughtUp, OutboxObserver } from './measured-outbox.ts';
import type { CounterSeries, HistogramSeries, Metrics } from './metrics.ts';
import { collectSource, type MeasuredSource } from './source-metrics.ts';

/** What is asked for when numbers are read. */
export interface MeasuredParts {
  readonly statistics: OutboxStatistics;
  readonly source: MeasuredSource;
  /** Bytes in use in the outbox, and how many there may be. */
  readonly usedBytes: () => number;
  readonly limitBytes: number;
  /** All integrations of the configuration. */
  readonly laneStates: () => Iterable<readonly [integration: string, state: ShownLaneState]>;
  /** What may still be looked up, of the integrations that look up. */
  readonly quotas: () => Iterable<QuotaLeft>;
  /** How many silences there are. */
  readonly silences: () => Readonly<Record<(typeof SILENCE_STATES)[number], number>>;
  /** The lanes that get test alerts. */
  readonly canaries: () => Iterable<Pick<CanaryRecord, 'lane' | 'succeededAt'>>;
  /** By name, the sources that are quieter than they ever were. */
  readonly quietSources: () => Readonly<Record<string, unknown>>;
  /** The integration of a lane in the outbox. */
  readonly integrationOf: (lane: number) => string | undefined;
}

/** How many look-ups may still be made for an integration; infinite without a limit. */
export type QuotaLeft = Readonly<Record<(typeof QUOTA_WINDOWS)[number], number>> & {
  readonly integration: string;
};

/** The name of the alert file as a source. */
const SOURCE = 'file';
const UNREADABLE: Readonly<Record<Unreadable, true>> = {
  'empty line': true,
  'invalid JSON': true,
  'no rule in it': true,
  'not an alert of alerts.log': true,
};

/** What keeps an alert from matching, besides the filters. */
const CONDITIONS: ReadonlySet<string> = new Set(['only', 'except', 'when']);

/** The states of deliveries that had not ended before an operator dropped them. */
const WAITED: ReadonlySet<string> = new Set(['pending', 'leased', 'parked', 'held']);

/** What counts the decisions about the alerts of an integration. */
interface VerdictSeries {
  readonly matched: CounterSeries;
  readonly verdicts: ReadonlyMap<string, CounterSeries>;
}

/** Feeds the metrics from the parts of the daemon. */
export class ProgramMetrics implements OutboxObserver {
  readonly #metrics: Metrics;
  readonly #clock: Clock;
  readonly #parts: MeasuredParts;
  readonly #startedAt: number;
  readonly #read: CounterSeries;
  readonly #commits: HistogramSeries;
  readonly #lanes = new Map<string, LaneMetrics>();
  readonly #scripts: RunningScripts = { count: 0 };
  readonly #verdicts = new Map<string, VerdictSeries>();
  /** How much of what is being stored is held back, by lane. */
  readonly #held = new Map<number, number>();
  #isFailing = false;

  constructor(metrics: Metrics, clock: Clock, parts: MeasuredParts) {
    this.#metrics = metrics;
    this.#clock = clock;
    this.#parts = parts;
    this.#startedAt = clock.now();
    this.#read = metrics.counter('alerts_read_total', { source: SOURCE });
    this.#commits = metrics.histogram('outbox_commit_duration_seconds', {});
    for (const why of Object.keys(UNREADABLE)) metrics.counter('alerts_unreadable_total', { why });
    metrics.set('build_info', { version: VERSION, node: process.versions.node }, 1);
    metrics.set('outbox_limit_bytes', {}, parts.limitBytes);
    metrics.onCollect(() => this.#collect());
  }

  /** The observer of an integration's lane; the same one as long as the program runs. */
  lane(integration: string, traits?: LaneTraits): LaneObserver {
    let lane = this.#lanes.get(integration);
    if (lane === undefined) {
      lane = new LaneMetrics(this.#metrics, integration, this.#clock, this.#scripts);
      this.#lanes.set(integration, lane);
      this.#verdictsOf(integration);
    }
    if (traits !== undefined) lane.prepare(traits);
    return lane;
  }

  accepted({ alerts, unreadable, counts }: Accepted): void {
    this.#isFailing = false;
    this.#read.inc(counts.read);
    for (const { reason } of unreadable) {
      this.#metrics.counter('alerts_unreadable_total', { why: reason }).inc();
    }
    this.#sent(alerts);
  }

  caughtUp({ alerts }: CaughtUp): void {
    this.#sent(alerts);
  }

  #sent(alerts: Accepted['alerts']): void {
    for (const { lanes } of alerts) {
      for (const lane of lanes) {
        const held = this.#held.get(lane) ?? 0;
        this.#held.set(lane, held - 1);
        const integration = this.#parts.integrationOf(lane);
        if (held <= 0 && integration !== undefined) this.#decided(integration, 'send');
      }
    }
    this.#held.clear();
  }

  /** An alert passed the filters of an integration, and then a condition or a skip kept it back. */
  heldBack(integration: string, verdict: string): void {
    this.#decided(integration, verdict);
  }

  /**
   * An alert is held back by a rule about its time, or about others. It is stored in a moment.
   * @param isSilenced whether it will never be sent.
   */
  held(lane: number, verdict: HeldVerdict, isSilenced = false): void {
    this.#held.set(lane, (this.#held.get(lane) ?? 0) + 1);
    const integration = this.#parts.integrationOf(lane);
    if (integration === undefined) return;
    this.#decided(integration, verdict);
    if (isSilenced) this.#lanes.get(integration)?.silenced();
  }

  /** What could not wait any longer became dead letters. */
  gaveUp(lane: number, count: number): void {
    this.#lanes.get(this.#parts.integrationOf(lane) ?? '')?.expired(count);
  }

  /** An operator removed deliveries. */
  dropped({
    integration,
    state,
    count,
  }: Pick<StateCount, 'integration' | 'state' | 'count'>): void {
    if (WAITED.has(state)) this.#lanes.get(integration)?.dropped(count);
  }

  refused(): void {
    this.#isFailing = true;
  }

  committed(milliseconds: number): void {
    this.#commits.observe(milliseconds / 1000);
  }

  /** A configuration was read. One that is not usable stays without effect. */
  configured(isUsable: boolean, diagnostics: number): void {
    this.#metrics.set('config_last_reload_successful', {}, Number(isUsable));
    this.#metrics.set('config_warnings', {}, diagnostics);
    if (!isUsable) return;
    this.#metrics.set('config_last_reload_timestamp_seconds', {}, this.#clock.now() / 1000);
  }

  #decided(integration: string, verdict: string): void {
    const { matched, verdicts } = this.#verdictsOf(integration);
    if (!CONDITIONS.has(verdict)) matched.inc();
    verdicts.get(verdict)?.inc();
  }

  #verdictsOf(integration: string): VerdictSeries {
    let series = this.#verdicts.get(integration);
    if (series === undefined) {
      const verdicts = VERDICTS.map((verdict) => {
        return [
          verdict,
          this.#metrics.counter('verdicts_total', { integration, verdict }),
        ] as const;
      });
      const matched = this.#metrics.counter('alerts_matched_total', { integration });
      series = { matched, verdicts: new Map(verdicts) };
      this.#verdicts.set(integration, series);
    }
    return series;
  }

  #collect(): void {
    this.#collectLanes();
    this.#collectQuotas();
    this.#collectCanaries();
    const silences = this.#parts.silences();
    for (const state of SILENCE_STATES) this.#metrics.set('silences', { state }, silences[state]);
    this.#metrics.set('scripts_running', {}, this.#scripts.count);
    this.#metrics.set('outbox_bytes', {}, this.#parts.usedBytes());
    this.#metrics.set('outbox_wal_bytes', {}, this.#parts.statistics.walBytes());
    this.#metrics.set('reading_blocked', { why: BLOCKED_BY_OUTBOX }, Number(this.#isFailing));
    const isQuiet = SOURCE in this.#parts.quietSources();
    this.#metrics.set('source_quiet', { source: SOURCE }, Number(isQuiet));
    collectSource(this.#metrics, SOURCE, this.#parts.source.status(), {
      now: this.#clock.now(),
      startedAt: this.#startedAt,
    });
  }

  #collectCanaries(): void {
    const name = 'canary_last_success_timestamp_seconds';
    this.#metrics.clear(name);
    for (const { lane, succeededAt = 0 } of this.#parts.canaries()) {
      const integration = this.#parts.integrationOf(lane);
      if (integration !== undefined) this.#metrics.set(name, { integration }, succeededAt / 1000);
    }
  }

  #collectQuotas(): void {
    this.#metrics.clear('quota_remaining');
    for (const { integration, ...left } of this.#parts.quotas()) {
      for (const window of QUOTA_WINDOWS) {
        const isLimited = Number.isFinite(left[window]);
        if (isLimited) this.#metrics.set('quota_remaining', { integration, window }, left[window]);
      }
    }
  }

  #collectLanes(): void {
    const metrics = this.#metrics;
    const names = ['deliveries', 'oldest_pending_seconds', 'behind_seconds', 'lane_state'] as const;
    for (const name of names) metrics.clear(name); // integrations may be gone
    const now = this.#clock.now();
    for (const backlog of this.#parts.statistics.backlog()) {
      const { integration, oldestReadAt = now } = backlog;
      for (const state of COUNTED_STATES) {
        metrics.set('deliveries', { integration, state }, backlog[state]);
      }
      const age = Math.max(0, now - oldestReadAt) / 1000;
      metrics.set('oldest_pending_seconds', { integration }, age);
      const behind = Math.max(0, now - (backlog.behindSince ?? now)) / 1000;
      metrics.set('behind_seconds', { integration }, behind);
    }
    for (const [integration, current] of this.#parts.laneStates()) {
      for (const state of SHOWN_LANE_STATES) {
        metrics.set('lane_state', { integration, state }, Number(state === current));
      }
    }
  }
}

import { writtenAt } from '../alert/written-at.ts';
import { BUNDLE_KINDS, type BundleKind } from '../core/bundle.ts';
import type { Clock } from '../core/clock.ts';
import { CACHE_RESULTS, type CacheResult } from '../core/enrichment.ts';
import type { EndedDelivery, LaneObserver } from '../core/lane-observer.ts';
import type { Outcome } from '../core/outcome.ts';
import { ATTEMPT_RESULTS, SETTLED_OUTCOMES, type SettledOutcome } from './label-values.ts';
import type { CounterSeries, HistogramSeries, Metrics } from './metrics.ts';

/** What an integration does, as far as some numbers exist only then. */
export interface LaneTraits {
  readonly runsScripts: boolean;
  readonly enriches: boolean;
  /** True where its settings have alerts sent together. */
  readonly bundles: boolean;
}

/** Scripts that run, of all lanes. */
export interface RunningScripts {
  count: number;
}

/**
 * The numbers of one integration's lane. All of its series are there from the start, at 0, so that
 * the first failure shows as a rate, and so that an attempt looks up no labels. What few integrations
 * have is there only for those: of two hundred, each would add dozens of series.
 */
export class LaneMetrics implements LaneObserver {
  readonly #metrics: Metrics;
  readonly #integration: string;
  readonly #clock: Clock;
  readonly #running: RunningScripts;
  readonly #delivered: CounterSeries;
  readonly #attempts = new Map<string, Map<string, CounterSeries>>();
  readonly #settled: Readonly<Record<SettledOutcome, CounterSeries>>;
  readonly #durations: HistogramSeries;
  readonly #delays: HistogramSeries;
  readonly #rateLimitWaits: CounterSeries;
  readonly #askedWaits: CounterSeries;
  readonly #bundles: Readonly<Record<BundleKind, CounterSeries>>;

  constructor(
    metrics: Metrics,
    integration: string,
    clock: Clock,
    running: RunningScripts = { count: 0 },
  ) {
    this.#metrics = metrics;
    this.#integration = integration;
    this.#clock = clock;
    this.#running = running;
    for (const { outcome, reason } of ATTEMPT_RESULTS) {
      const series = metrics.counter('attempts_total', { integration, outcome, reason });
      const ofOutcome = this.#attempts.get(outcome) ?? new Map<string, CounterSeries>();
      this.#attempts.set(outcome, ofOutcome.set(reason, series));
    }
    this.#delivered = this.#attempts.get('delivered')?.get('') as CounterSeries;
    this.#settled = record(SETTLED_OUTCOMES, (outcome) =>
      metrics.counter('deliveries_settled_total', { integration, outcome }),
    );
    this.#bundles = record(BUNDLE_KINDS, (kind) =>
      metrics.counter('bundles_sent_total', { integration, kind }),
    );
    this.#durations = metrics.histogram('attempt_duration_seconds', { integration });
    this.#delays = metrics.histogram('delivery_delay_seconds', { integration });
    this.#rateLimitWaits = metrics.counter('rate_limit_wait_seconds_total', { integration });
    this.#askedWaits = metrics.counter('retry_after_seconds_total', { integration });
  }

  /** Makes the series that only some integrations have. */
  prepare({ runsScripts, enriches, bundles }: LaneTraits): void {
    if (runsScripts) this.#scriptDurations();
    if (enriches) for (const result of CACHE_RESULTS) this.#lookUps(result);
    if (bundles) for (const kind of BUNDLE_KINDS) this.#bundleSizes(kind);
  }

  attempted(outcome: Outcome, durationMs: number): void {
    if (outcome.kind === 'delivered') this.#delivered.inc();
    else this.#attempts.get(outcome.kind)?.get(outcome.reason)?.inc();
    this.#durations.observe(durationMs / 1000);
  }

  settled(state: 'delivered' | 'dead', { raw, bundle }: EndedDelivery): void {
    this.#settled[state].inc();
    if (bundle !== undefined) this.#bundleSettled(state, bundle);
    if (state === 'dead' || raw === undefined) return;
    const at = writtenAt(raw);
    // A manager whose clock is ahead of ours must not make the delay negative.
    if (at !== undefined) this.#delays.observe(Math.max(0, this.#clock.now() - at) / 1000);
  }

  expired(count: number): void {
    this.#settled.dead.inc(count);
  }

  /** An operator removed deliveries that waited. */
  dropped(count: number): void {
    this.#settled.dropped.inc(count);
  }

  /** An alert is stored that will not be sent: a silence or a mute has ended it. */
  silenced(): void {
    this.#settled.silenced.inc();
  }

  rateLimited(milliseconds: number): void {
    this.#rateLimitWaits.inc(milliseconds / 1000);
  }

  askedToWait(milliseconds: number): void {
    this.#askedWaits.inc(milliseconds / 1000);
  }

  lookedUp(result: CacheResult): void {
    this.#lookUps(result).inc();
  }

  scriptBegan(): () => void {
    const began = this.#clock.monotonic();
    this.#running.count += 1;
    return () => {
      this.#running.count -= 1;
      this.#scriptDurations().observe((this.#clock.monotonic() - began) / 1000);
    };
  }

  /** The alerts that one message covered end with it. Those of a silence had ended before. */
  #bundleSettled(
    state: 'delivered' | 'dead',
    { kind, count }: { kind: BundleKind; count: number },
  ) {
    if (kind !== 'silence') {
      this.#settled[state === 'delivered' ? 'covered' : 'dead'].inc(Math.max(0, count - 1));
    }
    if (state === 'dead') return;
    this.#bundles[kind].inc();
    this.#bundleSizes(kind).observe(count);
  }

  #lookUps(result: CacheResult): CounterSeries {
    return this.#metrics.counter('enrichment_cache_total', {
      integration: this.#integration,
      result,
    });
  }

  #scriptDurations(): HistogramSeries {
    return this.#metrics.histogram('script_duration_seconds', { integration: this.#integration });
  }

  #bundleSizes(kind: BundleKind): HistogramSeries {
    return this.#metrics.histogram('bundle_alerts', { integration: this.#integration, kind });
  }
}

/** A value for each of some names. */
function record<Name extends string, Value>(
  names: readonly Name[],
  valueOf: (name: Name) => Value,
): Record<Name, Value> {
  return Object.fromEntries(names.map((name) => [name, valueOf(name)])) as Record<Name, Value>;
}

import { writtenAt } from '../alert/written-at.ts';
import type { Clock } from '../core/clock.ts';
import type { LaneObserver } from '../core/lane-observer.ts';
import type { Outcome } from '../core/outcome.ts';
import { ATTEMPT_RESULTS, SETTLED_OUTCOMES } from './metric-names.ts';
import type { CounterSeries, HistogramSeries, Metrics } from './metrics.ts';

/**
 * The numbers of one integration's lane. All of its series are there from the start, at 0, so that
 * the first failure shows as a rate, and so that an attempt looks up no labels.
 */
export class LaneMetrics implements LaneObserver {
  readonly #clock: Clock;
  readonly #delivered: CounterSeries;
  readonly #attempts = new Map<string, Map<string, CounterSeries>>();
  readonly #settled: Readonly<Record<'delivered' | 'dead', CounterSeries>>;
  readonly #durations: HistogramSeries;
  readonly #delays: HistogramSeries;
  readonly #rateLimitWaits: CounterSeries;

  constructor(metrics: Metrics, integration: string, clock: Clock) {
    this.#clock = clock;
    for (const { outcome, reason } of ATTEMPT_RESULTS) {
      const series = metrics.counter('attempts_total', { integration, outcome, reason });
      const ofOutcome = this.#attempts.get(outcome) ?? new Map<string, CounterSeries>();
      this.#attempts.set(outcome, ofOutcome.set(reason, series));
    }
    this.#delivered = this.#attempts.get('delivered')?.get('') as CounterSeries;
    const [delivered, dead] = SETTLED_OUTCOMES.map((outcome) =>
      metrics.counter('deliveries_settled_total', { integration, outcome }),
    ) as [CounterSeries, CounterSeries];
    this.#settled = { delivered, dead };
    this.#durations = metrics.histogram('attempt_duration_seconds', { integration });
    this.#delays = metrics.histogram('delivery_delay_seconds', { integration });
    this.#rateLimitWaits = metrics.counter('rate_limit_wait_seconds_total', { integration });
  }

  attempted(outcome: Outcome, durationMs: number): void {
    if (outcome.kind === 'delivered') this.#delivered.inc();
    else this.#attempts.get(outcome.kind)?.get(outcome.reason)?.inc();
    this.#durations.observe(durationMs / 1000);
  }

  settled(state: 'delivered' | 'dead', raw: Buffer | undefined): void {
    this.#settled[state].inc();
    if (state === 'dead' || raw === undefined) return;
    const at = writtenAt(raw);
    // A manager whose clock is ahead of ours must not make the delay negative.
    if (at !== undefined) this.#delays.observe(Math.max(0, this.#clock.now() - at) / 1000);
  }

  expired(count: number): void {
    this.#settled.dead.inc(count);
  }

  rateLimited(milliseconds: number): void {
    this.#rateLimitWaits.inc(milliseconds / 1000);
  }
}

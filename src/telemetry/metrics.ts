import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import {
  type CounterName,
  type GaugeName,
  type HistogramName,
  type LabelsOf,
  METRIC_PREFIX,
  METRICS,
  type MetricName,
} from './metric-names.ts';

/** A series to add to: a counter with its labels. */
export interface CounterSeries {
  inc(by?: number): void;
}

/** A series to observe values in: a histogram with its labels. */
export interface HistogramSeries {
  observe(value: number): void;
}

type Metric = Counter | Gauge | Histogram;

/** All numbers of the program, in one place. Counters begin at 0 with every start. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #metrics = new Map<MetricName, Metric>();
  /** Totals that are counted elsewhere, as they were last taken over. */
  readonly #totals = new Map<string, number>();
  readonly #collectors: (() => void)[] = [];

  constructor() {
    for (const [name, definition] of Object.entries(METRICS)) {
      const options = {
        name: METRIC_PREFIX + name,
        help: definition.help,
        labelNames: [...definition.labels],
        registers: [this.#registry],
      };
      this.#metrics.set(name as MetricName, create(definition, options));
    }
  }

  /** Adds what prom-client knows of every Node process: CPU, memory, event loop, collections. */
  addProcessMetrics(): void {
    collectDefaultMetrics({ register: this.#registry });
  }

  /** A counter's series, which is there from now on, with 0. Ask once, not for every event. */
  counter<Name extends CounterName>(name: Name, labels: LabelsOf<Name>): CounterSeries {
    const series = (this.#metrics.get(name) as Counter).labels(labels);
    series.inc(0);
    return series;
  }

  /** A histogram's series, which is there from now on. Ask once, not for every event. */
  histogram<Name extends HistogramName>(name: Name, labels: LabelsOf<Name>): HistogramSeries {
    const histogram = this.#metrics.get(name) as Histogram;
    histogram.zero(labels);
    return histogram.labels(labels);
  }

  set<Name extends GaugeName>(name: Name, labels: LabelsOf<Name>, value: number): void {
    (this.#metrics.get(name) as Gauge).set(labels, value);
  }

  /** Forgets all series of a gauge: integrations may have gone. */
  clear(name: GaugeName): void {
    (this.#metrics.get(name) as Gauge).reset();
  }

  /** Brings a counter up to a total that is counted elsewhere, and that began at 0 as well. */
  total<Name extends CounterName>(name: Name, labels: LabelsOf<Name>, total: number): void {
    const key = `${name} ${JSON.stringify(labels)}`;
    const growth = total - (this.#totals.get(key) ?? 0);
    this.#totals.set(key, total);
    (this.#metrics.get(name) as Counter).inc(labels, Math.max(0, growth));
  }

  /** Has a function bring numbers up to date before they are read. */
  onCollect(collect: () => void): void {
    this.#collectors.push(collect);
  }

  /** All numbers in Prometheus' text format. Rejects when a collector throws. */
  async text(): Promise<string> {
    for (const collect of this.#collectors) collect();
    return this.#registry.metrics();
  }
}

function create(
  definition: (typeof METRICS)[MetricName],
  options: { name: string; help: string; labelNames: string[]; registers: Registry[] },
): Metric {
  switch (definition.type) {
    case 'counter':
      return new Counter(options);
    case 'gauge':
      return new Gauge(options);
    case 'histogram':
      return new Histogram({ ...options, buckets: [...definition.buckets] });
  }
}

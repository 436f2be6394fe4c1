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

/**
 * A series to add to: a counter with its labels. What is added is kept here until the numbers are
 * read, because the library looks up the labels at every call.
 */
export class CounterSeries {
  #added = 0;

  inc(by = 1): void {
    this.#added += by;
  }

  /** What was added since the last call. */
  take(): number {
    const added = this.#added;
    this.#added = 0;
    return added;
  }
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
  readonly #counters = new Map<string, { series: CounterSeries; flush: () => void }>();
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
    const key = keyOf(name, labels);
    let entry = this.#counters.get(key);
    if (entry === undefined) {
      const series = new CounterSeries();
      const counter = this.#metrics.get(name) as Counter;
      entry = { series, flush: () => counter.inc(labels, series.take()) };
      this.#counters.set(key, entry);
    }
    return entry.series;
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
    const key = keyOf(name, labels);
    const growth = total - (this.#totals.get(key) ?? 0);
    this.#totals.set(key, total);
    this.counter(name, labels).inc(Math.max(0, growth));
  }

  /** Has a function bring numbers up to date before they are read. */
  onCollect(collect: () => void): void {
    this.#collectors.push(collect);
  }

  /** All numbers in Prometheus' text format. Rejects when a collector throws. */
  async text(): Promise<string> {
    for (const collect of this.#collectors) collect();
    for (const { flush } of this.#counters.values()) flush();
    return this.#registry.metrics();
  }
}

function keyOf(name: MetricName, labels: Readonly<Record<string, string>>): string {
  return `${name} ${JSON.stringify(labels)}`;
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

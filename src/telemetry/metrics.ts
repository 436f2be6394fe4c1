import { createRequire } from 'node:module';
import type * as Prometheus from 'prom-client';
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

/**
 * A series to observe values in: a histogram with its labels. Until the library is loaded, it keeps
 * what it is given.
 */
export class HistogramSeries {
  #kept: number[] = [];
  #target: { observe(value: number): void } | undefined;

  observe(value: number): void {
    if (this.#target === undefined) this.#kept.push(value);
    else this.#target.observe(value);
  }

  /** Hands over what was kept, and from now on everything. */
  attach(target: { observe(value: number): void }): void {
    this.#target = target;
    for (const value of this.#kept) target.observe(value);
    this.#kept = [];
  }
}

type Metric = Prometheus.Counter | Prometheus.Gauge | Prometheus.Histogram;

/** The library, and every metric in it. */
interface Loaded {
  readonly library: typeof Prometheus;
  readonly registry: Prometheus.Registry;
  readonly metrics: ReadonlyMap<MetricName, Metric>;
}

const require = createRequire(import.meta.url);

/** How often the delay of the event loop is measured, in milliseconds: each time costs a wake-up. */
const LOOP_DELAY_EVERY_MS = 100;

/**
 * All numbers of the program, in one place. Counters begin at 0 with every start. The library is
 * loaded after the start, which must not wait for it.
 */
export class Metrics {
  #loaded: Loaded | undefined;
  #hasProcessMetrics = false;
  readonly #counters = new Map<string, { series: CounterSeries; flush: () => void }>();
  /** What is done as soon as the library is loaded. */
  readonly #whenLoaded: (() => void)[] = [];
  /** Totals that are counted elsewhere, as they were last taken over. */
  readonly #totals = new Map<string, number>();
  readonly #collectors: (() => void)[] = [];

  /** Loads the library, unless that has been done. */
  load(): Loaded {
    if (this.#loaded !== undefined) return this.#loaded;
    const library = require('prom-client') as typeof Prometheus;
    const registry = new library.Registry();
    const metrics = new Map<MetricName, Metric>();
    for (const [name, definition] of Object.entries(METRICS)) {
      const options = {
        name: METRIC_PREFIX + name,
        help: definition.help,
        labelNames: [...definition.labels],
        registers: [registry],
      };
      metrics.set(name as MetricName, create(library, definition, options));
    }
    this.#loaded = { library, registry, metrics };
    for (const step of this.#whenLoaded.splice(0)) step();
    return this.#loaded;
  }

  /** A counter's series, which is there from now on, with 0. Ask once, not for every event. */
  counter<Name extends CounterName>(name: Name, labels: LabelsOf<Name>): CounterSeries {
    const key = keyOf(name, labels);
    let entry = this.#counters.get(key);
    if (entry === undefined) {
      const series = new CounterSeries();
      const flush = () => {
        const counter = this.load().metrics.get(name) as Prometheus.Counter;
        counter.inc(labels, series.take());
      };
      entry = { series, flush };
      this.#counters.set(key, entry);
    }
    return entry.series;
  }

  /** A histogram's series, which is there from now on. Ask once, not for every event. */
  histogram<Name extends HistogramName>(name: Name, labels: LabelsOf<Name>): HistogramSeries {
    const series = new HistogramSeries();
    const attach = () => {
      const histogram = this.load().metrics.get(name) as Prometheus.Histogram;
      histogram.zero(labels);
      series.attach(histogram.labels(labels));
    };
    if (this.#loaded === undefined) this.#whenLoaded.push(attach);
    else attach();
    return series;
  }

  set<Name extends GaugeName>(name: Name, labels: LabelsOf<Name>, value: number): void {
    if (this.#loaded === undefined) this.#whenLoaded.push(() => this.set(name, labels, value));
    else (this.#loaded.metrics.get(name) as Prometheus.Gauge).set(labels, value);
  }

  /** Forgets all series of a gauge: integrations may have gone. */
  clear(name: GaugeName): void {
    (this.load().metrics.get(name) as Prometheus.Gauge).reset();
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

  /**
   * All numbers in Prometheus' text format, from the first time on with those of the process: CPU,
   * memory, event loop, collections. Rejects when a collector throws.
   */
  async text(): Promise<string> {
    const { library, registry } = this.load();
    if (!this.#hasProcessMetrics) {
      this.#hasProcessMetrics = true;
      const eventLoopMonitoringPrecision = LOOP_DELAY_EVERY_MS;
      library.collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision });
    }
    for (const collect of this.#collectors) collect();
    for (const { flush } of this.#counters.values()) flush();
    return registry.metrics();
  }
}

function keyOf(name: MetricName, labels: Readonly<Record<string, string>>): string {
  return `${name} ${JSON.stringify(labels)}`;
}

function create(
  library: typeof Prometheus,
  definition: (typeof METRICS)[MetricName],
  options: { name: string; help: string; labelNames: string[]; registers: Prometheus.Registry[] },
): Metric {
  switch (definition.type) {
    case 'counter':
      return new library.Counter(options);
    case 'gauge':
      return new library.Gauge(options);
    case 'histogram':
      return new library.Histogram({ ...options, buckets: [...definition.buckets] });
  }
}

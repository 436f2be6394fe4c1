import {
  type CounterName,
  type GaugeName,
  type HistogramName,
  type LabelsOf,
  METRIC_PREFIX,
  METRICS,
  type MetricName,
} from './metric-names.ts';
import { ProcessMetrics } from './process-metrics.ts';
import { CounterSeries, GaugeSeries, HistogramSeries } from './series.ts';

export type { CounterSeries, HistogramSeries } from './series.ts';

interface Series {
  writeTo(lines: string[]): void;
}

/** A metric with all of its series. */
interface Family {
  /** The lines that say what it is. */
  readonly head: string;
  readonly labels: readonly string[];
  /** By the values of their labels. */
  readonly series: Map<string, Series>;
}

/** What of the numbers is wanted. */
export interface TextOptions {
  /**
   * Without those that every program has under the same names, such as `process_cpu_seconds_total`:
   * beside another program's they would count as given twice.
   */
  readonly ownNamesOnly?: boolean;
}

/**
 * All numbers of the program, in one place. Counters begin at 0 with every start. The numbers of the
 * process come from a library, which is loaded after the start, which must not wait for it.
 */
export class Metrics {
  readonly #process = new ProcessMetrics();
  readonly #families = new Map<MetricName, Family>();
  readonly #collectors: (() => void)[] = [];

  constructor() {
    for (const [name, { help, type, labels }] of Object.entries(METRICS)) {
      const full = METRIC_PREFIX + name;
      const head = `# HELP ${full} ${help}\n# TYPE ${full} ${type}`;
      this.#families.set(name as MetricName, { head, labels, series: new Map() });
      // Without labels there is one series, from the start.
      if (labels.length === 0) this.#series(name as MetricName, {});
    }
  }

  /** Loads the library, unless that has been done. */
  load(): void {
    this.#process.load();
  }

  /** A counter's series, which is there from now on, with 0. Ask once, not for every event. */
  counter<Name extends CounterName>(name: Name, labels: LabelsOf<Name>): CounterSeries {
    return this.#series(name, labels) as CounterSeries;
  }

  /** A histogram's series, which is there from now on. Ask once, not for every event. */
  histogram<Name extends HistogramName>(name: Name, labels: LabelsOf<Name>): HistogramSeries {
    return this.#series(name, labels) as HistogramSeries;
  }

  set<Name extends GaugeName>(name: Name, labels: LabelsOf<Name>, value: number): void {
    (this.#series(name, labels) as GaugeSeries).value = value;
  }

  /** Forgets all series of a gauge: integrations may have gone. */
  clear(name: GaugeName): void {
    this.#families.get(name)?.series.clear();
  }

  /** Brings a counter up to a total that is counted elsewhere, and that began at 0 as well. */
  total<Name extends CounterName>(name: Name, labels: LabelsOf<Name>, total: number): void {
    this.counter(name, labels).raiseTo(total);
  }

  /** Has a function bring numbers up to date before they are read. */
  onCollect(collect: () => void): void {
    this.#collectors.push(collect);
  }

  /**
   * All numbers in Prometheus' text format, with those of the process. Rejects when a collector
   * throws.
   */
  async text({ ownNamesOnly = false }: TextOptions = {}): Promise<string> {
    const process = await this.#process.text();
    for (const collect of this.#collectors) collect();
    const lines: string[] = [];
    for (const { head, series } of this.#families.values()) {
      if (series.size === 0) continue;
      lines.push(head);
      for (const one of series.values()) one.writeTo(lines);
    }
    lines.push(ownNamesOnly ? withoutCommon(process) : process);
    return lines.join('\n');
  }

  /** The series of a metric with some labels; it is made when it is not there. */
  #series(name: MetricName, labels: Readonly<Record<string, string>>): Series {
    const family = this.#families.get(name) as Family;
    const values = family.labels.map((label) => labels[label] ?? '');
    const key = values.join('\0');
    let series = family.series.get(key);
    if (series === undefined) {
      series = create(
        name,
        family.labels.map((label, position) => [label, values[position] ?? '']),
      );
      family.series.set(key, series);
    }
    return series;
  }
}

function create(name: MetricName, labels: (readonly [string, string])[]): Series {
  const definition = METRICS[name];
  const full = METRIC_PREFIX + name;
  switch (definition.type) {
    case 'counter':
      return new CounterSeries(full, labels);
    case 'gauge':
      return new GaugeSeries(full, labels);
    case 'histogram':
      return new HistogramSeries(full, labels, definition.buckets);
  }
}

/** Leaves out what has a name that other programs use, too. */
function withoutCommon(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^(?:# (?:HELP|TYPE) )?process_/.test(line))
    .join('\n');
}

/*
 * The numbers of one metric with one set of labels. What does not change of a line is made once: the
 * text is asked for again and again, with thousands of series.
 */

/** The text of a value, as Prometheus reads it. */
export function valueText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}

/** `{a="b",c="d"}`, or nothing without labels. Backslashes, quotes and newlines are escaped. */
export function labelsText(labels: readonly (readonly [name: string, value: string])[]): string {
  if (labels.length === 0) return '';
  const pairs = labels.map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, escape)}"`);
  return `{${pairs.join(',')}}`;
}

function escape(character: string): string {
  return character === '\n' ? '\\n' : `\\${character}`;
}

type Labels = readonly (readonly [name: string, value: string])[];

/** A number that only grows. */
export class CounterSeries {
  readonly #prefix: string;
  #value = 0;

  constructor(name: string, labels: Labels) {
    this.#prefix = `${name}${labelsText(labels)} `;
  }

  inc(by = 1): void {
    this.#value += by;
  }

  /** Brings it up to a total that is counted elsewhere, and began at 0 as well. */
  raiseTo(total: number): void {
    if (total > this.#value) this.#value = total;
  }

  writeTo(lines: string[]): void {
    lines.push(this.#prefix + valueText(this.#value));
  }
}

/** A number that goes up and down. */
export class GaugeSeries {
  readonly #prefix: string;
  value = 0;

  constructor(name: string, labels: Labels) {
    this.#prefix = `${name}${labelsText(labels)} `;
  }

  writeTo(lines: string[]): void {
    lines.push(this.#prefix + valueText(this.value));
  }
}

/** How values are spread: how many are at most so large, for each of some bounds. */
export class HistogramSeries {
  readonly #bounds: readonly number[];
  /** The beginnings of the lines of the buckets, the last one for those beyond all bounds. */
  readonly #prefixes: readonly string[];
  readonly #sumPrefix: string;
  readonly #countPrefix: string;
  readonly #counts: number[];
  #sum = 0;

  constructor(name: string, labels: Labels, bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = Array.from({ length: bounds.length + 1 }, () => 0);
    this.#prefixes = [...bounds, Number.POSITIVE_INFINITY].map(
      (bound) => `${name}_bucket${labelsText([...labels, ['le', valueText(bound)]])} `,
    );
    this.#sumPrefix = `${name}_sum${labelsText(labels)} `;
    this.#countPrefix = `${name}_count${labelsText(labels)} `;
  }

  observe(value: number): void {
    let bucket = 0;
    while (bucket < this.#bounds.length && value > (this.#bounds[bucket] as number)) bucket += 1;
    this.#counts[bucket] = (this.#counts[bucket] as number) + 1;
    this.#sum += value;
  }

  writeTo(lines: string[]): void {
    let count = 0;
    for (const [bucket, prefix] of this.#prefixes.entries()) {
      count += this.#counts[bucket] as number;
      lines.push(prefix + valueText(count));
    }
    lines.push(this.#sumPrefix + valueText(this.#sum), this.#countPrefix + valueText(count));
  }
}

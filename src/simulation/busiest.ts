/** How often something occurred. */
export interface Busy {
  readonly name: string;
  readonly count: number;
}

/** So many names are counted at a time; with more, the rarest are forgotten. */
const MOST_NAMES = 20_000;

/**
 * Counts names that come from alerts, which may be without number: memory is bounded, and what occurs
 * often is counted rightly as long as there are fewer names than {@link MOST_NAMES}.
 */
export class Busiest {
  readonly #counts = new Map<string, { times: number }>();

  add(name: string, times = 1): void {
    const known = this.#counts.get(name);
    if (known !== undefined) {
      known.times += times;
      return;
    }
    this.#counts.set(name, { times });
    if (this.#counts.size > MOST_NAMES) this.#forgetRare();
  }

  /** Those with the highest counts, the highest first. */
  top(count: number): Busy[] {
    return this.#sorted()
      .slice(0, count)
      .map(([name, times]) => ({ name, count: times }));
  }

  #forgetRare(): void {
    for (const [name] of this.#sorted().slice(MOST_NAMES / 2)) this.#counts.delete(name);
  }

  #sorted(): [string, number][] {
    return [...this.#counts]
      .map(([name, { times }]): [string, number] => [name, times])
      .sort(([a, some], [b, others]) => others - some || (a < b ? -1 : 1));
  }
}

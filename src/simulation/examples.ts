import type { Examples } from './result.ts';

/** Of each integration, so many are kept. */
const MOST_EXAMPLES = 10;

/** A few examples of many, with all integrations among them, as far as there is room. */
export class ExampleList<Item extends { readonly integration: string; readonly time: number }> {
  readonly #kept = new Map<string, Item[]>();
  readonly #counts = new Map<string, number>();

  /** @param create makes the example, when it is one that is kept. */
  add(integration: string, create: () => Item): void {
    this.#counts.set(integration, this.countOf(integration) + 1);
    const kept = this.#kept.get(integration) ?? [];
    if (kept.length === 0) this.#kept.set(integration, kept);
    if (kept.length < MOST_EXAMPLES) kept.push(create());
  }

  countOf(integration: string): number {
    return this.#counts.get(integration) ?? 0;
  }

  /** Some of each integration in turn, by their times; and how many there are of all. */
  get examples(): Examples<Item> {
    const some: Item[] = [];
    for (let turn = 0; turn < MOST_EXAMPLES; turn += 1) {
      for (const kept of this.#kept.values()) {
        const next = kept[turn];
        if (next !== undefined && some.length < MOST_EXAMPLES) some.push(next);
      }
    }
    const count = [...this.#counts.values()].reduce((sum, one) => sum + one, 0);
    return { some: some.sort((a, b) => a.time - b.time), count };
  }
}

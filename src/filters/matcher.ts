import type { AlertFacts, OldFacts } from '../alert/facts.ts';
import { type Filters, groupNames } from './dialect.ts';
import { atoi, compileFilter, type Filter } from './filter.ts';

/** Decides which of many integrations an alert matches. */
export interface Matcher {
  /** The positions, in the order given, of the integrations whose filters all pass. */
  match(facts: AlertFacts, old?: OldFacts): number[];
}

/**
 * Compiles the filters of all integrations. Those that name rules or groups are only asked about
 * alerts of these, so that the cost does not grow with the number of integrations.
 */
export function compileMatcher(integrations: readonly Filters[]): Matcher {
  const filters = integrations.map(compileFilter);
  const index = new Index(integrations);
  return {
    match(facts, old) {
      return index
        .candidates(facts)
        .filter((position) => (filters[position] as Filter)(facts, old));
    },
  };
}

/** Positions of integrations by what an alert must have to match them. */
class Index {
  readonly #byRule = new Map<number, number[]>();
  readonly #byGroup = new Map<string, number[]>();
  readonly #others: number[] = [];

  constructor(integrations: readonly Filters[]) {
    for (const [position, integration] of integrations.entries()) {
      const { ruleIds } = integration;
      const groups = groupNames(integration);
      if (ruleIds !== undefined) {
        for (const rule of new Set(ruleIds)) add(this.#byRule, rule, position);
      } else if (groups !== undefined) {
        for (const name of new Set(groups)) add(this.#byGroup, name, position);
      } else {
        this.#others.push(position);
      }
    }
  }

  /** Every integration that could match, each once, in order. */
  candidates({ ruleId, groups }: AlertFacts): readonly number[] {
    const ofRule =
      ruleId === undefined || this.#byRule.size === 0 ? undefined : this.#byRule.get(atoi(ruleId));
    let named: Set<number> | undefined = ofRule && new Set(ofRule);
    if (this.#byGroup.size > 0 && groups !== undefined) {
      for (const group of groups) {
        const ofGroup = this.#byGroup.get(group);
        if (ofGroup === undefined) continue;
        named ??= new Set();
        for (const position of ofGroup) named.add(position);
      }
    }
    // Mostly there are none: then there is nothing to sort.
    if (named === undefined) return this.#others;
    return [...this.#others, ...named].sort((a, b) => a - b);
  }
}

function add<Key>(map: Map<Key, number[]>, key: Key, position: number): void {
  const positions = map.get(key);
  if (positions === undefined) map.set(key, [position]);
  else positions.push(position);
}

import type { AlertFacts } from './alert-scan.ts';
import { type Filters, groupNames } from './dialect.ts';
import { atoi, compileFilter, type Filter, type OldFacts } from './filter.ts';

/** Decides which of many integrations an alert concerns. */
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
      const candidates = index.candidates(facts);
      return candidates.filter((position) => (filters[position] as Filter)(facts, old));
    },
  };
}

/** Positions of integrations by what an alert must have to concern them. */
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
  candidates({ ruleId, groups }: AlertFacts): number[] {
    const found = new Set(this.#others);
    const rule = ruleId === undefined ? undefined : this.#byRule.get(atoi(ruleId));
    for (const position of rule ?? []) found.add(position);
    for (const group of groups ?? []) {
      for (const position of this.#byGroup.get(group) ?? []) found.add(position);
    }
    return [...found].sort((a, b) => a - b);
  }
}

function add<Key>(map: Map<Key, number[]>, key: Key, position: number): void {
  const positions = map.get(key);
  if (positions === undefined) map.set(key, [position]);
  else positions.push(position);
}

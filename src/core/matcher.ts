import type { AlertFacts } from './alert-scan.ts';
import { compileFilter } from './filter.ts';
import type { Integration } from './integration.ts';

/** Decides which of many integrations an alert concerns. */
export interface Matcher {
  /** The positions, in the order given, of the integrations whose filters all pass. */
  match(facts: AlertFacts): number[];
}

/** Compiles the filters of all integrations. */
export function compileMatcher(
  integrations: readonly Pick<Integration, 'level' | 'ruleIds' | 'group' | 'eventLocation'>[],
): Matcher {
  const filters = integrations.map(compileFilter);
  return {
    match(facts) {
      const matching: number[] = [];
      for (const [position, passes] of filters.entries()) {
        if (passes(facts)) matching.push(position);
      }
      return matching;
    },
  };
}

import type { AlertFacts, OldFacts } from '../alert/facts.ts';
import type { Integration } from '../core/integration.ts';
import { comparesJsonLocation } from '../filters/dialect.ts';
import { compileFilters, type NamedFilter } from '../filters/filter.ts';
import { compileMatcher, type Matcher } from '../filters/matcher.ts';
import type { ChainStep, Refusal, Route, RoutedAlert, Stage } from './stage.ts';

/**
 * The filters of the blocks: `level`, `rule_id`, `group`, `event_location`. For many integrations at
 * once {@link matching} is the fast way; {@link refuse} says why for a single one.
 */
export class FilterStage implements Stage {
  readonly name = 'filter';
  readonly #matcher: Matcher;
  readonly #filters = new WeakMap<Integration, readonly NamedFilter[]>();

  constructor(integrations: readonly Integration[]) {
    this.#matcher = compileMatcher(integrations);
  }

  /** The positions, in the order given, of the integrations whose filters all pass. */
  matching(facts: AlertFacts, old: OldFacts | undefined): number[] {
    return this.#matcher.match(facts, old);
  }

  refuse(
    { facts, old }: RoutedAlert,
    { integration }: Pick<Route, 'integration'>,
  ): Refusal | undefined {
    const failing = this.#filtersOf(integration).find(({ passes }) => !passes(facts, old));
    return failing && { verdict: failing.name, why: whyNot(failing.name, facts, integration) };
  }

  explain(alert: RoutedAlert, { integration }: Pick<Route, 'integration'>): ChainStep[] {
    const { facts, old } = alert;
    const steps: ChainStep[] = [];
    for (const { name, passes } of this.#filtersOf(integration)) {
      const pass = passes(facts, old);
      const why = pass ? {} : { why: whyNot(name, facts, integration) };
      steps.push({ stage: name, pass, ...foundBy(name, alert, integration), ...why });
      if (!pass) break;
    }
    return steps;
  }

  #filtersOf(integration: Integration): readonly NamedFilter[] {
    let filters = this.#filters.get(integration);
    if (filters === undefined) {
      filters = compileFilters(integration);
      this.#filters.set(integration, filters);
    }
    return filters;
  }
}

/** What a filter looked at, and what it asks for. */
function foundBy(
  filter: NamedFilter['name'],
  { facts, old }: RoutedAlert,
  integration: Integration,
): Pick<ChainStep, 'found' | 'wanted'> {
  switch (filter) {
    case 'level':
      return { found: facts.level ?? null, wanted: `>= ${integration.level}` };
    case 'rule':
      return { found: facts.ruleId ?? null, wanted: integration.ruleIds?.join(', ') || 'none' };
    case 'group':
      return { found: [...(facts.groups ?? [])], wanted: integration.group ?? '' };
    case 'location': {
      const isInJson = comparesJsonLocation(integration) && facts.fromOssec !== true;
      const location = (isInJson ? undefined : old?.fullLocation()) ?? facts.location;
      return { found: location ?? null, wanted: integration.eventLocation ?? '' };
    }
  }
}

function whyNot(
  filter: NamedFilter['name'],
  { level, ruleId, groups, location }: AlertFacts,
  integration: Integration,
): string {
  switch (filter) {
    case 'level':
      return `its level is ${level ?? 'missing'}; ${integration.level} and above are wanted`;
    case 'rule':
      return `its rule is ${ruleId ?? 'missing'}; wanted: ${integration.ruleIds?.join(', ') || 'none'}`;
    case 'group':
      return `its groups are ${groups?.join(', ') || 'missing'}; wanted: ${integration.group}`;
    case 'location':
      return `its location is ${location ?? 'missing'}; wanted: ${integration.eventLocation}`;
  }
}

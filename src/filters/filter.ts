import type { AlertFacts, OldFacts } from '../alert/facts.ts';
import { type Filters, groupDialect, groupNames, namesHost } from './dialect.ts';
import { compileSregex } from './sregex.ts';

/** Decides whether an alert matches an integration. */
export type Filter = (facts: AlertFacts, old?: OldFacts) => boolean;

/** A filter of an integration by the option that sets it. */
export interface NamedFilter {
  readonly name: 'location' | 'level' | 'group' | 'rule';
  readonly passes: Filter;
}

/**
 * The filters that are set, in the order in which the reference decides (`integrator.c`): location,
 * then level, then group, then rule. A filter that is not set matches everything; one that is set
 * matches nothing if the alert lacks the field.
 */
export function compileFilters(integration: Filters): NamedFilter[] {
  const { level, ruleIds, group, eventLocation } = integration;
  const parts: NamedFilter[] = [];
  if (eventLocation !== undefined) {
    parts.push({ name: 'location', passes: locationFilter(eventLocation, integration) });
  }
  if (level > 0) parts.push({ name: 'level', passes: levelFilter(level) });
  if (group !== undefined) parts.push({ name: 'group', passes: groupFilter(group, integration) });
  if (ruleIds !== undefined) parts.push({ name: 'rule', passes: ruleFilter(ruleIds) });
  return parts;
}

/** All filters of an integration together; the cheap ones are asked first. */
export function compileFilter(integration: Filters): Filter {
  const cost = { level: 0, rule: 1, group: 2, location: 3 };
  const filters = compileFilters(integration).sort((a, b) => cost[a.name] - cost[b.name]);
  const parts = filters.map(({ passes }) => passes);
  return (facts, old) => parts.every((passes) => passes(facts, old));
}

function levelFilter(least: number): Filter {
  return (facts) => facts.level !== undefined && facts.level >= least;
}

function ruleFilter(ruleIds: readonly number[]): Filter {
  const wanted = new Set(ruleIds);
  return (facts) => facts.ruleId !== undefined && wanted.has(atoi(facts.ruleId));
}

/**
 * A list: names are compared exactly, without trimming or folding of case; an empty one matches
 * nothing. A pattern: the groups as the text log has them, each finished by a comma, after a space.
 */
function groupFilter(group: string, integration: Filters): Filter {
  if (groupDialect(integration) === 'sregex') {
    const sregex = compileSregex(group);
    return ({ groups }, old) => {
      const text = old?.groupText() ?? groups?.map((name) => `${name},`).join('');
      return text !== undefined && sregex.matches(` ${text}`);
    };
  }
  const wanted = new Set(groupNames(integration));
  return (facts) => facts.groups?.some((name) => wanted.has(name)) ?? false;
}

/**
 * The pattern on the location of alerts.json, or on the one with the host, or on both, where either
 * could be meant: then it is enough when one of them matches. "Either of them does not match" would
 * say nothing, so a negated pattern is compared with one only.
 */
function locationFilter(pattern: string, { isEarly, settings }: Filters): Filter {
  const sregex = compileSregex(pattern);
  const dialect = settings?.locationDialect;
  const isNegated = pattern.startsWith('!');
  const isAboutHosts = namesHost(pattern);
  return ({ location, fromOssec }, old) => {
    const inJson = () => location !== undefined && sregex.matches(location);
    const inFull = () => {
      const full = old?.fullLocation() ?? location;
      return full !== undefined && sregex.matches(full);
    };
    if (dialect !== undefined) return dialect === 'full' ? inFull() : inJson();
    if (!isEarly && !fromOssec) return inJson();
    if (isNegated) return fromOssec || isAboutHosts ? inFull() : inJson();
    return inJson() || inFull();
  };
}

const LONG_MAX = 2n ** 63n - 1n;

/** C's atoi on a 64-bit machine: leading whitespace, sign, digits; wraps to 32 bits; else 0. */
export function atoi(text: string): number {
  const digits = /^[ \t\n\v\f\r]*([+-]?\d+)/.exec(text)?.[1];
  if (digits === undefined) return 0;
  const value = Number(digits);
  if (Number.isSafeInteger(value)) return value | 0;
  // Saturated to the longest 64-bit number, then cut to 32 bits.
  if (Math.abs(value) > 2 ** 63) return value > 0 ? -1 : 0;
  const exact = BigInt(digits);
  if (exact > LONG_MAX) return -1;
  return exact < -LONG_MAX ? 0 : Number(BigInt.asIntN(32, exact));
}

import type { AlertFacts } from './alert-scan.ts';
import type { Integration } from './integration.ts';
import { compileSregex } from './sregex.ts';

/** Decides whether an alert concerns an integration. */
export type Filter = (facts: AlertFacts) => boolean;

/**
 * All filters of an integration together, as the reference decides (`integrator.c`): location, then
 * level, then group, then rule. A filter that is not set lets everything pass; one that is set lets
 * nothing pass where the alert lacks the field.
 */
export function compileFilter(
  integration: Pick<Integration, 'level' | 'ruleIds' | 'group' | 'eventLocation'>,
): Filter {
  const parts: Filter[] = [];
  if (integration.level > 0) parts.push(levelFilter(integration.level));
  if (integration.ruleIds !== undefined) parts.push(ruleFilter(integration.ruleIds));
  if (integration.group !== undefined) parts.push(groupFilter(integration.group));
  if (integration.eventLocation !== undefined)
    parts.push(locationFilter(integration.eventLocation));
  return (facts) => parts.every((passes) => passes(facts));
}

function levelFilter(least: number): Filter {
  return (facts) => facts.level !== undefined && facts.level >= least;
}

function ruleFilter(ruleIds: readonly number[]): Filter {
  const wanted = new Set(ruleIds);
  return (facts) => facts.ruleId !== undefined && wanted.has(atoi(facts.ruleId));
}

/** Names are compared exactly: no trimming, no folding of case. An empty list matches nothing. */
function groupFilter(list: string): Filter {
  const wanted = new Set(list.split(',').filter((name) => name !== ''));
  return (facts) => facts.groups?.some((group) => wanted.has(group)) ?? false;
}

function locationFilter(pattern: string): Filter {
  const sregex = compileSregex(pattern);
  return (facts) => facts.location !== undefined && sregex.matches(facts.location);
}

const LONG_MAX = 2n ** 63n - 1n;

/** C's atoi on a 64-bit machine: leading white space, sign, digits; wraps to 32 bits; else 0. */
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

import type { Scalar } from './json-scanner.ts';
import { MemberNames } from './member-names.ts';

/** What the filters look at. Absent fields are undefined. */
export interface AlertFacts {
  /** `rule.level` as the reference's integer: a string is 0, `true` is 1, fractions are cut. */
  readonly level: number | undefined;
  /** `rule.id`; a number is given as its digits. */
  readonly ruleId: string | undefined;
  /** The strings among `rule.groups`. */
  readonly groups: readonly string[] | undefined;
  /** `location`; a number or boolean is given as its text. */
  readonly location: string | undefined;
  /** The alert's `id`. */
  readonly id: string | undefined;
  /** The agent's `id` and `name`: no filter looks at them, people look for alerts by them. */
  readonly agentId?: string | undefined;
  readonly agentName?: string | undefined;
  /** True for alerts that OSSEC wrote, whose locations name the host. */
  readonly fromOssec?: boolean;
}

/** What only filters of older dialects look at: found out when one asks. */
export interface OldFacts {
  /** The alert's location with its host, `(agent) ip->path`; undefined when it has none. */
  fullLocation(): string | undefined;
  /** All groups of the alert, each finished by a comma; undefined when it has none. */
  groupText(): string | undefined;
}

/** The members in which the facts stand: of the alert, of its rule and of its agent. */
export const TOP_NAMES = new MemberNames('rule', 'location', 'id', 'agent');
export const RULE_NAMES = new MemberNames('level', 'id', 'groups');
export const AGENT_NAMES = new MemberNames('id', 'name');

/** More of a text nobody looks for. */
const LONGEST_LABEL = 500;

/** A text that people look for alerts by, as much of it as is kept. */
export function labelOf(text: string | undefined): string | undefined {
  return text !== undefined && text.length > LONGEST_LABEL ? text.slice(0, LONGEST_LABEL) : text;
}

/** `valueint` of cJSON: numbers are cut to 32-bit integers, `true` is 1, all else is 0. */
export function cjsonInteger(scalar: Scalar): number {
  if (scalar.type === 'boolean') return scalar.text === 'true' ? 1 : 0;
  if (scalar.type === 'string') return 0;
  const value = Number(scalar.text);
  return Math.min(Math.max(value, -(2 ** 31)), 2 ** 31 - 1) | 0;
}

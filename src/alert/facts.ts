import type { Scalar } from './json-scanner.ts';

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

/** More of a text nobody looks for. */
export const LONGEST_LABEL = 500;

/** `valueint` of cJSON: numbers are cut to 32-bit integers, `true` is 1, all else is 0. */
export function cjsonInteger(scalar: Scalar): number {
  if (scalar.type === 'boolean') return scalar.text === 'true' ? 1 : 0;
  if (scalar.type === 'string') return 0;
  const value = Number(scalar.text);
  return Math.min(Math.max(value, -(2 ** 31)), 2 ** 31 - 1) | 0;
}

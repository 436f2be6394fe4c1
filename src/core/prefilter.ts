import type { Integration } from './integration.ts';
import { glanceAtRule, nameHash, type RuleGlance } from './rule-glance.ts';

/** The filters that can be judged by what stands at the beginning of an alert. */
type Filters = Pick<Integration, 'level' | 'ruleIds' | 'group'>;

/** No level is as high as this: nothing of the kind can match. */
const NEVER = Number.POSITIVE_INFINITY;

/**
 * Tells at a glance that an alert concerns nobody, which is so for most. It never says so wrongly:
 * where it cannot be sure, the alert has to be read in full. Its cost does not depend on how many
 * integrations there are.
 */
export class Prefilter {
  /** From this level on an alert may concern somebody whatever its rule and groups. */
  readonly #leastLevel: number;
  /** Least level by rule, and by hash of the group, from which on an alert of it may concern somebody. */
  readonly #byRule = new Map<number, number>();
  readonly #byGroup = new Map<number, number>();
  /** Below this level an alert concerns nobody. */
  readonly #lowest: number;
  readonly #glance: RuleGlance = { level: 0, rule: -1, groups: [] };

  constructor(integrations: readonly Filters[]) {
    let least = NEVER;
    let lowest = NEVER;
    for (const { level, ruleIds, group } of integrations) {
      lowest = Math.min(lowest, level);
      // One of the filters that are set is enough to rule an alert out.
      if (ruleIds !== undefined) {
        for (const rule of ruleIds) lower(this.#byRule, rule, level);
      } else if (group !== undefined) {
        for (const name of group.split(',')) {
          if (name !== '') lower(this.#byGroup, nameHash(Buffer.from(name)), level);
        }
      } else {
        least = Math.min(least, level);
      }
    }
    this.#leastLevel = least;
    this.#lowest = lowest;
  }

  /** False when the line `bytes[start, end)` is certain to concern nobody. */
  mayMatch(bytes: Buffer, start: number, end: number): boolean {
    const glance = this.#glance;
    const needsGroups = this.#byGroup.size > 0;
    if (!glanceAtRule(bytes, start, end, this.#lowest, needsGroups, glance)) return true;
    const { level } = glance;
    if (level < this.#lowest) return false;
    if (level >= this.#leastLevel) return true;
    if (level >= (this.#byRule.get(glance.rule) ?? NEVER)) return true;
    for (const group of glance.groups) {
      if (level >= (this.#byGroup.get(group) ?? NEVER)) return true;
    }
    return false;
  }
}

function lower<Key>(map: Map<Key, number>, key: Key, level: number): void {
  map.set(key, Math.min(map.get(key) ?? NEVER, level));
}

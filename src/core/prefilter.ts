import { viewOf } from './bytes.ts';
import { type Filters as AllFilters, groupNames } from './dialect.ts';
import { nameHash, RuleGlance, type WantedNames } from './rule-glance.ts';

/** The filters that can be judged by what stands at the beginning of an alert. */
type Filters = Pick<AllFilters, 'level' | 'ruleIds' | 'group' | 'settings'>;

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
  /** Least level by rule from which on an alert of it may concern somebody. */
  readonly #byRule = new Map<number, number>();
  readonly #byGroup: GroupLevels;
  /** Below this level an alert concerns nobody. */
  readonly #lowest: number;
  readonly #glance = new RuleGlance();

  constructor(integrations: readonly Filters[]) {
    const wanted: [name: string, level: number][] = [];
    let least = NEVER;
    for (const integration of integrations) {
      const { level, ruleIds } = integration;
      const groups = groupNames(integration);
      // One of the filters that are set is enough to rule an alert out.
      if (ruleIds !== undefined) {
        for (const rule of ruleIds) {
          this.#byRule.set(rule, Math.min(this.#byRule.get(rule) ?? NEVER, level));
        }
      } else if (groups !== undefined) {
        for (const name of groups) wanted.push([name, level]);
      } else {
        least = Math.min(least, level);
      }
    }
    this.#byGroup = new GroupLevels(wanted);
    this.#leastLevel = least;
    this.#lowest = Math.min(least, this.#byGroup.lowest, lowestOf(this.#byRule.values()));
  }

  /** False when the line `bytes[start, end)` is certain to concern nobody. */
  mayMatch(bytes: Buffer, start: number, end: number): boolean {
    const glance = this.#glance;
    if (!glance.begin(bytes, start, end)) return true;
    const { level } = glance;
    if (level < this.#lowest) return false;
    if (level >= this.#leastLevel || !glance.readRule()) return true;
    if (level >= (this.#byRule.get(glance.rule) ?? NEVER)) return true;
    return level >= this.#byGroup.lowest && glance.hasGroup(this.#byGroup, level) !== false;
  }
}

/** The least level by group, looked up by the hash of its name. */
class GroupLevels implements WantedNames {
  /** Below this level no group counts. */
  readonly lowest: number;
  readonly #levels = new Map<number, number>();
  /** Whether a name can be among them, by the last bits of its hash: rules most out, and faster. */
  readonly #places: Uint8Array;

  constructor(groups: readonly (readonly [name: string, level: number])[]) {
    // A power of two, so sparse that few other names fall on a place that is taken.
    this.#places = new Uint8Array(2 ** Math.ceil(Math.log2(groups.length + 1) + 5));
    for (const [text, level] of groups) {
      const name = Buffer.from(text);
      const hash = nameHash(viewOf(name), 0, name.length);
      this.#levels.set(hash, Math.min(this.#levels.get(hash) ?? NEVER, level));
      this.#places[this.#place(hash)] = 1;
    }
    this.lowest = lowestOf(this.#levels.values());
  }

  mayWant(hash: number, level: number): boolean {
    if (this.#places[this.#place(hash)] === 0) return false;
    return level >= (this.#levels.get(hash) ?? NEVER);
  }

  #place(hash: number): number {
    return hash & (this.#places.length - 1);
  }
}

/** For lists that may be too long to be arguments. */
function lowestOf(levels: Iterable<number>): number {
  let lowest = NEVER;
  for (const level of levels) lowest = Math.min(lowest, level);
  return lowest;
}

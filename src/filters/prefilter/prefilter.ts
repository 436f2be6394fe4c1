import { type Place, viewOf } from '../../alert/bytes.ts';
import { comparesJsonLocation, type Filters, groupNames } from '../dialect.ts';
import { compileFilter, type Filter } from '../filter.ts';
import { nameHash, RulePeek, type WantedNames } from './rule-peek.ts';

/** No level is as high as this: nothing of the kind can match. */
const NEVER = Number.POSITIVE_INFINITY;

/**
 * The fast path: decides cheaply that an alert matches no integration, as most do. It is never wrong:
 * where it cannot be sure, the alert has to be read in full. Its cost does not depend on how many
 * integrations there are.
 */
export class Prefilter {
  /** From this level on an alert may match an integration whatever its rule, groups and location. */
  readonly #leastLevel: number;
  /** Minimum level by rule from which on an alert of it may match an integration. */
  readonly #byRule = new Map<number, number>();
  readonly #byGroup: GroupLevels;
  readonly #byLocation: LocationLevels;
  /** Below this level an alert matches no integration. */
  readonly #lowest: number;
  readonly #peek = new RulePeek();

  constructor(integrations: readonly Filters[]) {
    const wanted: [name: string, level: number][] = [];
    const located: Filters[] = [];
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
      } else if (integration.eventLocation !== undefined && comparesJsonLocation(integration)) {
        located.push(integration);
      } else {
        least = Math.min(least, level);
      }
    }
    this.#byGroup = new GroupLevels(wanted);
    this.#byLocation = new LocationLevels(located);
    this.#leastLevel = least;
    this.#lowest = Math.min(
      least,
      this.#byGroup.lowest,
      this.#byLocation.lowest,
      lowestOf(this.#byRule.values()),
    );
  }

  /** False when the line `bytes[start, end)` is certain to match no integration. */
  mayMatch(bytes: Buffer, start: number, end: number): boolean {
    const peek = this.#peek;
    if (!peek.begin(bytes, start, end)) return true;
    const { level } = peek;
    if (level < this.#lowest) return false;
    if (level >= this.#leastLevel || !peek.readRule()) return true;
    if (level >= (this.#byRule.get(peek.rule) ?? NEVER)) return true;
    if (level >= this.#byGroup.lowest && peek.hasGroup(this.#byGroup, level) !== false) return true;
    if (level < this.#byLocation.lowest) return false;
    const location = peek.findLocation();
    if (typeof location === 'string') return location === 'unclear';
    return level >= this.#byLocation.least(bytes, location);
  }
}

/** The minimum level by group, looked up by the hash of its name. */
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

/** So many locations are remembered, up to this length in bytes: most alerts come from few. */
const MOST_LOCATIONS = 1000;
const LONGEST_LOCATION = 200;

/** The minimum level by location. */
class LocationLevels {
  /** Below this level no location counts. */
  readonly lowest: number;
  readonly #filters: readonly { readonly level: number; readonly passes: Filter }[];
  readonly #known = new Map<string, number>();

  constructor(integrations: readonly Filters[]) {
    this.lowest = lowestOf(integrations.map(({ level }) => level));
    this.#filters = integrations.map((integration) => ({
      level: integration.level,
      // The location alone: of the rest, what matters is not known here.
      passes: compileFilter({ ...integration, level: 0, ruleIds: undefined, group: undefined }),
    }));
  }

  /** The minimum level from which on an alert of the location at a place may match an integration. */
  least(bytes: Buffer, { start, end }: Place): number {
    if (end - start > LONGEST_LOCATION) return this.#judge(bytes.toString('utf8', start, end));
    const key = bytes.toString('latin1', start, end);
    let least = this.#known.get(key);
    if (least === undefined) {
      if (this.#known.size === MOST_LOCATIONS) this.#known.clear();
      least = this.#judge(bytes.toString('utf8', start, end));
      this.#known.set(key, least);
    }
    return least;
  }

  #judge(location: string): number {
    const unknown = { level: undefined, ruleId: undefined, groups: undefined, id: undefined };
    const passing = this.#filters.filter(({ passes }) => passes({ ...unknown, location }));
    return lowestOf(passing.map(({ level }) => level));
  }
}

/** For lists that may be too long to be arguments. */
function lowestOf(levels: Iterable<number>): number {
  let lowest = NEVER;
  for (const level of levels) lowest = Math.min(lowest, level);
  return lowest;
}

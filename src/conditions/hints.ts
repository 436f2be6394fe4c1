/** A range of whole numbers, both ends included. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * What an alert must have, so that it can pass at all: for the fast path, which sees no more than
 * the scanned facts. Absent: nothing is known.
 */
export interface Hints {
  readonly levels?: Range;
  /** Rule ids as numbers; an id that is not a number may pass as well. */
  readonly ruleIds?: readonly Range[];
  /** At least one of these. */
  readonly groups?: readonly string[];
}

export const NO_HINTS: Hints = {};
/** More are of no use to the fast path. */
const MOST = 1000;

/** What is needed where all must pass. */
export function bothHints(one: Hints, other: Hints): Hints {
  return compact({
    levels: either(one.levels, other.levels, intersection),
    ruleIds: either(one.ruleIds, other.ruleIds, (a, b) => {
      const shared = a
        .flatMap((x) => b.map((y) => intersection(x, y)))
        .filter((r) => r.from <= r.to);
      return shared.length > MOST ? a : shared;
    }),
    groups: either(one.groups, other.groups, (a, b) => (a.length <= b.length ? a : b)),
  });
}

/** What is needed where one must pass. */
export function eitherHints(one: Hints, other: Hints): Hints {
  return compact({
    levels: ifBoth(one.levels, other.levels, (a, b) => ({
      from: Math.min(a.from, b.from),
      to: Math.max(a.to, b.to),
    })),
    ruleIds: ifBoth(one.ruleIds, other.ruleIds, (a, b) => few([...a, ...b])),
    groups: ifBoth(one.groups, other.groups, (a, b) => few([...new Set([...a, ...b])])),
  });
}

function intersection(a: Range, b: Range): Range {
  return { from: Math.max(a.from, b.from), to: Math.min(a.to, b.to) };
}

function either<T>(a: T | undefined, b: T | undefined, join: (a: T, b: T) => T): T | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return join(a, b);
}

function ifBoth<T>(
  a: T | undefined,
  b: T | undefined,
  join: (a: T, b: T) => T | undefined,
): T | undefined {
  return a === undefined || b === undefined ? undefined : join(a, b);
}

function few<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length > MOST ? undefined : list;
}

type Loose = { readonly [Key in keyof Hints]?: Hints[Key] | undefined };

function compact({ levels, ruleIds, groups }: Loose): Hints {
  return {
    ...(levels && { levels }),
    ...(ruleIds && { ruleIds }),
    ...(groups && { groups }),
  };
}

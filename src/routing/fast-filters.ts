import { type Hints, NO_HINTS, type Range } from '../conditions/hints.ts';
import type { Conditions } from '../conditions/read.ts';
import type { Integration } from '../core/integration.ts';
import type { Filters } from '../filters/dialect.ts';

/** More rules than this are not worth a place in the fast path. */
const MOST_RULES = 1000;

/**
 * The filters of an integration for the fast path, narrowed by what its conditions need. Every alert that
 * passes filters and conditions passes these.
 */
export function fastFilters(integration: Integration, conditions: Conditions | undefined): Filters {
  return narrowed(integration, conditions?.hints ?? NO_HINTS);
}

/** The filters that every alert passes which has what hints say. */
export function hintFilters(hints: Hints): Filters {
  return narrowed(EVERY_ALERT, hints);
}

const EVERY_ALERT = {
  level: 0,
  ruleIds: undefined,
  group: undefined,
  eventLocation: undefined,
  settings: {},
};

function narrowed(filters: Filters, hints: Hints): Filters {
  const level = Math.max(filters.level, hints.levels?.from ?? 0);
  if (filters.ruleIds !== undefined) return { ...filters, level };
  const rules = numbersIn(hints.ruleIds);
  if (rules !== undefined) return { ...filters, level, ruleIds: rules };
  const { groups } = hints;
  if (filters.group !== undefined || groups === undefined || !areNames(groups)) {
    return { ...filters, level };
  }
  const settings = { ...filters.settings, groupDialect: 'exact' as const };
  return { ...filters, level, group: groups.join(','), settings };
}

function numbersIn(ranges: readonly Range[] | undefined): number[] | undefined {
  if (ranges === undefined) return undefined;
  const count = ranges.reduce((sum, { from, to }) => sum + Math.max(0, to - from + 1), 0);
  if (!(count <= MOST_RULES)) return undefined;
  return ranges.flatMap(({ from, to }) =>
    Array.from({ length: Math.max(0, Math.floor(to) - Math.ceil(from) + 1) }, (_, i) => {
      return Math.ceil(from) + i;
    }),
  );
}

/** True where a list of groups can hold them. */
function areNames(groups: readonly string[]): boolean {
  return groups.every((name) => name !== '' && !name.includes(','));
}

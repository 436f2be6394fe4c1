import type { ActionTarget, TargetCount } from '../../console/action-target.ts';
import { filterOf, matcherOf } from '../../console/reader/matches.ts';
import { deadGroupIds } from '../../outbox/browse/dead-groups.ts';
import { matchingIds, newestId } from '../../outbox/browse/matching-ids.ts';
import { statesOf } from '../../outbox/browse/states-of.ts';
import type { Database } from '../../outbox/database.ts';

type Action = 'retry' | 'drop';

/** The states in which a delivery can be retried, and dropped: in the console only dead letters are. */
const FITTING: Readonly<Record<Action, readonly string[]>> = {
  retry: ['pending', 'dead', 'held', 'silenced'],
  drop: ['dead'],
};
/** What is held back goes only where it is named, as by `queue retry`. */
const OPEN = ['pending', 'dead'];
/** More are retried by a command. */
const MOST_BY_FILTER = 100_000;

/** How long deliveries may be looked for, and by which clock. */
export interface TargetLimits {
  readonly budgetMs: number;
  readonly monotonic: () => number;
}

/** The deliveries that an action would concern now. */
export function targetIds(
  database: Database,
  target: ActionTarget,
  action: Action,
  limits: TargetLimits,
): { readonly ids: readonly number[]; readonly isWhole: boolean } {
  if ('group' in target) {
    return { ids: deadGroupIds(database, target.group, target.upTo), isWhole: true };
  }
  const fitting = FITTING[action];
  if ('ids' in target) {
    const ids = statesOf(database, target.ids)
      .filter(({ state }) => fitting.includes(state))
      .map(({ id }) => id);
    return { ids, isWhole: true };
  }
  const { filter, upTo = newestId(database) } = target;
  const search = { ...filter, hide: [] };
  const isHeldNamed = filter.state === 'held' || filter.state === 'silenced';
  return matchingIds(
    database,
    { ...filterOf(search), before: upTo + 1 },
    {
      ...limits,
      states: isHeldNamed ? fitting : fitting.filter((state) => OPEN.includes(state)),
      most: MOST_BY_FILTER,
      matches: matcherOf(search),
    },
  );
}

/** How many that would be. */
export function targetCount(
  database: Database,
  target: ActionTarget,
  action: Action,
  limits: TargetLimits,
): TargetCount {
  const upTo = 'filter' in target ? (target.upTo ?? newestId(database)) : newestId(database);
  const fixed = 'filter' in target ? { ...target, upTo } : target;
  const { ids, isWhole } = targetIds(database, fixed, action, limits);
  return { count: ids.length, isWhole, upTo };
}

/** How the deliveries were chosen, for the record of what was done. */
export function selectionOf(target: ActionTarget): unknown {
  if ('ids' in target) return target;
  if ('group' in target) return { ...target.group, state: 'dead', upTo: target.upTo };
  return { ...target.filter, upTo: target.upTo };
}

import type { ActionTarget } from '../../console/action-target.ts';
import { deadGroupIds } from '../../outbox/browse/dead-groups.ts';
import { statesOf } from '../../outbox/browse/states-of.ts';
import type { Database } from '../../outbox/database.ts';

/** The states in which a delivery can be retried, and dropped: in the console only dead letters are. */
const FITTING: Readonly<Record<'retry' | 'drop', ReadonlySet<string>>> = {
  retry: new Set(['pending', 'dead', 'held', 'silenced']),
  drop: new Set(['dead']),
};

/** The deliveries that an action would concern now. */
export function targetIds(
  database: Database,
  target: ActionTarget,
  action: 'retry' | 'drop',
): number[] {
  if ('group' in target) return deadGroupIds(database, target.group, target.upTo);
  return statesOf(database, target.ids)
    .filter(({ state }) => FITTING[action].has(state))
    .map(({ id }) => id);
}

import type { DeadGroup } from '../outbox/browse/dead-groups.ts';
import type { Search } from './search.ts';

/** What deliveries are looked for by, as it is kept in forms. */
export type TargetFilter = Omit<Search, 'hide' | 'before'>;

/** Deliveries that an action is about: by their ids, dead letters that failed alike, or what a filter finds. */
export type ActionTarget =
  | { readonly ids: readonly number[] }
  | {
      readonly group: Pick<DeadGroup, 'integration' | 'reason' | 'message'>;
      /** None that came later than this one. */
      readonly upTo: number;
    }
  | {
      readonly filter: TargetFilter;
      /** None that came later than this one; undefined: those that there are now. */
      readonly upTo: number | undefined;
    };

/** How many deliveries an action would concern. */
export interface TargetCount {
  readonly count: number;
  /** False where there may be more, which could not be counted in time. */
  readonly isWhole: boolean;
  /** The newest delivery that there was. */
  readonly upTo: number;
}

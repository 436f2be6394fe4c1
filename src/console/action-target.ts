import type { DeadGroup } from '../outbox/browse/dead-groups.ts';

/** Deliveries that an action is about: some by their ids, or dead letters that failed alike. */
export type ActionTarget =
  | { readonly ids: readonly number[] }
  | {
      readonly group: Pick<DeadGroup, 'integration' | 'reason' | 'message'>;
      /** None that came later than this one. */
      readonly upTo: number;
    };

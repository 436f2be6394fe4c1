import type { BrowseFilter } from '../outbox/browse/filter.ts';

/** What is asked for in alerts, besides what the outbox knows of deliveries. */
export interface Search extends Omit<BrowseFilter, 'holds' | 'rules' | 'agentBy'> {
  /** The id of the rule, or several with commas between them. */
  readonly rule?: string | undefined;
  /** A text anywhere in the alert, as it is written there. */
  readonly text?: string | undefined;
  /** Fields that must not be searched. */
  readonly hide: readonly string[];
}

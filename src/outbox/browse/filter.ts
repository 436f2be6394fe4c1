import type { AgentLabel, QueueFilter } from '../queue-filter.ts';

/** What is looked for; nothing of it means everything. */
export interface BrowseFilter extends Omit<QueueFilter, 'limit' | 'news' | 'upTo'> {
  /** By what of it an agent is looked for; undefined: by both. */
  readonly agentBy?: readonly AgentLabel[] | undefined;
  /** Texts that the bytes of the alert hold, all of them. */
  readonly holds?: readonly string[] | undefined;
  /** Only deliveries below this id: where the page before ended. */
  readonly before?: number | undefined;
}

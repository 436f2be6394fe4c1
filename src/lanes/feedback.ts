import type { NewDelivery } from '../core/accepted-alert.ts';
import type { ManagerEvent } from '../core/enrichment.ts';
import type { Integration } from '../core/integration.ts';
import type { Outcome } from '../core/outcome.ts';

/** What becomes of what an enrichment found out. */
export interface Feedback {
  /** The deliveries to store with the enrichment's own: for the manager, and for others. */
  followUps(
    integration: Integration,
    alert: Buffer,
    events: readonly ManagerEvent[],
  ): readonly NewDelivery[];
  /** Called when they are stored. */
  stored(followUps: readonly NewDelivery[]): void;
}

/** The events that an outcome carries, if it can carry any. */
export function eventsOf(outcome: Outcome): readonly ManagerEvent[] {
  return ('events' in outcome ? outcome.events : undefined) ?? [];
}

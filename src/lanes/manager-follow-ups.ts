import type { Alert } from '../alert/alert.ts';
import { stringify } from '../alert/json.ts';
import { alertOf } from '../alert/large-alert.ts';
import type { NewDelivery } from '../core/delivery.ts';
import type { Destination } from '../core/destination.ts';
import type { ManagerEvent, VerdictAlert } from '../core/enrichment.ts';
import type { Integration } from '../core/integration.ts';
import type { Outcome } from '../core/outcome.ts';

/** Where the events of enrichments go. */
export interface FollowUpTargets {
  /** The lane of the manager; undefined when events must not go back. */
  manager(): number | undefined;
  /** The lane of an integration that may get verdicts directly; undefined when there is none. */
  lane(integrationId: string): number | undefined;
  wake(lanes: ReadonlySet<number>): void;
}

/** Events are not alerts yet: the manager's rules will say how severe they are. */
const EVENT_LEVEL = 0;

/** Sends events back to the manager and, where the settings say so, straight on to others. */
export class ManagerFollowUps implements FollowUps {
  readonly #targets: FollowUpTargets;

  constructor(targets: FollowUpTargets) {
    this.#targets = targets;
  }

  of(
    integration: Integration,
    destination: Pick<Destination, 'verdict'>,
    alert: Buffer,
    events: readonly ManagerEvent[],
  ): NewDelivery[] {
    if (events.length === 0) return [];
    const source = alertOf(alert);
    return events.flatMap((event) => [
      ...this.#toManager(source, event),
      ...this.#toOthers(integration, destination.verdict?.(source, event)),
    ]);
  }

  stored(followUps: readonly NewDelivery[]): void {
    if (followUps.length === 0) return;
    this.#targets.wake(new Set(followUps.flatMap((alert) => alert.lanes)));
  }

  #toManager(source: Alert, event: ManagerEvent): NewDelivery[] {
    const manager = this.#targets.manager();
    if (manager === undefined) return [];
    const raw = Buffer.from(`1:${event.location}:${stringify(event.message)}`);
    return [{ raw, alertId: source.textAt('id'), level: EVENT_LEVEL, lanes: [manager] }];
  }

  #toOthers(integration: Integration, verdict: VerdictAlert | undefined): NewDelivery[] {
    const { forward } = integration.settings;
    if (forward === undefined) return [];
    const lanes = forward.to.flatMap((id) => this.#targets.lane(id) ?? []);
    if (lanes.length === 0 || verdict === undefined) return [];
    if (forward.onlyMalicious && !verdict.isMalicious) return [];
    const { level, id } = verdict;
    return [{ raw: Buffer.from(verdict.line), alertId: id, level, lanes }];
  }
}

/** The follow-ups of an enrichment's result. */
export interface FollowUps {
  /** The deliveries to store with the enrichment's own: for the manager, and for others. */
  of(
    integration: Integration,
    destination: Pick<Destination, 'verdict'>,
    alert: Buffer,
    events: readonly ManagerEvent[],
  ): readonly NewDelivery[];
  /** Called when they are stored. */
  stored(followUps: readonly NewDelivery[]): void;
}

/** What follows from an attempt: the deliveries of the events that its outcome carries, if any. */
export function followUpsOf(
  {
    integration,
    destination,
    followUps,
  }: {
    readonly integration: Integration;
    readonly destination: Pick<Destination, 'verdict'>;
    readonly followUps: FollowUps;
  },
  alert: Buffer,
  outcome: Outcome,
): readonly NewDelivery[] {
  const events = ('events' in outcome ? outcome.events : undefined) ?? [];
  return events.length === 0 ? [] : followUps.of(integration, destination, alert, events);
}

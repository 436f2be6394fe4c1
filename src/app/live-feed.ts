import { type AlertLabels, shortLabels } from '../alert/alert-labels.ts';
import { scanAlert } from '../alert/alert-scan.ts';
import type { AlertFacts } from '../alert/facts.ts';
import type { Clock } from '../core/clock.ts';
import type { LeasedDelivery, NewDelivery, Settlement } from '../core/delivery.ts';
import type { LiveEvent } from '../core/live-event.ts';
import { NoticeBoard } from './notice-board.ts';

/** What is told of an alert. */
type KnownAlert = Partial<Pick<AlertFacts, 'id' | 'level'>> & Omit<AlertLabels, 'description'>;

/** Tells those who look on what happens. While nobody does, it costs a comparison. */
export class LiveFeed {
  readonly #clock: Pick<Clock, 'now'>;
  /** What integratord says about itself. */
  readonly board = new NoticeBoard();
  readonly #watchers = new Set<(event: LiveEvent) => void>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /** Tells someone from now on. Returns what ends that. */
  watch(watcher: (event: LiveEvent) => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** An attempt was made, and what came of it is stored. */
  readonly settled = (integration: string, delivery: LeasedDelivery, done: Settlement): void => {
    if (this.#watchers.size === 0) return;
    const { outcome, next, durationMs, id } = done;
    const { bundle } = delivery;
    const raw = bundle === undefined ? (delivery.stored?.beginning ?? delivery.raw) : undefined;
    const labels = raw === undefined ? {} : knownOf(raw);
    this.#tell({
      event: next.state === 'pending' ? 'retry' : next.state,
      integration,
      alert: labels.id,
      level: bundle?.highestLevel ?? labels.level,
      rule: labels.ruleId,
      agent: labels.agentName,
      delivery: id,
      reason: next.state === 'delivered' ? undefined : next.reason,
      status: outcome.status,
      duration_ms: Math.round(durationMs),
      message: outcome.message,
      alerts: bundle?.count,
    });
  };

  /** An alert was stored, and is held back. */
  held(
    integration: string | undefined,
    verdict: string,
    isSilenced: boolean,
    alert: NewDelivery,
  ): void {
    if (this.#watchers.size === 0 || integration === undefined) return;
    const { alertId, level, labels } = alert;
    this.#tell({
      event: isSilenced ? 'silenced' : 'held',
      integration,
      alert: alertId,
      level,
      rule: labels?.ruleId,
      agent: labels?.agentName,
      verdict,
    });
  }

  /** An alert passed the filters of an integration, and is not for it nevertheless. */
  refused(integration: string, verdict: string, alert: KnownAlert): void {
    if (this.#watchers.size === 0) return;
    const { id, level, ruleId: rule, agentName: agent } = alert;
    this.#tell({ event: 'refused', integration, alert: id, level, rule, agent, verdict });
  }

  #tell(event: Omit<LiveEvent, 'at'>): void {
    const whole = { at: this.#clock.now(), ...event };
    for (const watcher of this.#watchers) watcher(whole);
  }
}

/** Of a large alert only the beginning is at hand. */
function knownOf(raw: Buffer): KnownAlert {
  const facts = scanAlert(raw);
  return typeof facts === 'string' ? shortLabels(raw) : facts;
}

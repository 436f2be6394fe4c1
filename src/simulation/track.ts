import type { AlertFacts } from '../alert/facts.ts';
import type { QuotaLimits } from '../core/enrichment.ts';
import type { Arrival, LanePolicy, Placement } from '../core/grouping.ts';
import type { RateLimit } from '../core/integration.ts';
import type { Route } from '../routing/stage.ts';
import type { QuietSettings } from '../silences/quiet.ts';
import { Busiest } from './busiest.ts';
import { SimulatedLane } from './lane.ts';
import type { OpenMutes } from './open-mutes.ts';
import type { BusyRule, Fate, IntegrationResult, QuotaUse } from './result.ts';

/** An integration of a configuration that is tried. */
export interface SimulatedIntegration {
  /** By what its alerts are chosen. Lanes are numbered by the simulation. */
  readonly route: Omit<Route, 'lane'>;
  readonly policy: LanePolicy;
  readonly limit: RateLimit | undefined;
  /** What may be looked up, of an enrichment. */
  readonly quota: QuotaLimits | undefined;
  /** How urgent an alert of a level is: higher goes first. */
  readonly priorityOf: (level: number) => number;
  /** What it is called where the same integration is tried in several ways; then only messages are counted. */
  readonly variant?: string | undefined;
}

/** A configuration that is tried. */
export interface SimulatedConfiguration {
  readonly integrations: readonly SimulatedIntegration[];
  /** Its silences and mutes. */
  readonly quiet: QuietSettings;
}

const TOP = 10;
const HOURS_PER_DAY = 24;
/** Descriptions of so many rules are kept. */
const MOST_RULES = 10_000;

/** What is counted of an alert, besides its fate. */
export interface Counted {
  readonly facts: AlertFacts;
  readonly agent: string | undefined;
  /** Parses the alert: asked for once per rule. */
  readonly description: () => string | undefined;
}

/** One integration of one configuration on its way through the history. */
export class Track {
  readonly id: string;
  readonly #integration: SimulatedIntegration;
  readonly #lane: SimulatedLane;
  readonly #fates = new Map<Fate, number>();
  readonly #rules = new Busiest();
  readonly #agents = new Busiest();
  readonly #keys = new Busiest();
  readonly #descriptions = new Map<string, string | undefined>();

  constructor(integration: SimulatedIntegration, { opened }: OpenMutes) {
    this.id = integration.variant ?? integration.route.integration.id;
    this.#integration = integration;
    const { policy, limit, priorityOf } = integration;
    const onAbsorbed = (count: number, fate: Fate) => {
      this.count('send', -count);
      this.count(fate, count);
    };
    this.#lane = new SimulatedLane({ policy, limit, priorityOf, onAbsorbed, muteOpened: opened });
  }

  count(fate: Fate, times = 1): void {
    this.#fates.set(fate, (this.#fates.get(fate) ?? 0) + times);
  }

  /** An alert that is for it. */
  accept(level: number, arrival: Arrival | undefined, now: number): Placement {
    const placement = this.#lane.accept(level, arrival, now);
    this.count(placement.verdict ?? 'send');
    if (this.#integration.variant !== undefined) return placement;
    const key = arrival?.throttleKey ?? arrival?.groupKey;
    if (key !== undefined) this.#keys.add(key);
    return placement;
  }

  /** Whom it came from. */
  note({ facts, agent, description }: Counted): void {
    if (this.#integration.variant !== undefined) return;
    const { ruleId } = facts;
    if (agent !== undefined) this.#agents.add(agent);
    if (ruleId === undefined) return;
    this.#rules.add(ruleId);
    if (this.#descriptions.has(ruleId) || this.#descriptions.size >= MOST_RULES) return;
    this.#descriptions.set(ruleId, description());
  }

  /** What still waits goes in its time. */
  finish(): void {
    this.#lane.advance(Number.POSITIVE_INFINITY);
  }

  get messages(): number {
    return this.#lane.messages;
  }

  get hours(): ReadonlyMap<number, number> {
    return this.#lane.hours;
  }

  /** What comes of it, as far as one configuration tells. */
  get result(): Omit<
    IntegrationResult,
    'id' | 'before' | 'after' | 'newlySent' | 'noLongerSent' | 'hoursBefore' | 'hoursAfter'
  > {
    const { peakPerMinute, longestDelay } = this.#lane;
    const counted = [...this.#fates].filter(([, count]) => count > 0);
    return {
      verdicts: Object.fromEntries(counted),
      peakPerMinute,
      rateLimit: plain(this.#integration.limit),
      longestDelay,
      quota: this.#quota(),
      rules: this.#rules.top(TOP).map((rule): BusyRule => {
        return { ...rule, description: this.#descriptions.get(rule.name) };
      }),
      agents: this.#agents.top(TOP),
      keys: this.#keys.top(TOP),
    };
  }

  #quota(): QuotaUse | undefined {
    const { quota } = this.#integration;
    if (quota === undefined) return undefined;
    const byDay = new Map<number, number>();
    for (const [hour, count] of this.#lane.hours) {
      const day = Math.floor(hour / HOURS_PER_DAY);
      byDay.set(day, (byDay.get(day) ?? 0) + count);
    }
    const days = [...byDay.values()];
    return {
      lookups: this.#lane.messages,
      perMinute: quota.perMinute,
      perDay: Number.isFinite(quota.perDay) ? quota.perDay : undefined,
      mostInADay: days.reduce((most, day) => Math.max(most, day), 0),
      daysAbove: days.filter((day) => day > quota.perDay).length,
    };
  }
}

/** Without what else a destination keeps with it: results are sent between processes. */
function plain(limit: RateLimit | undefined): RateLimit | undefined {
  if (limit === undefined) return undefined;
  const { count, seconds, burst } = limit;
  return { count, seconds, burst };
}

import type { HeldVerdict } from '../core/grouping.ts';
import type { RateLimit } from '../core/integration.ts';
import type { Verdict } from '../routing/stage.ts';
import type { Busy } from './busiest.ts';

/** What became of an alert that the filters of an integration let through. */
export type Fate = 'send' | HeldVerdict | Verdict;

/** What comes of a history of alerts. Times are milliseconds since 1970. */
export interface SimulationResult {
  readonly alerts: number;
  /** Records that are no alerts. */
  readonly unreadable: number;
  /** When the first and the last were written; undefined without any. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** How often the history was read: more than once where it was not in order. */
  readonly passes: number;
  readonly integrations: readonly IntegrationResult[];
  /** Alerts of a high level that nobody would get: the first of them, and how many there are. */
  readonly unreached: Examples<UnreachedAlert>;
  readonly newlySent: Examples<ExampleAlert>;
  readonly noLongerSent: Examples<ExampleAlert>;
}

/** A few of many. */
export interface Examples<Item> {
  readonly some: readonly Item[];
  readonly count: number;
}

export interface UnreachedAlert {
  readonly id: string | undefined;
  readonly time: number;
  readonly level: number;
  readonly rule: string | undefined;
}

/** An alert, in the words of its writer: nothing of it can be trusted. */
export interface ExampleAlert extends UnreachedAlert {
  readonly agent: string | undefined;
  readonly description: string | undefined;
  readonly integration: string;
}

/** What comes of them for one integration. */
export interface IntegrationResult {
  readonly id: string;
  /** Messages; one that covers several alerts is one. */
  readonly before: number;
  readonly after: number;
  /** What became of the alerts that its filters let through. */
  readonly verdicts: Readonly<Partial<Record<Fate, number>>>;
  /** The most messages within a minute of the clock, and how many may be sent. */
  readonly peakPerMinute: number;
  readonly rateLimit: RateLimit | undefined;
  /** The longest that a message would wait for the rate limit, in milliseconds. */
  readonly longestDelay: number;
  readonly quota: QuotaUse | undefined;
  readonly newlySent: number;
  readonly noLongerSent: number;
  readonly rules: readonly BusyRule[];
  readonly agents: readonly Busy[];
  /** Of throttles, digests and storms. */
  readonly keys: readonly Busy[];
  /** Messages by hours since 1970. */
  readonly hoursBefore: ReadonlyMap<number, number>;
  readonly hoursAfter: ReadonlyMap<number, number>;
}

export interface BusyRule extends Busy {
  readonly description: string | undefined;
}

/** What an enrichment would look up: at most, since answers are kept and not asked for again. */
export interface QuotaUse {
  readonly lookups: number;
  /** Allowed within any minute, and from midnight to midnight UTC; undefined without a limit. */
  readonly perMinute: number;
  readonly perDay: number | undefined;
  readonly mostInADay: number;
  /** On how many days more would be asked than is allowed. */
  readonly daysAbove: number;
}

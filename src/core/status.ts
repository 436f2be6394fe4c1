import type { CanaryReport } from './canary.ts';
import type { Diagnostic } from './diagnostic.ts';
import type { LaneState } from './lane-observer.ts';
import type { QuietSource } from './quiet-source.ts';

/** How a source is doing. Times are milliseconds since 1970. */
export interface SourceReport {
  readonly source: string;
  /** The file it follows. */
  readonly path: string;
  readonly lagBytes: number;
  readonly lagSeconds: number;
  readonly lastAlertAt: number | undefined;
  /** Why it cannot be read, in words; empty when it can. */
  readonly troubles: readonly string[];
  /** Set while it is quieter than it ever was at this hour. */
  readonly quiet?: QuietSource | undefined;
}

/** What a lane is doing, as people see it: besides its states, there may be a storm. */
export type LaneReportState = LaneState | 'storm';

/** What a lane is doing, the worst first. */
export const WORST_FIRST: readonly LaneReportState[] = [
  'parked',
  'not_running',
  'paused',
  'backing_off',
  'storm',
  'rate_limited',
  'working',
];

/** How an integration is doing. Times are milliseconds since 1970. */
export interface LaneReport {
  readonly id: string;
  readonly state: LaneReportState;
  /** Why it does not deliver: what parked it, who paused it. */
  readonly why: string | undefined;
  /** What waits to be delivered, is held back, and was given up. */
  readonly pending: number;
  readonly held: number;
  readonly dead: number;
  /** When the oldest one that waits was read. */
  readonly oldestReadAt: number | undefined;
  readonly nextAttemptAt: number | undefined;
  /** Since when it has used up its share of the outbox. */
  readonly behindSince: number | undefined;
  /** How its test alerts do, where it gets them. */
  readonly canary?: CanaryReport | undefined;
}

/** How the daemon is doing. Times are milliseconds since 1970. */
export interface StatusReport {
  readonly pid: number;
  readonly version: string;
  readonly mode: 'in place' | 'beside';
  readonly startedAt: number;
  readonly now: number;
  readonly sources: readonly SourceReport[];
  readonly outbox: {
    readonly path: string;
    readonly bytes: number;
    readonly limit: number;
    /** What is wrong with it, in words; empty when nothing is. */
    readonly troubles: readonly string[];
  };
  readonly integrations: readonly LaneReport[];
  readonly configuration: {
    readonly file: string;
    readonly inForceSince: number;
    /** The last reload that was refused, while it is the last. */
    readonly refused:
      | { readonly since: number; readonly diagnostics: readonly Diagnostic[] }
      | undefined;
  };
}

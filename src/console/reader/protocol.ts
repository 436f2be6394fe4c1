import type { LaneBacklog } from '../../core/outbox.ts';
import type { SilenceRecord } from '../../core/silence.ts';
import type { AlertDelivery } from '../../outbox/alert-history.ts';
import type { AuditRecord } from '../../outbox/audit.ts';
import type { BrowsePage } from '../../outbox/browse/browse.ts';
import type { DeadGroups } from '../../outbox/browse/dead-groups.ts';
import type { StoredConfiguration } from '../../outbox/configurations.ts';
import type { QueueDetail } from '../../outbox/queue.ts';
import type { SilenceReceipt } from '../../outbox/silence-receipts.ts';
import type { ActionTarget, TargetCount } from '../action-target.ts';
import type { Search } from '../search.ts';

/** An alert that was found, with what decided about it then. */
export interface FoundAlert {
  readonly raw: Uint8Array;
  readonly foundIn: 'outbox' | 'file' | 'archive' | 'input';
  /** The file that it stands in. */
  readonly path: string | undefined;
  /** Milliseconds since 1970. */
  readonly readAt: number | undefined;
  readonly deliveries: readonly AlertDelivery[];
  /** The configuration that was in force; undefined: none is kept. */
  readonly configuration: StoredConfiguration | undefined;
  /** The bytes that are stored under its id, where they may be others. */
  readonly stored?: Uint8Array | undefined;
}

/** What somebody gave to be explained may have so many bytes. */
export const LONGEST_GIVEN = 2 ** 20;
/** As many alerts of it are explained. */
export const MOST_GIVEN = 10;

/** What somebody gave to be explained: the id of an alert, or alerts. */
export type GivenAlerts =
  | { readonly kind: 'id'; readonly id: string }
  | {
      readonly kind: 'alerts';
      /** What was given; empty where it is long. */
      readonly text: string;
      readonly alerts: readonly FoundAlert[];
      /** What in it is no alert, and why. */
      readonly problems: readonly string[];
      /** True where there is more in it. */
      readonly isCut: boolean;
    };

export interface FoundAlerts {
  readonly alerts: readonly FoundAlert[];
  /** What could not be searched, in words. */
  readonly left: readonly string[];
}

/** A piece of an export. */
export interface ExportPiece {
  /** Whole lines. */
  readonly text: string;
  readonly count: number;
  /** Where the next piece begins; undefined where there is none. */
  readonly next: number | undefined;
}

export interface FoundDelivery {
  readonly detail: QueueDetail;
  readonly alert: FoundAlert;
}

/** What can be asked about the outbox. */
export interface Jobs {
  deliveries(search: Search, rows: number, budgetMs: number): BrowsePage;
  /** Deliveries as lines of JSON, the newest first, as many as fit one piece. */
  exported(search: Search): ExportPiece;
  integrations(): string[];
  delivery(id: number): FoundDelivery | undefined;
  deadGroups(budgetMs: number): DeadGroups;
  count(target: ActionTarget, action: 'retry' | 'drop'): TargetCount;
  alert(id: string): Promise<FoundAlerts>;
  /** @param form as a browser sends it. */
  given(form: Uint8Array): Promise<GivenAlerts>;
  silences(): SilenceRecord[];
  receipts(key: string): SilenceReceipt[];
  activity(rows: number, before: number | undefined): AuditRecord[];
  backlog(): LaneBacklog[];
}

export type JobName = keyof Jobs;
export type JobArguments<Name extends JobName> = Parameters<Jobs[Name]>;
export type JobResult<Name extends JobName> = Awaited<ReturnType<Jobs[Name]>>;

/** What is sent to the helper. */
export interface Question {
  readonly id: number;
  readonly name: JobName;
  readonly args: readonly unknown[];
}

/** What it answers. */
export type Answer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: string };

import type { JsonObject } from '../alert/json.ts';
import type { LiveEvent } from '../core/live-event.ts';
import type { SaidNotice } from '../core/said-notice.ts';
import type { SilenceRecord } from '../core/silence.ts';
import type { StatusReport } from '../core/status.ts';
import type { AlertDelivery } from '../outbox/alert-history.ts';
import type { AuditRecord } from '../outbox/audit.ts';
import type { BrowsePage } from '../outbox/browse/browse.ts';
import type { DeadGroups } from '../outbox/browse/dead-groups.ts';
import type { QueueDetail } from '../outbox/queue.ts';
import type { SilenceReceipt } from '../outbox/silence-receipts.ts';
import type { ActionTarget, TargetCount } from './action-target.ts';
import type { LaneRecent } from './lane-tally.ts';
import type { ExportPiece } from './reader/protocol.ts';
import type { Rendering } from './rendering/rendering.ts';
import type { Search } from './search.ts';
import type { Series, SeriesSpan } from './series.ts';
import type { SilenceWish, TriedSilence } from './silence-data.ts';

/** How the daemon is doing, and what of it is wrong. */
export interface NowData {
  readonly report: StatusReport;
  readonly verdict: 'ok' | 'degraded' | 'stopped';
  readonly problems: readonly string[];
  /** How attempts went lately, by integration. */
  readonly recent: ReadonlyMap<string, LaneRecent>;
  /** False where it is not known yet what waits. */
  readonly isCounted: boolean;
}

/** A question that was asked about an alert. */
export interface ChainRow {
  readonly pass: boolean;
  readonly name: string;
  readonly found: string;
  readonly wanted: string;
}

/** What was decided for one integration, and what became of it. */
export interface ExplainedFor {
  readonly id: string;
  readonly verdict: string;
  readonly kind: 'sent' | 'held' | 'refused';
  readonly why: string | undefined;
  readonly chain: readonly ChainRow[];
  readonly notes: readonly string[];
  /** What would be decided now, where that is different. */
  readonly now: { readonly verdict: string; readonly kind: 'sent' | 'refused' } | undefined;
  readonly deliveries: readonly AlertDelivery[];
}

/** An alert, and why each integration got it or did not. */
export interface ExplainedAlert {
  readonly id: string | undefined;
  /** Its bytes as JSON; shortened where it is large. */
  readonly json: JsonObject;
  readonly length: number;
  readonly foundIn: string;
  readonly readAt: number | undefined;
  /** What decided: the present configuration, or the one of then. */
  readonly decidedBy: string;
  /** True where somebody pasted it. */
  readonly isGiven: boolean;
  /** What is stored under its id, where that may be another. */
  readonly stored: JsonObject | undefined;
  readonly integrations: readonly ExplainedFor[];
}

/** What came of explaining what somebody gave. */
export type GivenExplanations =
  | { readonly kind: 'id'; readonly id: string }
  | {
      readonly kind: 'alerts';
      readonly text: string;
      readonly alerts: readonly ExplainedAlert[];
      readonly problems: readonly string[];
      readonly isCut: boolean;
    };

export interface FoundExplanations {
  readonly alerts: readonly ExplainedAlert[];
  readonly left: readonly string[];
}

export interface DeliveryData {
  readonly detail: Omit<QueueDetail, 'raw'>;
  readonly alert: ExplainedAlert;
  readonly rendering: Rendering;
}

/** A silence as it is shown. */
export interface SilenceData {
  readonly record: Omit<SilenceRecord, 'id' | 'told'>;
  readonly id: number | undefined;
  readonly state: 'active' | 'planned' | 'over';
  readonly error: string | undefined;
}

/** What a page can show. Rejects with a {@link ReaderError} where the outbox cannot be asked. */
export interface ConsoleSource {
  now(): Promise<NowData>;
  series(span: SeriesSpan): Series;
  /** Tells what happens from now on. Returns what ends that. */
  watch(told: (event: LiveEvent) => void): () => void;
  /** What integratord has said about itself, the newest first. */
  notices(): readonly SaidNotice[];
  deliveries(search: Search): Promise<BrowsePage>;
  /** Deliveries as lines of JSON, a piece of them. */
  exported(search: Search): Promise<ExportPiece>;
  integrations(): Promise<string[]>;
  /** @param hide fields that its message is shown without. */
  delivery(id: number, hide: readonly string[]): Promise<DeliveryData | undefined>;
  deadGroups(isPatient: boolean): Promise<DeadGroups>;
  explain(alertId: string): Promise<FoundExplanations>;
  /** @param form as a browser sends it. */
  explainGiven(form: Uint8Array): Promise<GivenExplanations>;
  silences(): Promise<SilenceData[]>;
  /** The messages about the end of a silence. @param key of its record. */
  receipts(key: string): Promise<SilenceReceipt[]>;
  activity(before: number | undefined): Promise<AuditRecord[]>;
  /** Text without any secret of the configuration. */
  scrub(text: string): string;
}

/** What came of an action, as a sentence. */
export interface ActionResult {
  readonly ok: boolean;
  readonly text: string;
  readonly details?: readonly string[];
  /** The page that shows more. */
  readonly to?: string;
}

/** What people can do. All of it is kept in the audit. */
export interface ConsoleActions {
  /** How many deliveries an action would concern. */
  count(target: ActionTarget, action: 'retry' | 'drop'): Promise<TargetCount>;
  retry(target: ActionTarget, who: string): Promise<ActionResult>;
  drop(target: ActionTarget, who: string): Promise<ActionResult>;
  pause(integration: string, isPaused: boolean, who: string): Promise<ActionResult>;
  addSilence(wish: SilenceWish, who: string): Promise<ActionResult>;
  /** What a silence would have held back. */
  trySilence(wish: SilenceWish, who: string): Promise<TriedSilence>;
  extendSilence(id: number, until: number, who: string): Promise<ActionResult>;
  endSilence(id: number, who: string): Promise<ActionResult>;
  /** Sends a test alert by the lane of an integration. */
  test(integration: string, who: string): Promise<ActionResult>;
  /** Keeps what somebody took with them. */
  exported(detail: { count: number; selection: unknown }, who: string): Promise<ActionResult>;
  reload(who: string): Promise<ActionResult>;
}

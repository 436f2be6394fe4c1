import type { JsonObject } from '../alert/json.ts';
import type { LiveEvent } from '../core/live-event.ts';
import type { SilenceRecord } from '../core/silence.ts';
import type { StatusReport } from '../core/status.ts';
import type { AlertDelivery } from '../outbox/alert-history.ts';
import type { AuditRecord } from '../outbox/audit.ts';
import type { BrowsePage } from '../outbox/browse/browse.ts';
import type { DeadGroups } from '../outbox/browse/dead-groups.ts';
import type { QueueDetail } from '../outbox/queue.ts';
import type { ActionTarget } from './action-target.ts';
import type { LaneRecent } from './lane-tally.ts';
import type { Search } from './reader/protocol.ts';
import type { Series, SeriesSpan } from './series.ts';

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
  readonly integrations: readonly ExplainedFor[];
}

export interface FoundExplanations {
  readonly alerts: readonly ExplainedAlert[];
  readonly left: readonly string[];
}

export interface DeliveryData {
  readonly detail: Omit<QueueDetail, 'raw'>;
  readonly alert: ExplainedAlert;
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
  deliveries(search: Search): Promise<BrowsePage>;
  integrations(): Promise<string[]>;
  delivery(id: number): Promise<DeliveryData | undefined>;
  deadGroups(isPatient: boolean): Promise<DeadGroups>;
  explain(alertId: string): Promise<FoundExplanations>;
  silences(): Promise<SilenceData[]>;
  activity(before: number | undefined): Promise<AuditRecord[]>;
  /** Text without any secret of the configuration. */
  scrub(text: string): string;
}

/** What came of an action, as a sentence. */
export interface ActionResult {
  readonly ok: boolean;
  readonly text: string;
  readonly details?: readonly string[];
}

/** A silence as it is asked for. */
export interface SilenceWish {
  readonly only: unknown;
  readonly until: number;
  readonly why: string;
  readonly integrations: readonly string[] | undefined;
}

/** What people can do. All of it is kept in the audit. */
export interface ConsoleActions {
  /** How many deliveries an action would concern. */
  count(target: ActionTarget, action: 'retry' | 'drop'): Promise<number>;
  retry(target: ActionTarget, who: string): Promise<ActionResult>;
  drop(target: ActionTarget, who: string): Promise<ActionResult>;
  pause(integration: string, isPaused: boolean, who: string): Promise<ActionResult>;
  addSilence(wish: SilenceWish, who: string): Promise<ActionResult>;
  endSilence(id: number, who: string): Promise<ActionResult>;
  reload(who: string): Promise<ActionResult>;
}

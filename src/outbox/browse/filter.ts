import type { DeliveryState } from '../../core/delivery.ts';

/** What is looked for; nothing of it means everything. */
export interface BrowseFilter {
  readonly state?: DeliveryState | undefined;
  readonly integration?: string | undefined;
  readonly reason?: string | undefined;
  /** The message that it is sent in. */
  readonly bundle?: number | undefined;
  /** The alert's own id. */
  readonly alertId?: string | undefined;
  /** The id of the alert's rule. */
  readonly rule?: string | undefined;
  /** The name or the id of the alert's agent. */
  readonly agent?: string | undefined;
  /** Read since then, in milliseconds since 1970. */
  readonly readSince?: number | undefined;
  /** Texts that the bytes of the alert hold, all of them. */
  readonly holds?: readonly string[] | undefined;
  /** Only deliveries below this id: where the page before ended. */
  readonly before?: number | undefined;
}

import { createHash } from 'node:crypto';
import type { StoredBytes } from '../alert/large-alert.ts';
import type { FailureReason, Outcome } from './outcome.ts';

export { LARGE_BYTES } from '../alert/large-alert.ts';

/**
 * The states of a delivery.
 *
 *     pending ──lease──▶ leased ──▶ delivered
 *        ▲                 │ └────▶ dead       (rejected, or given up after the last retry)
 *        └── retry, crash ─┘
 *     dead ──an operator's retry──▶ pending
 *
 * `parked` is how a pending delivery is shown while its lane is parked, because its integration is
 * broken or gone. The row does not change, so parking is cheap for any queue length.
 */
export const DELIVERY_STATES = ['pending', 'leased', 'parked', 'delivered', 'dead'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/**
 * The states that `queue` can be asked for. The last three are reserved for routing, which will hold
 * deliveries back, cover them by a bundle or silence them; no delivery is in one of them yet.
 */
export const QUEUE_STATES = [...DELIVERY_STATES, 'held', 'covered', 'silenced'] as const;
export type QueueState = (typeof QUEUE_STATES)[number];

/** One alert for one integration, as read from the outbox to be worked on. */
export interface LeasedDelivery {
  readonly id: number;
  /** The alert's bytes as they were read. */
  readonly raw: Buffer;
  /** Of a large alert: its bytes stay in the outbox, from where `raw` reads them each time. */
  readonly stored?: StoredBytes;
  /** Attempts made before this one. */
  readonly attempts: number;
  /** Attempts since the beginning, or since an operator's retry. */
  readonly tries: number;
  /** When the first of those attempts began, in milliseconds since 1970; undefined before that. */
  readonly firstAttemptAt: number | undefined;
}

/** The new state of a leased delivery after an attempt. */
export interface Settlement {
  readonly id: number;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly outcome: Outcome;
  readonly next: NextState;
  /** Its follow-ups: the events of an enrichment, stored in the same transaction. */
  readonly followUps?: readonly NewDelivery[];
}
export type NextState =
  | { readonly state: 'delivered' }
  /** `notBefore` 0 is at once. */
  | { readonly state: 'pending'; readonly notBefore: number; readonly reason: FailureReason }
  | { readonly state: 'dead'; readonly reason: FailureReason };

/** An alert that matches an integration, on its way into the outbox. */
export interface NewDelivery {
  /** The bytes of its line, without the newline. */
  readonly raw: Buffer;
  readonly alertId: string | undefined;
  readonly level: number;
  /** The lanes that deliver it; never empty. */
  readonly lanes: readonly number[];
}

/**
 * The identity of an alert for an integration: the same across retries, restarts, and even when a
 * line is read twice, so that services can recognise duplicates.
 * @returns 32 hexadecimal digits.
 */
export function deliveryKey(integrationId: string, raw: Buffer): string {
  return createHash('sha256').update(`${integrationId}\0`).update(raw).digest('hex').slice(0, 32);
}

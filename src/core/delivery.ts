import type { FailureReason, Outcome } from './outcome.ts';

/**
 * The states of a delivery.
 *
 *     pending ──lease──▶ leased ──▶ delivered
 *        ▲                 │ ├────▶ dead       (rejected, or given up after the last retry)
 *        └── retry, crash ─┘ └────▶ parked     (the integration is broken)
 *     parked, dead ──an operator's retry──▶ pending
 */
export const DELIVERY_STATES = ['pending', 'leased', 'parked', 'delivered', 'dead'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One alert for one integration, as read from the outbox to be worked on. */
export interface LeasedDelivery {
  readonly id: number;
  /** Stable over retries and restarts, and unknown to the sender of the log. */
  readonly key: string;
  /** The alert's bytes as they were read. */
  readonly raw: Buffer;
  /** Attempts made before this one. */
  readonly attempts: number;
  /** When the alert was read, in milliseconds since 1970. */
  readonly createdAt: number;
}

/** What becomes of a leased delivery after an attempt. */
export interface Settlement {
  readonly id: number;
  readonly startedAt: number;
  readonly durationMs: number;
  readonly outcome: Outcome;
  readonly next: NextState;
}
export type NextState =
  | { readonly state: 'delivered' }
  | { readonly state: 'pending'; readonly notBefore: number; readonly reason: FailureReason }
  | { readonly state: 'parked'; readonly reason: FailureReason }
  | { readonly state: 'dead'; readonly reason: FailureReason };

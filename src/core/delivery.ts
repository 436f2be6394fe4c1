import { createHash } from 'node:crypto';
import type { AlertLabels } from '../alert/alert-labels.ts';
import type { StoredBytes } from '../alert/large-alert.ts';
import type { BundleKind, BundleSpan } from './bundle.ts';
import type { Arrival } from './grouping.ts';
import type { FailureReason, Outcome } from './outcome.ts';

export { LARGE_BYTES } from '../alert/bytes.ts';

/**
 * The states of a delivery.
 *
 *     pending ──lease──▶ leased ──▶ delivered
 *        ▲                 │ └────▶ dead       (rejected, or given up after the last retry)
 *        └── retry, crash ─┘
 *     dead ──an operator's retry──▶ pending
 *
 *     held ──its time──▶ pending            (it waits alone: for the hours of the integration)
 *     held ──its bundle is sealed──▶ pending (its last member carries a bundle; the others wait)
 *     held ──its bundle ends──▶ covered, or dead
 *     silenced                               (not sent: its silence's receipt covers it)
 *
 * `parked` is how a pending delivery is shown while its lane is parked, because its integration is
 * broken or gone. The row does not change, so parking is cheap for any queue length.
 */
export const DELIVERY_STATES = [
  'pending',
  'leased',
  'parked',
  'delivered',
  'dead',
  'held',
  'covered',
  'silenced',
] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** One alert for one integration, as read from the outbox to be worked on. */
export interface LeasedDelivery {
  readonly id: number;
  /** The alert's bytes as they were read. */
  readonly raw: Buffer;
  /** Of a large alert: its bytes stay in the outbox, from where `raw` reads them each time. */
  readonly stored?: StoredBytes;
  /** What tells it from an earlier delivery of the same alert, where it must not be recognised. */
  readonly salt?: string | undefined;
  /** True for a test alert. */
  readonly isCanary?: boolean;
  /** What it covers, where that is more than one alert: then these are the bytes of the highest. */
  readonly bundle?: LeasedBundle | undefined;
  /** Attempts made before this one. */
  readonly attempts: number;
  /** Attempts since the beginning, or since an operator's retry. */
  readonly tries: number;
  /** When the first of those attempts began, in milliseconds since 1970; undefined before that. */
  readonly firstAttemptAt: number | undefined;
}

/** What of a bundle is needed to tell of it. Times are milliseconds since 1970. */
export interface LeasedBundle extends BundleSpan {
  readonly id: number;
  readonly kind: BundleKind;
  /** The same for every try, and for no other bundle: an idempotency key. */
  readonly key: string;
  readonly about: string | undefined;
  readonly by: readonly string[];
  /** The highest level first, then the most frequent. */
  readonly lines: readonly LeasedLine[];
  readonly moreLines: number;
  /** The bytes of alerts: the highest level first, then the oldest. Large ones are left out. */
  readonly examples: readonly Buffer[];
}

/** The members of a bundle that have the same key. */
export interface LeasedLine extends BundleSpan {
  /** The values of the fields, as a JSON list; null where absent. */
  readonly key: string;
  /** The bytes of some of them, the highest level first. Large ones are left out. */
  readonly samples: readonly Buffer[];
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
  /** What people look for it by, where that is known already. */
  readonly labels?: AlertLabels | undefined;
  /** What the placing of some lanes needs to know of it. */
  readonly arrivals?: ReadonlyMap<number, Arrival> | undefined;
}

/**
 * The identity of an alert for an integration: the same across retries, restarts, and even when a
 * line is read twice, so that services can recognise duplicates.
 * @param salt makes it another one.
 * @returns 32 hexadecimal digits.
 */
export function deliveryKey(integrationId: string, raw: Buffer, salt?: string): string {
  const prefix = salt === undefined ? `${integrationId}\0` : `${integrationId}\0${salt}\0`;
  return createHash('sha256').update(prefix).update(raw).digest('hex').slice(0, 32);
}

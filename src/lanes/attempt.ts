import { Alert } from '../alert/alert.ts';
import type { LeasedDelivery, Settlement } from '../core/delivery.ts';
import { deliveryKey } from '../core/delivery.ts';
import type { DeliveryContext, Destination, Job } from '../core/destination.ts';
import type { Integration } from '../core/integration.ts';
import type { Log } from '../core/log.ts';
import { type Outcome, scrubOutcome } from '../core/outcome.ts';
import type { Scrubber } from '../core/secret.ts';
import { bundleOf } from './bundle-of.ts';

/** The minimum wait before an exhausted quota is checked again. */
const SHORTEST_WAIT_MS = 250;

/** Who makes an attempt. */
export interface AttemptParts {
  readonly integration: Integration;
  readonly destination: Destination;
  readonly scrubber: Scrubber;
}

/** Makes one attempt. Resolves with its outcome, free of secrets; never rejects. */
export async function attemptDelivery(
  delivery: LeasedDelivery,
  { integration, destination, scrubber }: AttemptParts,
  context: DeliveryContext,
  largeAttempt: () => Promise<Outcome>,
): Promise<Outcome> {
  try {
    const made =
      delivery.stored === undefined
        ? destination.deliver(jobOf(delivery, integration), context)
        : largeAttempt();
    const outcome = scrubOutcome(await made, scrubber);
    return withValidTime(outcome, context.clock.now());
  } catch (error) {
    // A throw is a bug in the destination; the delivery must not be lost because of it.
    const message = scrubber.scrub(error instanceof Error ? error.message : String(error));
    return { kind: 'retry', reason: 'internal', message: `internal error: ${message}` };
  }
}

function jobOf(
  { raw, attempts, bundle, salt, isCanary }: LeasedDelivery,
  integration: Integration,
): Job {
  const alert = new Alert(raw);
  if (bundle === undefined) {
    return { alert, integration, key: deliveryKey(integration.id, raw, salt), attempts, isCanary };
  }
  return { alert, integration, key: bundle.key, attempts, bundle: bundleOf(bundle) };
}

/** An invalid time from a malformed header would block its lane forever. */
function withValidTime(outcome: Outcome, now: number): Outcome {
  if (outcome.kind === 'wait') {
    // Nor may a time in the past cause a busy loop.
    const until = Number.isFinite(outcome.until) ? outcome.until : 0;
    return { ...outcome, until: Math.max(until, now + SHORTEST_WAIT_MS) };
  }
  if (outcome.kind !== 'retry' || Number.isFinite(outcome.notBefore ?? 0)) return outcome;
  const { notBefore: _, ...rest } = outcome;
  return rest;
}

/** Logs how an attempt ended: what is dead as an error, what will be retried as a warning. */
export function reportAttempt(
  log: Log,
  integration: Integration,
  delivery: LeasedDelivery,
  settlement: Settlement,
): void {
  const { outcome, next, durationMs } = settlement;
  const fields = {
    integration: integration.id,
    delivery: delivery.id,
    attempt: delivery.attempts + 1,
    ms: Math.round(durationMs),
    status: outcome.status,
    reason: outcome.kind === 'delivered' ? undefined : outcome.reason,
    cause: outcome.message,
  };
  if (next.state === 'delivered') log.debug('delivered', fields);
  else if (next.state === 'dead') log.error('delivery is dead', fields);
  else if (outcome.kind === 'retry') log.warn('attempt failed', fields);
}

/** Logs that a lane's breaker opened or closed. */
export function reportBreaker(
  log: Log,
  integration: string,
  outcome: Outcome,
  change: 'opened' | 'closed',
): void {
  const fields = { integration };
  if (change === 'closed') {
    log.info('service works again', fields);
    return;
  }
  log.warn('service keeps failing; deliveries slow down', {
    ...fields,
    ...(outcome.message === undefined ? {} : { cause: outcome.message }),
  });
}

import type { AlertDelivery, CoveringBundle } from '../../outbox/alert-history.ts';
import type { RecordedAttempt } from '../../outbox/recorded-attempt.ts';
import { isoTime } from '../output.ts';
import type { ExplainedIntegration, Explanation } from './explanation.ts';

/** An explanation as one JSON value. */
export function explanationJson(explanation: Explanation) {
  const { alert, foundIn, path, readAt, config, configSince, configNote } = explanation;
  return {
    alert: alert.facts.id ?? null,
    found_in: foundIn,
    file: path ?? null,
    read_at: isoTime(readAt),
    config,
    config_since: isoTime(configSince),
    config_note: configNote ?? null,
    integrations: explanation.integrations.map(integrationJson),
  };
}

function integrationJson(integration: ExplainedIntegration) {
  const { id, verdict, by, chain, now, isNew, cannotRun, deliveries } = integration;
  return {
    id,
    verdict,
    ...(by !== undefined && { by }),
    ...(now !== undefined && { now }),
    ...(isNew && { new: true }),
    ...(cannotRun !== undefined && { cannot_run: cannotRun }),
    chain,
    deliveries: deliveries.map(deliveryJson),
  };
}

function bundleJson({ id, kind, carrier, dueAt }: CoveringBundle) {
  return { id, kind, carried_by: carrier ?? null, due_at: isoTime(dueAt) };
}

/** An attempt for a program. */
export function attemptJson(attempt: RecordedAttempt) {
  return {
    number: attempt.number,
    started_at: isoTime(attempt.startedAt),
    duration_ms: attempt.durationMs,
    outcome: attempt.outcome,
    reason: attempt.reason ?? null,
    status: attempt.status ?? null,
    message: attempt.message ?? null,
    excerpt: attempt.excerpt ?? null,
  };
}

function deliveryJson(delivery: AlertDelivery) {
  return {
    id: delivery.id,
    state: delivery.state,
    reason: delivery.reason ?? null,
    attempts: delivery.attempts.map(attemptJson),
    next_attempt_at: isoTime(delivery.nextAttemptAt),
    waits_for: delivery.waitsFor ?? null,
    held: delivery.held?.verdict ?? null,
    bundle: delivery.bundle === undefined ? null : bundleJson(delivery.bundle),
    parked: delivery.parkedMessage ?? null,
    paused_since: isoTime(delivery.pause?.since),
    finished_at: isoTime(delivery.finishedAt),
  };
}

import type { AlertDelivery } from '../../outbox/alert-history.ts';
import type { RecordedAttempt } from '../../outbox/recorded-attempt.ts';
import type { Wait } from '../../outbox/waits-for.ts';
import { isoTime, printable, table } from '../output.ts';
import type { Style } from '../style.ts';

/** What a delivery waits for, in words. */
export const WAITS: Readonly<Record<Wait, string>> = {
  retry: 'waits for its retry',
  rate_limit: 'waits for the rate limit',
  breaker: 'waits until its service answers again',
  retry_after: 'waits as long as its service asked',
  parked: 'waits until the integration is fixed',
  held: 'is held back',
  order: 'waits for its turn',
};

/** What became of an alert for an integration, one line per attempt. */
export function deliveryLines(delivery: AlertDelivery, style: Style): string[] {
  const { id, state, reason, nextAttemptAt, waitsFor, parkedMessage, finishedAt } = delivery;
  const next = nextAttemptAt === undefined ? '' : ` until ${isoTime(nextAttemptAt)}`;
  const wait = waitsFor === undefined ? '' : `, ${WAITS[waitsFor]}${next}`;
  const end = finishedAt === undefined ? '' : ` ${isoTime(finishedAt)}`;
  const why = state === 'delivered' || reason === undefined ? '' : ` (${reason})`;
  const colour = state === 'delivered' ? style.good : state === 'dead' ? style.bad : style.waiting;
  const parked = parkedMessage === undefined ? [] : [`      ${printable(parkedMessage)}`];
  return [
    `    delivery ${id}: ${colour(printable(state))}${end}${printable(`${why}${wait}`)}`,
    ...parked,
    ...pauseLines(delivery),
    ...bundleLines(delivery),
    ...attemptLines(delivery.attempts),
  ];
}

function pauseLines({ pause, integration = '' }: AlertDelivery): string[] {
  if (pause === undefined) return [];
  const { who, since } = pause;
  const what = `${who} paused the integration at ${isoTime(since)}: integratord resume ${integration}`;
  return [`      ${printable(what)}`];
}

function bundleLines({ id, bundle }: AlertDelivery): string[] {
  if (bundle === undefined) return [];
  const { id: its, kind, carrier, dueAt } = bundle;
  const state =
    dueAt !== undefined
      ? `is sent ${isoTime(dueAt)}`
      : carrier === id
        ? 'is carried by this delivery'
        : `was carried by delivery ${carrier}, with these attempts`;
  const message = kind === 'silence' ? 'the receipt of the silence' : `the ${kind} message`;
  return [`      ${message} ${state}: integratord queue list --bundle ${its}`];
}

function attemptLines(attempts: readonly RecordedAttempt[]): string[] {
  const rows = attempts.map((attempt) => [
    `#${attempt.number}`,
    isoTime(attempt.startedAt) ?? '',
    `${attempt.durationMs} ms`,
    attempt.outcome,
    attempt.status === undefined ? '' : String(attempt.status),
    attempt.message ?? attempt.excerpt ?? '',
  ]);
  return table(rows)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `      ${line}`);
}

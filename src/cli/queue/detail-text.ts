import type { JsonDocument } from '../../alert/json.ts';
import type { AlertDelivery } from '../../outbox/alert-history.ts';
import type { QueueDetail } from '../../outbox/queue.ts';
import { WAITS } from '../explain/delivery-text.ts';
import { attemptJson } from '../explain/json.ts';
import { isoTime, printable, printableLines, table } from '../output.ts';
import type { Style } from '../style.ts';
import { entryJson, levelColour, stateColour } from './entry-text.ts';

/** A delivery with what is known of it. */
export interface ShownDelivery {
  readonly detail: QueueDetail;
  /** What it waits for. */
  readonly delivery: AlertDelivery | undefined;
  /** What is sent for it, by the present configuration and without secrets; a text says why it is not known. */
  readonly request: { readonly [key: string]: JsonDocument } | string;
}

/** A delivery for a program. */
export function detailJson({ detail, delivery, request }: ShownDelivery): {
  readonly [key: string]: JsonDocument;
} {
  const isShown = typeof request !== 'string';
  return {
    ...entryJson(detail),
    ...(delivery === undefined ? {} : { next_attempt_at: isoTime(delivery.nextAttemptAt) }),
    waits_for: delivery?.waitsFor ?? null,
    why_waiting: delivery?.waitsFor === undefined ? null : WAITS[delivery.waitsFor],
    request: isShown ? request : null,
    ...(isShown ? {} : { request_unknown: request }),
    parked: detail.parked ?? null,
    attempt_log: detail.attemptLog.map((one) => ({
      ...attemptJson(one),
      output: one.output ?? null,
    })),
    raw: detail.raw,
  };
}

/** A delivery for people: what it is, what was tried and answered, what is sent, and the alert. */
export function detailText(shown: ShownDelivery, requestJson: string, style: Style): string {
  const { detail, request } = shown;
  const facts = table(factsOf(shown)).split('\n');
  const coloured = facts.map((line) => {
    if (line.startsWith('state '))
      return line.replace(detail.state, stateColour(detail.state, style));
    const colour = levelColour(detail.level, style);
    return line.startsWith('level ') && colour !== undefined
      ? line.replace(String(detail.level), colour)
      : line;
  });
  const what =
    typeof request === 'string'
      ? `${style.strong('request')}  not shown: ${printable(request)}\n`
      : `${style.strong('request')}  as the present configuration makes it, without secrets\n${indented(requestJson)}`;
  return [
    coloured.join('\n'),
    attemptsText(shown, style),
    what,
    `${style.strong('alert')}\n${printableLines(detail.raw)}\n`,
  ].join('\n');
}

/** Why it was held back, and what it is sent with. */
function heldFacts({ verdict, verdictBy, bundle }: QueueDetail): string[][] {
  const why = [verdict, verdictBy].filter((text) => text !== undefined).join(', by ');
  return [
    ...(why === '' ? [] : [['held back', why]]),
    ...(bundle === undefined
      ? []
      : [
          [
            'message',
            `${bundle.kind}, ${bundle.isCarrier ? 'carries' : 'part of'} bundle ${bundle.id} ` +
              `(integratord queue list --bundle ${bundle.id})`,
          ],
        ]),
  ];
}

function factsOf({ detail, delivery }: ShownDelivery): string[][] {
  const { rule, description, agent, agentId } = detail;
  const its = [agent, agentId === undefined ? undefined : `(${agentId})`];
  const next = delivery === undefined ? detail.nextAttemptAt : delivery.nextAttemptAt;
  const wait = delivery?.waitsFor === undefined ? undefined : WAITS[delivery.waitsFor];
  return [
    ['delivery', String(detail.id)],
    ['integration', detail.integration],
    ['alert', detail.alert ?? '-'],
    ['level', String(detail.level)],
    ['rule', [rule, description].filter((text) => text !== undefined).join(': ') || '-'],
    ['agent', its.filter((text) => text !== undefined).join(' ') || '-'],
    ['state', detail.state],
    ['read', isoTime(detail.readAt) ?? '-'],
    ...heldFacts(detail),
    ['next attempt', [isoTime(next), wait].filter((text) => text).join(': it ') || '-'],
    ...(detail.parked === undefined ? [] : [['parked', detail.parked.message]]),
  ];
}

/** Each attempt on a line, and below it what was answered, or the output of a script, whole. */
function attemptsText({ detail }: ShownDelivery, style: Style): string {
  if (detail.attemptLog.length === 0) return 'no attempts yet\n';
  return detail.attemptLog
    .map((attempt) => {
      const { number, startedAt, durationMs, outcome, status, message } = attempt;
      const answer = attempt.output ?? attempt.excerpt;
      const colour = outcome === 'delivered' ? style.good : style.bad;
      const head = [
        `#${number}`,
        isoTime(startedAt) ?? '',
        `${durationMs} ms`,
        colour(printable(outcome)),
        ...(status === undefined ? [] : [String(status)]),
        ...(message === undefined ? [] : [printable(message)]),
      ].join('  ');
      return `${head}\n${answer === undefined ? '' : indented(answer)}`;
    })
    .join('');
}

function indented(text: string): string {
  return `${printableLines(text).replace(/\n$/, '').replace(/^/gm, '    ')}\n`;
}

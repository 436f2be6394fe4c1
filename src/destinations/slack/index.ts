import type { Alert } from '../../alert/alert.ts';
import { type JsonDocument, stringify } from '../../alert/json.ts';
import type { HttpRequest, HttpResponse, Job } from '../../core/destination.ts';
import { Secret } from '../../core/secret.ts';
import {
  httpDestination,
  idempotentHeaders,
  isHost,
  withOptions,
} from '../sdk/http-destination.ts';
import { displayText, NOT_AVAILABLE } from '../sdk/text.ts';
import { readSlack } from './answer.ts';
import { slackText } from './markup.ts';

/**
 * Lengths that Slack shows in full, in characters. It cuts an attachment's text at about 8,000
 * (undocumented), documents 2,000 for a section field, and nothing for titles.
 */
const USUAL = { text: 8000, title: 1000, field: 2000 };
/** Limits for a message that Slack rejected: everything in it is short. */
const SMALL = { text: 500, title: 150, field: 150 };
type Limits = typeof USUAL;

/**
 * Slack's incoming webhooks, and Slack-compatible services on any host: Mattermost,
 * Rocket.Chat and others.
 */
export const slack = httpDestination({
  name: 'slack',
  title: 'Slack',
  requires: ['hook_url'],
  concurrency: 1,
  rateLimit: {
    // "One message per second", with short bursts; a webhook that exceeds it for long is disabled.
    count: 1,
    seconds: 1,
    burst: 5,
    appliesTo: ({ hookUrl }) => isHost(hookUrl, /^hooks\.slack(-gov)?\.com$/),
  },
  request: (job) => post(job, message(job, USUAL)),
  read: readSlack,
  secondTry,
});

function post(job: Job, body: string): HttpRequest {
  return {
    method: 'POST',
    url: job.integration.hookUrl ?? new Secret(''),
    headers: idempotentHeaders(job),
    body,
  };
}

/** The message without its long texts, if it had any and its size may have been the reason. */
function secondTry(job: Job, rejected: HttpResponse): HttpRequest | undefined {
  if (![400, 413, 422].includes(rejected.status)) return undefined;
  const small = message(job, SMALL);
  return small === message(job, USUAL) ? undefined : post(job, small);
}

/** The reference's message: one attachment, into which the operator's options are merged. */
function message({ alert, integration }: Job, limits: Limits): string {
  const title = displayText(alert.at('rule', 'description')) ?? NOT_AVAILABLE;
  // The reference sends null where there is no log; Slack may insist on a text.
  const text = displayText(alert.at('full_log')) ?? (limits === SMALL ? title : undefined);
  const attachment: Record<string, JsonDocument | undefined> = {
    color: color(alert.level),
    pretext: 'WAZUH Alert',
    title: slackText(title, limits.title),
    text: text === undefined ? null : slackText(text, limits.text),
    fields: fields(alert, limits),
    ts: timestamp(alert.textAt('id')),
  };
  return stringify({ attachments: [withOptions(attachment, integration)] });
}

function color(level: number): string {
  if (level <= 4) return 'good';
  return level <= 7 ? 'warning' : 'danger';
}

function fields(alert: Alert, limits: Limits): JsonDocument[] {
  const text = (...path: string[]) => displayText(alert.at(...path));
  const id = text('rule', 'id') ?? NOT_AVAILABLE;
  const level = text('rule', 'level');
  const agent = `(${text('agent', 'id') ?? NOT_AVAILABLE}) - ${text('agent', 'name') ?? NOT_AVAILABLE}`;
  const found: [string, string | undefined][] = [
    ['Agent', alert.at('agent') === undefined ? undefined : agent],
    ['Agentless Host', text('agentless', 'host')],
    ['Location', text('location')],
    ['Rule ID', level === undefined ? id : `${id} _(Level ${level})_`],
  ];
  return found.flatMap(([title, value]) =>
    value === undefined ? [] : [{ title, value: slackText(value, limits.field) }],
  );
}

/** Slack wants seconds since 1970; an alert's id begins with them. Other ids are left out. */
function timestamp(id: string | undefined): string | undefined {
  return /^\d+(?:\.\d+)?$/.exec(id ?? '')?.[0] ?? /^(\d+)\./.exec(id ?? '')?.[1];
}

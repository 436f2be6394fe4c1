import { z } from 'zod';
import {
  type Alert,
  type Delivery,
  defineDestination,
  displayText,
  type HttpRequest,
  type HttpResponse,
  hookUrl,
  idempotentHeaders,
  isHost,
  type JsonDocument,
  messageSetting,
  NOT_AVAILABLE,
  openOptions,
  stringify,
  withOptions,
} from '../sdk/index.ts';
import { readSlack } from './answer.ts';
import { bundleAttachment } from './bundle.ts';
import { examples } from './examples.ts';
import { type Attachment, color, type Limits, SMALL, USUAL } from './look.ts';
import { slackText } from './markup.ts';

/** Members of an attachment and of a message that Slack and compatible servers know. */
const KNOWN_OPTIONS = [
  'username',
  'channel',
  'icon_url',
  'icon_emoji',
  'fallback',
  'color',
  'pretext',
  'author_name',
  'author_link',
  'author_icon',
  'title',
  'title_link',
  'text',
  'fields',
  'image_url',
  'thumb_url',
  'footer',
  'footer_icon',
  'mrkdwn_in',
  'attachments',
];

const settings = z.object({
  hook_url: hookUrl('The address of the incoming webhook.'),
  options: openOptions(
    'A JSON object that is merged into the attachment and replaces its members.',
    KNOWN_OPTIONS,
  ),
  message: messageSetting(),
});
type SlackDelivery = Delivery<z.output<typeof settings>>;

/** Slack's incoming webhooks, and compatible servers at any host: Mattermost, Rocket.Chat and others. */
export default defineDestination({
  name: 'slack',
  title: 'Slack',
  knownToWazuh: true,
  settings,
  concurrency: 1,
  limits: {
    // "One message per second", with short bursts; a webhook that exceeds it for long is disabled.
    count: 1,
    seconds: 1,
    burst: 5,
    appliesTo: ({ hook_url }) => isHost(hook_url, /^hooks\.slack(-gov)?\.com$/),
  },
  request: (delivery) => post(delivery, message(delivery, USUAL)),
  read: readSlack,
  shrink,
  examples,
});

function post(delivery: SlackDelivery, body: string): HttpRequest {
  return {
    method: 'POST',
    url: delivery.settings.hook_url,
    headers: idempotentHeaders(delivery),
    body,
  };
}

/** The message without its long texts, if it had any and its size may have been the reason. */
function shrink(delivery: SlackDelivery, rejected: HttpResponse): HttpRequest | undefined {
  if (![400, 413, 422].includes(rejected.status)) return undefined;
  const small = message(delivery, SMALL);
  return small === message(delivery, USUAL) ? undefined : post(delivery, small);
}

/** One attachment, into which the operator's options are merged. */
function message(delivery: SlackDelivery, limits: Limits): string {
  const { alert, bundle, settings } = delivery;
  const attachment =
    bundle === undefined ? alertAttachment(alert, limits) : bundleAttachment(bundle, limits);
  return stringify({ attachments: [withOptions(attachment, settings.options)] });
}

/** The reference's message. */
function alertAttachment(alert: Alert, limits: Limits): Attachment {
  const title = displayText(alert.at('rule', 'description')) ?? NOT_AVAILABLE;
  // The reference sends null where there is no log; Slack may insist on a text.
  const text = displayText(alert.at('full_log')) ?? (limits === SMALL ? title : undefined);
  return {
    color: color(alert.level),
    pretext: 'WAZUH Alert',
    title: slackText(title, limits.title),
    text: text === undefined ? null : slackText(text, limits.text),
    fields: fields(alert, limits),
    ts: timestamp(alert.textAt('id')),
  };
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

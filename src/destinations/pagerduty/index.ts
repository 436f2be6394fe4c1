import { createHash } from 'node:crypto';
import { z } from 'zod';
import {
  type Alert,
  apiKey,
  cut,
  type Delivery,
  defineDestination,
  displayText,
  type HttpRequest,
  type HttpResponse,
  headline,
  isHost,
  isJsonObject,
  isoTime,
  JSON_HEADERS,
  type JsonDocument,
  type JsonObject,
  messageBytes,
  messageSetting,
  NOT_AVAILABLE,
  openOptions,
  optionalHookUrl,
  Secret,
  stringify,
} from '../sdk/index.ts';
import { complaints, readPagerDuty } from './answer.ts';
import { bundleDetails, bundleWithoutDetails } from './bundle.ts';
import { detailsWithin, withoutDetails } from './details.ts';
import { examples } from './examples.ts';

const EVENTS_API = 'https://events.pagerduty.com';
const ENQUEUE = '/v2/enqueue';

/** Limits of the Events API v2: characters of a summary, bytes of a whole event. */
const LONGEST_SUMMARY = 1024;
const LARGEST_EVENT = 512_000;
/** PagerDuty documents no limit for these; nobody needs more. */
const LONGEST_TEXT = 1024;

const SEVERITIES = ['critical', 'error', 'warning', 'info'] as const;

const settings = z.object({
  api_key: apiKey('The integration key of the service in PagerDuty.'),
  hook_url: optionalHookUrl(
    'The address of the Events API, for the EU or a relay. Default: `https://events.pagerduty.com`.',
  ),
  options: openOptions('A JSON object that is merged into the event and replaces its members.', [
    'routing_key',
    'event_action',
    'dedup_key',
    'payload',
    'client',
    'client_url',
    'links',
    'images',
  ]),
  message: messageSetting(),
});
type PagerDutyDelivery = Delivery<z.output<typeof settings>>;

/** PagerDuty, Events API v2: every alert triggers its own incident. */
export default defineDestination({
  name: 'pagerduty',
  title: 'PagerDuty',
  knownToWazuh: true,
  settings,
  concurrency: 2,
  limits: {
    // About 120 within any 60 seconds, bursts included.
    count: 100,
    seconds: 60,
    burst: 20,
    appliesTo: ({ hook_url }) => isHost(address(hook_url), /^events(\.eu)?\.pagerduty\.com$/),
  },
  request,
  read: readPagerDuty,
  shrink,
  examples,
});

function request(delivery: PagerDutyDelivery): HttpRequest {
  return post(
    delivery,
    withinLimit(delivery, (details) => event(delivery, details)),
  );
}

/**
 * After a rejection: where PagerDuty names a field, the same event with every required field in
 * order; else the event without its details.
 */
function shrink(delivery: PagerDutyDelivery, rejected: HttpResponse): HttpRequest | undefined {
  if (![400, 413, 422].includes(rejected.status)) return undefined;
  const field = /payload\.(summary|source|severity|timestamp)/.exec(complaints(rejected))?.[1];
  const build = (details: JsonDocument) => {
    const { payload: fields, ...others } = complete(event(delivery, details), delivery, details);
    const timestamp = field === 'timestamp' ? undefined : fields['timestamp'];
    return { ...others, payload: { ...fields, timestamp } };
  };
  const isMalformed = field !== undefined;
  const body = isMalformed
    ? withinLimit(delivery, build)
    : stringify(build(leastDetails(delivery)));
  return post(delivery, body);
}

function leastDetails({ alert, bundle }: PagerDutyDelivery): JsonDocument {
  return bundle === undefined ? withoutDetails(alert) : bundleWithoutDetails(bundle);
}

/** An event with as much of the alert, or of a bundle's examples, as PagerDuty accepts. */
function withinLimit(
  { alert, bundle }: PagerDutyDelivery,
  build: (details: JsonDocument) => Fields,
): string {
  if (bundle !== undefined) {
    const room = LARGEST_EVENT - Buffer.byteLength(stringify(build(null)));
    return stringify(build(bundleDetails(bundle, room)));
  }
  const whole = stringify(build(alert.rawJson));
  if (messageBytes(whole) <= LARGEST_EVENT) return whole;
  const rest = Buffer.byteLength(stringify(build(null)));
  return stringify(build(detailsWithin(alert, LARGEST_EVENT - rest)));
}

function post(delivery: PagerDutyDelivery, body: string): HttpRequest {
  return { method: 'POST', url: address(delivery.settings.hook_url), headers: JSON_HEADERS, body };
}

/**
 * The Events API, or `<hook_url>` instead: the whole address, for the EU
 * (`https://events.eu.pagerduty.com`) or your own relay. Without a path it gets the API's.
 * The reference ignores `<hook_url>` here.
 */
function address(hookUrl: Secret | undefined): Secret {
  const own = hookUrl?.reveal().trim() ?? '';
  if (own === '') return new Secret(`${EVENTS_API}${ENQUEUE}`);
  return new Secret(/^https?:\/\/[^/?#]+\/?$/i.test(own) ? own.replace(/\/?$/, ENQUEUE) : own);
}

type Fields = Record<string, JsonDocument | undefined>;

/** The reference's event, with a `dedup_key`; the operator's options replace whole members. */
function event(delivery: PagerDutyDelivery, details: JsonDocument): Fields {
  const { settings, key, isCanary } = delivery;
  const dedupKey = createHash('sha256').update(key).digest('hex');
  return {
    routing_key: settings.api_key.reveal(),
    event_action: 'trigger',
    // The same for every retry, so that a message that arrives twice is one incident.
    dedup_key: dedupKey,
    payload: payload(delivery, details),
    client: 'Wazuh Monitoring Service',
    client_url: 'https://wazuh.com',
    ...settings.options,
    // It resolves what never was: PagerDuty checks and accepts it, and calls nobody.
    ...(isCanary === true ? { event_action: 'resolve', dedup_key: dedupKey } : {}),
  };
}

function payload({ alert, bundle }: PagerDutyDelivery, details: JsonDocument): Fields {
  const description = displayText(alert.at('rule', 'description')) ?? NOT_AVAILABLE;
  const summary = bundle === undefined ? description : headline(bundle);
  const time = bundle === undefined ? displayText(alert.at('timestamp')) : isoTime(bundle.lastAt);
  return {
    summary: cut(summary, LONGEST_SUMMARY),
    timestamp: time,
    source: cut(source(alert), LONGEST_TEXT),
    severity: severity(bundle?.highestLevel ?? alert.level),
    group: groups(alert),
    custom_details: details,
  };
}

/** The scale that the reference intends; due to a bug it never sends more than `warning`. */
function severity(level: number): (typeof SEVERITIES)[number] {
  if (level >= 13) return 'critical';
  if (level >= 10) return 'error';
  return level >= 7 ? 'warning' : 'info';
}

/** The source of the alert: agentless alerts have no agent. Never empty. */
function source(alert: Alert): string {
  const places = [['agent', 'name'], ['agentless', 'host'], ['manager', 'name'], ['location']];
  const names = places.map((path) => displayText(alert.at(...path)));
  return names.find((name) => name !== undefined && name.trim() !== '') ?? NOT_AVAILABLE;
}

function groups(alert: Alert): string | undefined {
  const value = alert.at('rule', 'groups');
  if (!Array.isArray(value)) return value === undefined ? undefined : displayText(value);
  return cut(value.map((group) => displayText(group) ?? '').join(', '), LONGEST_TEXT);
}

/**
 * The event with a payload that the API must accept: missing, blank or invalid members are filled
 * from the alert. Descriptions can be empty, and `<options>` with a `payload` replace all of it.
 */
function complete(
  fields: Fields,
  delivery: PagerDutyDelivery,
  details: JsonDocument,
): Fields & { readonly payload: Fields } {
  const ours = payload(delivery, details);
  const own: JsonObject | Fields = isJsonObject(fields['payload']) ? fields['payload'] : {};
  const isBlank = (value: unknown) => typeof value !== 'string' || value.trim() === '';
  const summary = [own['summary'], ours['summary']].find((text) => !isBlank(text));
  const isKnown = SEVERITIES.some((known) => known === own['severity']);
  return {
    ...fields,
    payload: {
      ...ours,
      ...own,
      summary: typeof summary === 'string' ? cut(summary, LONGEST_SUMMARY) : NOT_AVAILABLE,
      source: isBlank(own['source']) ? ours['source'] : own['source'],
      severity: isKnown ? own['severity'] : ours['severity'],
    },
  };
}

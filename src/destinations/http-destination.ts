import type { Alert } from '../core/alert.ts';
import type {
  DeliveryContext,
  Destination,
  HttpRequest,
  HttpResponse,
  HttpResult,
  Job,
  ServiceLimit,
} from '../core/destination.ts';
import type { Integration } from '../core/integration.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Secret } from '../core/secret.ts';
import { VERSION } from '../core/version.ts';
import { withoutSecrets } from './scrub.ts';

/** What makes one HTTP service different from another; {@link httpDestination} does the rest. */
export interface HttpService {
  /** The `<name>` that selects it. */
  readonly name: string;
  /** For people: `Slack`. */
  readonly title: string;
  /** Settings without which it cannot work. */
  readonly requires: readonly ('hook_url' | 'api_key')[];
  /** Attempts at the same time; 1 keeps the order of the alerts. */
  readonly concurrency: number;
  /** Least seconds of an attempt when the configuration sets no timeout. */
  readonly defaultTimeout?: number;
  /** What the service allows. */
  readonly rateLimit?: ServiceLimit;
  /** Why an alert is deliberately not sent. */
  readonly skip?: (alert: Alert, integration: Integration) => string | undefined;
  /** The request for a job. Never fails because of what an alert lacks. */
  readonly request: (job: Job) => HttpRequest;
  /** What an answer means. */
  readonly read: (response: HttpResponse, now: number) => Outcome;
  /**
   * Another request for the same alert that the service may accept, asked for once after it
   * rejected the first one: usually the message without its big parts.
   */
  readonly secondTry?: (job: Job, rejected: HttpResponse) => HttpRequest | undefined;
}

/** A destination that makes one HTTP request per alert. */
export function httpDestination(service: HttpService): Destination {
  const { name, title, requires, concurrency, rateLimit, defaultTimeout, skip } = service;
  return {
    name,
    title,
    requires,
    concurrency,
    ...(rateLimit === undefined ? {} : { rateLimit }),
    ...(defaultTimeout === undefined ? {} : { defaultTimeout }),
    ...(skip === undefined ? {} : { skip }),
    plan: (job) => ({ kind: 'requests', requests: [service.request(job)] }),
    deliver: async (job, context) =>
      withoutSecrets(await attempt(service, job, context), job.integration),
  };
}

/** Seconds that one attempt may take. */
export function attemptSeconds(integration: Integration, defaultTimeout = 0): number {
  const { timeout, timeoutIsSet } = integration;
  return Math.max(timeoutIsSet ? timeout : Math.max(timeout, defaultTimeout), 1);
}

/** Headers of every JSON request: those of the reference, and who is asking. */
export const JSON_HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'application/json',
  accept: '*/*',
  'accept-charset': 'UTF-8',
  'user-agent': `integratord/${VERSION}`,
};

/** A header with which a receiver can recognise a repeated message. */
export function idempotencyHeader(job: Job): Record<string, string> {
  return { 'idempotency-key': job.key.replace(/[^\u0021-\u007e]/g, '_') };
}

async function attempt(
  service: HttpService,
  job: Job,
  { http, clock, signal }: DeliveryContext,
): Promise<Outcome> {
  const request = service.request(job);
  const unusable = mistake(service, job.integration, request);
  if (unusable !== undefined) return unusable;

  const deadline =
    clock.monotonic() + attemptSeconds(job.integration, service.defaultTimeout) * 1000;
  const send = (one: HttpRequest): Promise<HttpResult> =>
    http.send(one, { timeoutMs: deadline - clock.monotonic(), signal });

  const result = await send(request);
  const outcome = read(service, result, clock.now());
  if (!result.ok || outcome.kind !== 'reject' || deadline <= clock.monotonic()) return outcome;
  const second = service.secondTry?.(job, result);
  if (second === undefined) return outcome;
  return read(service, await send(second), clock.now());
}

function read(service: HttpService, result: HttpResult, now: number): Outcome {
  if (result.ok) return service.read(result, now);
  const repeat = result.mayHaveArrived
    ? ' The message may have arrived all the same; it is sent again.'
    : ' It is sent again.';
  return { kind: 'retry', reason: result.reason, message: `${result.message}${repeat}` };
}

/** Settings with which no attempt makes sense. */
function mistake(
  service: HttpService,
  integration: Integration,
  request: HttpRequest,
): Outcome | undefined {
  const values = { hook_url: integration.hookUrl, api_key: integration.apiKey };
  const missing = service.requires.find((setting) => (values[setting]?.reveal() ?? '') === '');
  const message =
    missing !== undefined
      ? `${service.title} needs <${missing}>, and this integration has none. Set it and reload.`
      : isWebAddress(request.url.reveal())
        ? undefined
        : '<hook_url> is no address that begins with http:// or https://. Correct it and reload.';
  return message === undefined ? undefined : { kind: 'park', reason: 'client_error', message };
}

function isWebAddress(text: string): boolean {
  return ['http:', 'https:'].includes(parseUrl(text)?.protocol ?? '');
}

/** Whether an address leads to a host. */
export function isHost(address: Secret | undefined, host: RegExp): boolean {
  return host.test(parseUrl(address?.reveal() ?? '')?.hostname ?? '');
}

function parseUrl(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

import type { Alert } from '../../alert/alert.ts';
import type { JsonDocument } from '../../alert/json.ts';
import type {
  DeliveryContext,
  Destination,
  HttpFailure,
  HttpRequest,
  HttpResponse,
  HttpResult,
  Job,
  ServiceLimit,
} from '../../core/destination.ts';
import type { Integration } from '../../core/integration.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { Secret } from '../../core/secret.ts';
import { VERSION } from '../../core/version.ts';
import { classifyHttp, type Service } from './classify-http.ts';
import { withoutSecrets } from './scrub.ts';

/** What all HTTP services have in common. */
interface WebService {
  /** The `<name>` that selects it. */
  readonly name: string;
  /** The display name: `Slack`. */
  readonly title: string;
  /** Required settings. */
  readonly requires: readonly ('hook_url' | 'api_key')[];
  /** Concurrent attempts; 1 keeps the order of the alerts. */
  readonly concurrency: number;
  /** Minimum seconds per attempt when the configuration sets no timeout. */
  readonly defaultTimeout?: number;
  /** The service's rate limit. */
  readonly rateLimit?: ServiceLimit;
  /** Why an alert is deliberately not sent. */
  readonly skip?: (alert: Alert, integration: Integration) => string | undefined;
  /** Why its own settings are invalid, worded like {@link Destination.problem}. */
  readonly problem?: (integration: Integration) => string | undefined;
  /** The request for a job. Never fails because of missing fields. */
  readonly request: (job: Job) => HttpRequest;
}

/** What distinguishes one HTTP service from another; {@link httpDestination} does the rest. */
export interface HttpService extends WebService {
  /** Interprets an answer. */
  readonly read: (response: HttpResponse, now: number) => Outcome;
  /**
   * Another request for the same alert that the service may accept, called once after it
   * rejected the first one: usually the message without its big parts.
   */
  readonly secondTry?: (job: Job, rejected: HttpResponse) => HttpRequest | undefined;
}

/** A service that needs several requests per alert. */
export interface SessionService extends WebService {
  /** Makes one attempt. Only called with valid settings. */
  readonly exchange: (
    job: Job,
    session: RequestSession,
    context: DeliveryContext,
  ) => Promise<Outcome>;
}

/** The requests of one attempt: together they share the attempt's timeout. */
export interface RequestSession {
  /**
   * Sends a request within the remaining time.
   * @param bodyCap maximum bytes of the answer to read, where it may be long.
   */
  send(request: HttpRequest, bodyCap?: number): Promise<HttpResult>;
  /** True when no time is left. */
  isOver(): boolean;
}

/** A destination that makes one HTTP request per alert. */
export function httpDestination(service: HttpService): Destination {
  return sessionDestination({
    ...service,
    exchange: (job, session, context) => exchange(service, job, session, context),
  });
}

/** A destination that makes several HTTP requests per alert. */
export function sessionDestination(service: SessionService): Destination {
  const { name, title, requires, concurrency, rateLimit, defaultTimeout, skip, problem } = service;
  return {
    name,
    title,
    requires,
    concurrency,
    ...(rateLimit === undefined ? {} : { rateLimit }),
    ...(defaultTimeout === undefined ? {} : { defaultTimeout }),
    ...(skip === undefined ? {} : { skip }),
    ...(problem === undefined ? {} : { problem }),
    plan: (job) => ({ kind: 'requests', requests: [service.request(job)] }),
    deliver: async (job, context) => {
      const { integration } = job;
      const session = startSession(integration, context, defaultTimeout);
      const outcome =
        mistake(service, integration) ?? (await service.exchange(job, session, context));
      return withoutSecrets(outcome, integration);
    },
  };
}

/** Starts the clock of an attempt. */
export function startSession(
  integration: Integration,
  { http, clock, signal }: Pick<DeliveryContext, 'http' | 'clock' | 'signal'>,
  defaultTimeout?: number,
): RequestSession {
  const deadline = clock.monotonic() + attemptSeconds(integration, defaultTimeout) * 1000;
  const left = () => deadline - clock.monotonic();
  return {
    isOver: () => left() <= 0,
    async send(request, bodyCap) {
      const timeoutMs = left();
      if (timeoutMs <= 0) return TOO_LATE;
      return await http.send(request, { timeoutMs, signal, bodyCap });
    },
  };
}

const TOO_LATE: HttpFailure = {
  ok: false,
  reason: 'timeout',
  message: 'The time for this attempt ran out before its last request; <timeout> sets it.',
  mayHaveArrived: false,
};

/** The timeout of one attempt, in seconds. */
export function attemptSeconds(integration: Integration, defaultTimeout = 0): number {
  const { timeout, timeoutIsSet } = integration;
  return Math.max(timeoutIsSet ? timeout : Math.max(timeout, defaultTimeout), 1);
}

/** Headers of every JSON request: those of the reference, and a user agent. */
export const JSON_HEADERS = {
  'content-type': 'application/json',
  accept: '*/*',
  'accept-charset': 'UTF-8',
  'user-agent': `integratord/${VERSION}`,
};

/** Those headers, and one that lets a receiver recognise a repeated message. */
export function idempotentHeaders(job: Job): Record<string, string> {
  // Written out: an object built by spreading another costs several times as much.
  return {
    'content-type': JSON_HEADERS['content-type'],
    accept: JSON_HEADERS.accept,
    'accept-charset': JSON_HEADERS['accept-charset'],
    'user-agent': JSON_HEADERS['user-agent'],
    'idempotency-key': job.key.replace(/[^\u0021-\u007e]/g, '_'),
  };
}

/** A message with the operator's `<options>`, which replace members of the same name. */
export function withOptions(message: Message, { options }: Integration): Message {
  // Few operators set them, and a copy costs as much as the message.
  return Object.keys(options ?? {}).length === 0 ? message : { ...message, ...options };
}
type Message = Readonly<Record<string, JsonDocument | undefined>>;

async function exchange(
  service: HttpService,
  job: Job,
  session: RequestSession,
  { clock }: DeliveryContext,
): Promise<Outcome> {
  const read = (result: HttpResult) =>
    result.ok ? service.read(result, clock.now()) : unanswered(result, 'It will be retried.');
  const result = await session.send(service.request(job));
  const outcome = read(result);
  if (!result.ok || outcome.kind !== 'reject' || session.isOver()) return outcome;
  const second = service.secondTry?.(job, result);
  return second === undefined ? outcome : read(await session.send(second));
}

/**
 * The outcome when a message got no answer.
 * @param next what happens next, as a sentence.
 */
export function unanswered(result: HttpFailure, next: string): Outcome {
  const { reason, message, mayHaveArrived } = result;
  const doubt = mayHaveArrived ? ' The message may have arrived anyway.' : '';
  return { kind: 'retry', reason, message: `${message}${doubt} ${next}` };
}

/**
 * What the failure of a request that precedes the message means: an outcome where the message
 * itself would also fail or must wait, undefined where only the answer is missing.
 */
export function failedLookup(
  result: HttpResult,
  service: Service,
  now: number,
): Outcome | undefined {
  if (!result.ok) {
    const message = `${result.message} Nothing was sent yet; it will be retried.`;
    return { kind: 'retry', reason: result.reason, message };
  }
  const { status } = result;
  const accessDenied = [401, 403, 407].includes(status) || (status >= 300 && status < 400);
  const isForLater = [408, 425, 429].includes(status) || status < 200 || status >= 500;
  return accessDenied || isForLater ? classifyHttp(result, service, now) : undefined;
}

/** The outcome for settings that cannot work. */
function mistake(service: WebService, integration: Integration): Outcome | undefined {
  const problem = whyUnusable(service, integration) ?? service.problem?.(integration);
  if (problem === undefined) return undefined;
  const message = `${problem}. Correct the configuration and reload.`;
  return { kind: 'park', reason: 'client_error', message };
}

/**
 * Why the common settings cannot work for this destination, as a sentence without its
 * full stop; undefined when they can.
 */
export function whyUnusable(
  { title, requires }: Pick<Destination, 'title' | 'requires'>,
  { hookUrl, apiKey }: Integration,
): string | undefined {
  const values = { hook_url: hookUrl?.reveal() ?? '', api_key: apiKey?.reveal() ?? '' };
  const missing = requires.find((setting) => values[setting].trim() === '');
  if (missing !== undefined)
    return `${title} needs <${missing}>, and this integration does not set it`;
  if (values.hook_url.trim() === '' || isWebAddress(values.hook_url)) return undefined;
  return '<hook_url> must begin with http:// or https://';
}

/** Why a key cannot be sent in a header, worded like {@link whyUnusable}. */
export function whyUnsendable({ apiKey }: Integration): string | undefined {
  const isOdd = /[^\u0021-\u007e]/.test(apiKey?.reveal().trim() ?? '');
  return isOdd ? '<api_key> contains spaces or characters that are never part of a key' : undefined;
}

function isWebAddress(text: string): boolean {
  return ['http:', 'https:'].includes(parseUrl(text)?.protocol ?? '');
}

/** Whether an address points to a host. */
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

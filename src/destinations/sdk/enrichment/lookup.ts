import type { JsonObject } from '../../../alert/json.ts';
import type { DeliveryContext, HttpRequest, HttpResponse } from '../../../core/destination.ts';
import type { QuotaLimits } from '../../../core/enrichment.ts';
import type { AttemptDetail, Outcome } from '../../../core/outcome.ts';
import { Scrubber } from '../../../core/secret.ts';
import { excerptOf } from '../classify-http.ts';
import { firstJson } from '../first-json.ts';
import { unanswered } from '../request-session.ts';
import { SingleFlight } from './single-flight.ts';

/** A lookup at a service. */
export interface Lookup {
  /** The account: see `accountName`. Answers, quota and running lookups are kept per account. */
  readonly account: string;
  /** The key of the account; it is removed from answers that repeat it. */
  readonly key: string;
  /** What is looked up: `file:<hash>`. */
  readonly subject: string;
  readonly request: HttpRequest;
  readonly quota: QuotaLimits;
  /** True for an answer of {@link Lookup.read} that says that the service knows nothing. */
  readonly isNothing: (answer: JsonObject) => boolean;
  /** Interprets an answer. */
  readonly read: (response: HttpResponse, now: number) => Reading;
}

/** What a service's answer means. */
export type Reading =
  /** It answered the lookup. Cached for `ttlMs` milliseconds. */
  | { readonly kind: 'answer'; readonly answer: JsonObject; readonly ttlMs: number }
  /** The service says that the quota is used up until this time (milliseconds since 1970). */
  | { readonly kind: 'exhausted'; readonly until: number; readonly message: string }
  | { readonly kind: 'failed'; readonly outcome: Outcome };

/** The result of a lookup. */
export type LookupResult =
  | { readonly kind: 'answer'; readonly answer: JsonObject; readonly detail: AttemptDetail }
  /** No lookups are possible for now. `firstReport` for the first to hear it from the service. */
  | { readonly kind: 'wait'; readonly outcome: Outcome; readonly firstReport: boolean }
  | { readonly kind: 'failed'; readonly outcome: Outcome };

/** Answers can be long: a report lists the results of seventy engines. In bytes. */
const BODY_CAP = 4 * 1024 * 1024;

/** Shorter keys are not searched for in answers: they would match ordinary words. */
const SHORTEST_KEY = 16;

/** The shared result of a lookup, before each waiting caller turns it into its own. */
type Asked =
  | { readonly kind: 'none left'; readonly until: number }
  | { readonly kind: 'no answer'; readonly outcome: Outcome }
  | { readonly kind: 'read'; readonly reading: Reading; readonly detail: AttemptDetail };

const underWay = new SingleFlight<Asked>();

/**
 * Looks something up at a service. Known answers come from the cache; the same lookup runs only once,
 * however many callers wait for it; and every lookup is taken from the quota before it is sent.
 * Failures are not cached.
 * @param timeoutMs for the request; with 0 or less only the cache is consulted.
 */
export async function lookUp(
  question: Lookup,
  context: DeliveryContext,
  timeoutMs: number,
): Promise<LookupResult> {
  const { account, quota } = question;
  const cacheKey = `${account}:${question.subject}`;
  const known = firstJson(context.cache.get(cacheKey) ?? '');
  if (known !== undefined) {
    context.lookedUp?.(question.isNothing(known) ? 'negative' : 'hit');
    return { kind: 'answer', answer: known, detail: {} };
  }
  context.lookedUp?.('miss');
  const asked = await underWay.run(cacheKey, () => ask(question, cacheKey, context, timeoutMs));
  switch (asked.kind) {
    case 'none left':
      return {
        kind: 'wait',
        firstReport: false,
        outcome: waiting(asked.until, quotaExhausted(quota)),
      };
    case 'no answer':
      return { kind: 'failed', outcome: asked.outcome };
    case 'read':
      return found(asked.reading, asked.detail, account, context);
  }
}

async function ask(
  { account, key, request, quota, read }: Lookup,
  cacheKey: string,
  { cache, clock, http, quota: quotas, signal }: DeliveryContext,
  timeoutMs: number,
): Promise<Asked> {
  if (timeoutMs <= 0) return noTime();
  const until = quotas.take(account, quota);
  if (until > 0) return { kind: 'none left', until };
  const result = await http.send(request, { timeoutMs, signal, bodyCap: BODY_CAP });
  if (!result.ok) {
    // A question that is asked twice does no harm.
    const outcome = unanswered({ ...result, mayHaveArrived: false }, 'It will be retried.');
    return { kind: 'no answer', outcome };
  }
  const scrubber = new Scrubber(key.length < SHORTEST_KEY ? [] : [key]);
  const response = { ...result, body: scrubber.scrub(result.body) };
  const reading = read(response, clock.now());
  if (reading.kind === 'answer') cache.set(cacheKey, JSON.stringify(reading.answer), reading.ttlMs);
  return {
    kind: 'read',
    reading,
    detail: { status: response.status, excerpt: excerptOf(response) },
  };
}

function noTime(): Asked {
  const message =
    'The time for this attempt ran out before its last lookup; <timeout> sets it. The next attempt continues from there.';
  return { kind: 'no answer', outcome: { kind: 'retry', reason: 'timeout', message } };
}

function found(
  reading: Reading,
  detail: AttemptDetail,
  account: string,
  { quota }: DeliveryContext,
): LookupResult {
  switch (reading.kind) {
    case 'answer':
      return { kind: 'answer', answer: reading.answer, detail };
    case 'exhausted': {
      const { until, message } = reading;
      const firstReport = quota.exhausted(account, until);
      return { kind: 'wait', firstReport, outcome: { ...waiting(until, message), ...detail } };
    }
    case 'failed':
      return { kind: 'failed', outcome: reading.outcome };
  }
}

function waiting(until: number, message: string): Outcome {
  return { kind: 'wait', reason: 'rate_limited', until, message };
}

function quotaExhausted({ perMinute, perDay }: QuotaLimits): string {
  const daily = Number.isFinite(perDay) ? ` and ${perDay} a day` : '';
  return `The quota of ${perMinute} lookups a minute${daily} is used up, or the service asked for a pause. The alerts wait for new quota; the quota setting changes it.`;
}

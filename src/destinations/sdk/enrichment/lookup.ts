import type { JsonObject } from '../../../alert/json.ts';
import type { DeliveryContext, HttpRequest, HttpResponse } from '../../../core/destination.ts';
import type { QuotaLimits } from '../../../core/enrichment.ts';
import type { AttemptDetail, Outcome } from '../../../core/outcome.ts';
import { Scrubber } from '../../../core/secret.ts';
import { excerptOf } from '../classify-http.ts';
import { firstJson } from '../first-json.ts';
import { SingleFlight } from './single-flight.ts';

/** A question to a service. */
export interface Lookup {
  /** Who asks: see `accountName`. Answers, quota and questions under way are kept by it. */
  readonly account: string;
  /** The key of the account; answers that repeat it are cleaned of it. */
  readonly key: string;
  /** What it is about: `file:<hash>`. */
  readonly subject: string;
  readonly request: HttpRequest;
  readonly quota: QuotaLimits;
  /** What an answer means. */
  readonly read: (response: HttpResponse, now: number) => Reading;
}

/** What a service's answer means. */
export type Reading =
  /** It answered the question. Kept for so long. */
  | { readonly kind: 'answer'; readonly answer: JsonObject; readonly ttlMs: number }
  /** It says that the quota is used up until this time (milliseconds since 1970). */
  | { readonly kind: 'exhausted'; readonly until: number; readonly message: string }
  | { readonly kind: 'failed'; readonly outcome: Outcome };

/** What became of a question. */
export type LookupResult =
  | { readonly kind: 'answer'; readonly answer: JsonObject; readonly detail: AttemptDetail }
  /** Nothing can be asked for the time being. `firstReport` for the first to hear it from the service. */
  | { readonly kind: 'wait'; readonly outcome: Outcome; readonly firstReport: boolean }
  | { readonly kind: 'failed'; readonly outcome: Outcome };

/** Answers can be long: a report holds the words of seventy engines. In bytes. */
const BODY_CAP = 4 * 1024 * 1024;

/** Shorter keys are not looked for in answers: they would match ordinary words. */
const SHORTEST_KEY = 16;

/** A result of a question, before each of those who wait for it makes something of it. */
type Asked =
  | { readonly kind: 'none left'; readonly until: number }
  | { readonly kind: 'no answer'; readonly outcome: Outcome }
  | { readonly kind: 'read'; readonly reading: Reading; readonly detail: AttemptDetail };

const underWay = new SingleFlight<Asked>();

/**
 * Asks a service: what is known already comes from the cache; the same question is asked once,
 * however many wait for its answer; and every question is taken from the quota before it is asked.
 * Failures are not kept.
 * @param timeoutMs for the request; with none left only the cache is looked at.
 */
export async function lookUp(
  question: Lookup,
  context: DeliveryContext,
  timeoutMs: number,
): Promise<LookupResult> {
  const { account, quota } = question;
  const cacheKey = `${account}:${question.subject}`;
  const known = firstJson(context.cache.get(cacheKey) ?? '');
  if (known !== undefined) return { kind: 'answer', answer: known, detail: {} };
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
    const message = `${result.message} It is asked again.`;
    return { kind: 'no answer', outcome: { kind: 'retry', reason: result.reason, message } };
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
    'The time of this attempt was used up before its last question; <timeout> sets it. It goes on from there.';
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
  return `The quota of ${perMinute} questions a minute${daily} is used up, or the service asked for a pause. The alerts wait until there is one again; the setting quota changes it.`;
}

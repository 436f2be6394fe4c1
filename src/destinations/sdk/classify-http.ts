import type { HttpResponse } from '../../core/destination.ts';
import type { FailureReason, Outcome } from '../../core/outcome.ts';
import { retryAt } from './retry-after.ts';
import { printable, wholeCharacters } from './text.ts';

/** Longest part of an answer or output that is kept, in characters. */
export const LONGEST_EXCERPT = 2000;

/** What the common rules need to know about a service. */
export interface Service {
  /** The display name: `Slack`. */
  readonly title: string;
  /** The setting that grants access: what to check when the service refuses us. */
  readonly credential: 'hook_url' | 'api_key';
  /** What to do when the credential is refused. */
  readonly advice: string;
}

/** A failure as the service's own rules classify it, before status, excerpt and time are added. */
export interface Failure {
  readonly kind: 'retry' | 'park' | 'reject';
  readonly reason: FailureReason;
  readonly message: string;
  /** Only for `retry`: the quick retries are the only ones. */
  readonly quickOnly?: boolean;
}

/**
 * What an answer means by its status alone: the rules for every webhook. A service's own
 * rules come first, where its text says more than the status.
 */
export function classifyHttp(response: HttpResponse, service: Service, now: number): Outcome {
  const { status } = response;
  if (status >= 200 && status < 300) return delivered(response);
  return failed(response, failureByStatus(response, service), now);
}

/** The outcome `delivered`, with the service's answer. */
export function delivered(response: HttpResponse): Outcome {
  return { kind: 'delivered', status: response.status, excerpt: excerptOf(response) };
}

/** The outcome of a failure, with status, excerpt and the retry time the service asked for. */
export function failed(response: HttpResponse, failure: Failure, now: number): Outcome {
  const { kind, reason, message } = failure;
  const detail = { reason, status: response.status, message, excerpt: excerptOf(response) };
  if (kind !== 'retry') return { kind, ...detail };
  const notBefore = retryAt(response, now);
  return {
    kind,
    ...detail,
    ...(notBefore === undefined ? {} : { notBefore }),
    ...(failure.quickOnly === true ? { quickOnly: true } : {}),
  };
}

function failureByStatus(response: HttpResponse, service: Service): Failure {
  const { status } = response;
  const { title, credential, advice } = service;
  switch (status) {
    case 408:
    case 425:
      return {
        kind: 'retry',
        reason: 'timeout',
        message: `${title} timed out waiting for the request (HTTP ${status}). It will be retried.`,
      };
    case 429:
      return {
        kind: 'retry',
        reason: 'rate_limited',
        message: `${title} says: too many messages (HTTP 429). It will be retried later; a rate limit for this integration would avoid this.`,
      };
    case 401:
    case 403:
      return {
        kind: 'park',
        reason: 'auth',
        message: `${title} refused access (HTTP ${status}): <${credential}> is wrong or no longer valid. ${advice}`,
      };
    case 404:
    case 410:
      return {
        kind: 'park',
        reason: 'auth',
        message: `${title} does not know this address (HTTP ${status}): it is mistyped, or was removed or disabled. ${advice}`,
      };
    case 407:
      return {
        kind: 'park',
        reason: 'auth',
        message:
          'A proxy that stands in between wants a login (HTTP 407), but none is set for this address. Set HTTPS_PROXY (HTTP_PROXY for http://) to http://user:password@host:port, and restart.',
      };
  }
  if (status >= 300 && status < 400) {
    return { kind: 'park', reason: 'client_error', message: redirected(response, title) };
  }
  if (status >= 400 && status < 500) {
    return {
      kind: 'reject',
      reason: 'client_error',
      message: `${title} does not accept this message (HTTP ${status}). See the answer for the reason, and check <options> if they are set.`,
    };
  }
  return {
    kind: 'retry',
    reason: 'server_error',
    message:
      status >= 500 && status < 600
        ? `Server error on ${title}'s side (HTTP ${status}). It will be retried.`
        : `${title} answered with an unexpected status (HTTP ${status}). It will be retried.`,
  };
}

/** Says what kind of redirect it is; never its target, which may contain a key. */
function redirected(response: HttpResponse, title: string): string {
  const location = response.headers['location']?.trim() ?? '';
  const hint = /^https:/i.test(location)
    ? 'It points to an https:// address: <hook_url> probably begins with http:// by mistake.'
    : /^http:/i.test(location)
      ? 'It points to an http:// address.'
      : 'It points to another path of the same server: perhaps a login page, or a missing or extra slash.';
  return `${title} redirects to another address (HTTP ${response.status}), and redirects are not followed, since the alert could be sent to the wrong place. ${hint} Set <hook_url> to the final address.`;
}

/** The part of an answer that is shown to the operator; undefined when it is empty. */
export function excerptOf(response: HttpResponse): string | undefined {
  const text = printable(response.body.trim());
  return text === '' ? undefined : text;
}

/**
 * The outcome with an excerpt of at most {@link LONGEST_EXCERPT}: the beginning, and for longer
 * text also the end, where scripts usually say what went wrong. Of a script its whole output stays beside
 * it then.
 */
export function withShortExcerpt(outcome: Outcome): Outcome {
  const { excerpt } = outcome;
  if (excerpt === undefined || excerpt.length <= LONGEST_EXCERPT) {
    if (outcome.output === undefined) return outcome;
    const { output: _, ...rest } = outcome;
    return rest;
  }
  const half = LONGEST_EXCERPT / 2;
  const gap = '\n…\n';
  const head = wholeCharacters(excerpt, half - gap.length);
  const tail = excerpt.slice(-half).replace(/^[\udc00-\udfff]/, '');
  return { ...outcome, excerpt: head + gap + tail };
}

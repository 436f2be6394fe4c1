import { valueAt } from '../../alert/json.ts';
import type { HttpResponse } from '../../core/destination.ts';
import { firstJson } from './first-json.ts';

const SECOND = 1000;
/** Limits of the wait, in milliseconds: "now" still waits a moment, "tomorrow" is retried sooner. */
const SHORTEST_MS = SECOND;
const LONGEST_MS = 60 * 60 * SECOND;

/**
 * When a service wants the next request, in milliseconds since 1970, or undefined when it does not
 * say. Read from `Retry-After` (seconds or an HTTP date, RFC 9110 section 10.2.3), then from
 * `retry_after` or `parameters.retry_after` in a JSON body (seconds), and limited to between one second
 * and one hour from now.
 */
export function retryAt(response: HttpResponse, now: number): number | undefined {
  const wait = fromHeader(response.headers['retry-after'], now) ?? fromBody(response.body);
  if (wait === undefined) return undefined;
  return now + Math.min(Math.max(wait, SHORTEST_MS), LONGEST_MS);
}

/** Milliseconds to wait; may be negative for a date that has passed. */
function fromHeader(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  const text = value.trim();
  const seconds = asSeconds(text);
  if (seconds !== undefined) return seconds * SECOND;
  // Every form of an HTTP date begins with the name of a day.
  if (!/^[a-z]{3}/i.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : date - now;
}

function fromBody(body: string): number | undefined {
  const json = firstJson(body);
  const hint = valueAt(json, 'retry_after') ?? valueAt(json, 'parameters', 'retry_after');
  if (typeof hint !== 'number' && typeof hint !== 'string') return undefined;
  const seconds = asSeconds(String(hint));
  return seconds === undefined ? undefined : seconds * SECOND;
}

function asSeconds(text: string): number | undefined {
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}

import type {
  DeliveryContext,
  HttpClient,
  HttpRequest,
  HttpResponse,
  HttpResult,
  ScriptResult,
  ScriptRunner,
} from '../../src/core/destination.ts';
import { memoryCache, memoryQuota } from '../../src/core/quota.ts';
import { FakeClock } from './fake-clock.ts';

/** An answer as the HTTP client hands it on. */
export function response(
  status: number,
  body = '',
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  return { ok: true, status, headers, body, truncated: false };
}

/** A client that gives these results in order, and repeats the last. */
export class FakeHttp implements HttpClient {
  readonly requests: HttpRequest[] = [];
  readonly limits: { timeoutMs: number; signal: AbortSignal }[] = [];
  readonly #results: readonly HttpResult[];

  constructor(...results: HttpResult[]) {
    this.#results = results;
  }

  async send(
    request: HttpRequest,
    limits: { timeoutMs: number; signal: AbortSignal },
  ): Promise<HttpResult> {
    const result = this.#results[Math.min(this.requests.length, this.#results.length - 1)];
    this.requests.push(request);
    this.limits.push(limits);
    if (result === undefined) throw new Error('no result was prepared');
    return result;
  }

  /** The bodies that were sent, as JSON values. */
  get bodies(): unknown[] {
    return this.requests.map(({ body }) => JSON.parse(body ?? 'null') as unknown);
  }
}

/** A runner with one prepared result. */
export function fakeScripts(result: ScriptResult): ScriptRunner {
  return { run: async () => result };
}

/** A context for one attempt; what a test does not give is not meant to be used. */
export function aContext(given: Partial<DeliveryContext> = {}): DeliveryContext {
  const clock = given.clock ?? new FakeClock();
  return {
    http: new FakeHttp(),
    scripts: fakeScripts({ kind: 'refused', message: 'no script was expected' }),
    cache: memoryCache(clock),
    quota: memoryQuota(clock),
    clock,
    signal: new AbortController().signal,
    ...given,
  };
}

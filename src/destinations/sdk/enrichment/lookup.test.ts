import { describe, expect, it } from 'vitest';
import { builtin } from '../../../../test/support/builtin.ts';
import { FakeClock } from '../../../../test/support/fake-clock.ts';
import { aContext, FakeHttp, response } from '../../../../test/support/fake-transports.ts';
import { aJob, anAlert, anIntegration } from '../../../../test/support/jobs.ts';
import type { HttpClient, HttpRequest, HttpResult, Job } from '../../../core/destination.ts';
import type { AnswerCache } from '../../../core/enrichment.ts';
import type { Integration } from '../../../core/integration.ts';
import type { Outcome } from '../../../core/outcome.ts';
import { memoryCache, memoryQuota, type QuotaState, quotaOver } from '../../../core/quota.ts';
import { Secret } from '../../../core/secret.ts';

const virustotal = builtin('virustotal');

const KEY = 'e93facc04764012d7bfb002500d5d1a6e93facc04764012d7bfb002500d5d1a6';
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const PLENTY = { own: { quota: { per_minute: 6000, per_day: 1_000_000 } } };
const NOON = Date.UTC(2026, 7, 20, 12);

function integration(overrides: Partial<Integration> = {}): Integration {
  return anIntegration({ name: 'virustotal', apiKey: new Secret(KEY), ...overrides });
}

const hashOf = (file: number) => file.toString(16).padStart(32, 'a');

/** The job for an alert about one of many files. */
function job(file: number, one = integration(), alert = file): Job {
  const syscheck = { path: `/f${file}`, md5_after: hashOf(file) };
  return aJob(anAlert({ id: `${alert}`, syscheck }), one);
}

const FOUND = response(
  200,
  JSON.stringify({ data: { attributes: { last_analysis_stats: { malicious: 1 } } } }),
);
const UNKNOWN = response(404, '{"error":{"code":"NotFoundError","message":"not found"}}');
const BUSY = (headers = {}, message = 'Quota exceeded') =>
  response(429, JSON.stringify({ error: { code: 'QuotaExceededError', message } }), headers);

/** A service that answers when it is told to. */
class SlowHttp implements HttpClient {
  readonly requests: HttpRequest[] = [];
  readonly #waiting: ((result: HttpResult) => void)[] = [];

  send(request: HttpRequest): Promise<HttpResult> {
    this.requests.push(request);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  answer(result: HttpResult): void {
    for (const resolve of this.#waiting.splice(0)) resolve(result);
  }
}

const until = (outcome: Outcome) => (outcome.kind === 'wait' ? outcome.until : undefined);

describe('a thousand alerts about fifty files', () => {
  const alerts = Array.from({ length: 1000 }, (_, at) => job((at * 7) % 50, undefined, at));
  const jobs = alerts.map((one) => ({ ...one, integration: integration({ settings: PLENTY }) }));

  function summary(outcomes: readonly Outcome[], { requests }: { requests: HttpRequest[] }) {
    const ids = outcomes.flatMap(({ events = [] }) =>
      events.map(({ message }) => JSON.stringify(message).match(/"alert_id":"(\d+)"/)?.[1]),
    );
    return {
      kinds: [...new Set(outcomes.map(({ kind }) => kind))],
      alertsTold: new Set(ids).size,
      events: ids.length,
      requests: requests.length,
      addresses: new Set(requests.map(({ url }) => url.reveal())).size,
    };
  }
  /** Each alert gets its own event, though the questions are shared. */
  const expected = {
    kinds: ['delivered'],
    alertsTold: 1000,
    events: 1000,
    requests: 50,
    addresses: 50,
  };

  it('cost fifty questions when they come one after the other', async () => {
    const http = new FakeHttp(FOUND);
    const context = aContext({ http });
    const outcomes: Outcome[] = [];
    for (const one of jobs) outcomes.push(await virustotal.deliver(one, context));
    expect(summary(outcomes, http)).toEqual(expected);
  });

  it('cost fifty questions when they come all at once', async () => {
    const http = new SlowHttp();
    const context = aContext({ http });
    const under = jobs.map((one) => virustotal.deliver(one, context));
    http.answer(FOUND);
    expect(summary(await Promise.all(under), http)).toEqual(expected);
  });
});

describe('what is kept of answers', () => {
  /** Asks about one file at these times; returns at which of them the service was asked. */
  async function askedAt(result: HttpResult, hours: readonly number[], one = integration()) {
    const clock = new FakeClock();
    const http = new FakeHttp(result);
    const context = aContext({ http, clock });
    const asked: number[] = [];
    let now = 0;
    for (const hour of hours) {
      clock.tick((hour - now) * HOUR);
      now = hour;
      const before = http.requests.length;
      await virustotal.deliver(job(1, one), context);
      if (http.requests.length > before) asked.push(hour);
    }
    return asked;
  }

  it('is kept for a day when the file is known, for an hour when it is not', async () => {
    expect(await askedAt(FOUND, [0, 1, 23.9, 24, 30, 48.1])).toEqual([0, 24, 48.1]);
    expect(await askedAt(UNKNOWN, [0, 0.5, 0.99, 1, 1.5, 2.1])).toEqual([0, 1, 2.1]);
  });

  it('is told apart: asked, known, and known to be nothing', async () => {
    const told: string[] = [];
    const context = aContext({ http: new FakeHttp(FOUND), lookedUp: (one) => told.push(one) });
    for (let n = 0; n < 2; n += 1) await virustotal.deliver(job(1), context);
    const nothing = { ...context, http: new FakeHttp(UNKNOWN) };
    for (let n = 0; n < 2; n += 1) await virustotal.deliver(job(2), nothing);
    expect(told).toEqual(['miss', 'hit', 'miss', 'negative']);
  });

  it('is kept as long as the settings say', async () => {
    const one = integration({
      settings: { own: { cache: { found_hours: 2, not_found_hours: 0.5 } } },
    });
    expect(await askedAt(FOUND, [0, 1.9, 2], one)).toEqual([0, 2]);
    expect(await askedAt(UNKNOWN, [0, 0.4, 0.5], one)).toEqual([0, 0.5]);
  });

  it('is not kept when it was a failure', async () => {
    expect(await askedAt(response(500), [0, 0.01, 0.02])).toEqual([0, 0.01, 0.02]);
    expect(await askedAt(response(200, 'garbage'), [0, 0.01])).toEqual([0, 0.01]);
  });

  it('is shared by blocks with the same account, and by no others', async () => {
    const http = new FakeHttp(FOUND);
    const context = aContext({ http });
    const asks = async (overrides: Partial<Integration>) => {
      const before = http.requests.length;
      await virustotal.deliver(job(1, integration({ settings: PLENTY, ...overrides })), context);
      return http.requests.length - before;
    };
    expect(await asks({})).toBe(1);
    expect(await asks({ id: 'virustotal#2' })).toBe(0);
    expect(await asks({ apiKey: new Secret('another-key-of-someone-else') })).toBe(1);
    expect(await asks({ hookUrl: new Secret('https://gateway.test') })).toBe(1);
    expect(await asks({ options: { api_version: 2 } })).toBe(1);
  });

  it('holds for a hash however it is written', async () => {
    const http = new FakeHttp(FOUND);
    const context = aContext({ http });
    for (const md5 of ['ABCDEF0123456789'.repeat(2), 'abcdef0123456789'.repeat(2)]) {
      const alert = anAlert({ syscheck: { md5_after: md5 } });
      const { events } = await virustotal.deliver(aJob(alert, integration()), context);
      // Each alert is told with the hash as it has it.
      expect(JSON.stringify(events)).toContain(md5);
    }
    expect(http.requests).toHaveLength(1);
  });

  it('names neither key nor address', async () => {
    const keys: string[] = [];
    const texts: string[] = [];
    const cache: AnswerCache = {
      get: (key) => {
        keys.push(key);
        return undefined;
      },
      set: (key, text) => {
        keys.push(key);
        texts.push(text);
      },
    };
    const states = new Map<string, QuotaState>();
    const quota = quotaOver(
      { read: (name) => states.get(name), write: (name, state) => states.set(name, state) },
      new FakeClock(),
    );
    const one = integration({ hookUrl: new Secret('https://user:secretpassword@gateway.test') });
    for (const http of [new FakeHttp(FOUND), new FakeHttp(response(401))]) {
      await virustotal.deliver(job(1, one), aContext({ http, cache, quota }));
    }
    expect(keys[0]).toMatch(/^virustotal:[0-9a-f]{24}:file:[0-9a-f]{32}$/);
    expect(texts).toHaveLength(1);
    const everything = JSON.stringify([keys, texts, [...states]]);
    for (const secret of [KEY, 'secretpassword', 'gateway']) {
      expect(everything).not.toContain(secret);
    }
  });
});

describe('simultaneous questions', () => {
  it('about one file are one, and a failure is everybody’s', async () => {
    const http = new SlowHttp();
    const context = aContext({ http });
    const under = [1, 1, 2].map((file, at) =>
      virustotal.deliver(job(file, undefined, at), context),
    );
    expect(http.requests).toHaveLength(2);
    http.answer(response(503));
    expect((await Promise.all(under)).map(({ kind }) => kind)).toEqual(['retry', 'retry', 'retry']);
    // Nothing is remembered of it.
    const again = virustotal.deliver(job(1), context);
    http.answer(FOUND);
    expect(await again).toMatchObject({ kind: 'delivered' });
    expect(http.requests).toHaveLength(3);
  });

  it('with another key are separate: a wrong one harms nobody else', async () => {
    const http = new SlowHttp();
    const context = aContext({ http });
    const right = virustotal.deliver(job(1), context);
    http.answer(FOUND);
    const wrong = virustotal.deliver(
      job(1, integration({ apiKey: new Secret('wrong-key') })),
      context,
    );
    http.answer(response(401));
    expect((await right).kind).toBe('delivered');
    expect((await wrong).kind).toBe('park');
  });

  it('cost one question of the quota', async () => {
    const http = new SlowHttp();
    const context = aContext({ http });
    const under = Array.from({ length: 50 }, (_, at) =>
      virustotal.deliver(job(1, undefined, at), context),
    );
    http.answer(FOUND);
    await Promise.all(under);
    const more = [2, 3, 4, 5].map((file) => virustotal.deliver(job(file), context));
    http.answer(FOUND);
    const kinds = (await Promise.all(more)).map(({ kind }) => kind);
    expect(kinds).toEqual(['delivered', 'delivered', 'delivered', 'wait']);
  });
});

describe('the quota', () => {
  it('is that of a free key: four a minute', async () => {
    const clock = new FakeClock();
    const http = new FakeHttp(FOUND);
    const context = aContext({ http, clock });
    const start = clock.now();
    const outcomes: Outcome[] = [];
    for (const file of [1, 2, 3, 4, 5]) {
      outcomes.push(await virustotal.deliver(job(file), context));
      clock.tick(SECOND);
    }
    expect(outcomes.map(({ kind }) => kind)).toEqual([
      'delivered',
      'delivered',
      'delivered',
      'delivered',
      'wait',
    ]);
    expect(outcomes[4]).toMatchObject({ reason: 'rate_limited', until: start + MINUTE });
    expect(outcomes[4]?.message).toContain('4 lookups a minute and 500 a day');
    expect(outcomes[4]?.events).toBeUndefined();
    expect(http.requests).toHaveLength(4);
    // What is already known can still be reported.
    expect((await virustotal.deliver(job(3), context)).kind).toBe('delivered');
    clock.tick(MINUTE);
    expect((await virustotal.deliver(job(5), context)).kind).toBe('delivered');
  });

  it('is 500 a day, over restarts as well', async () => {
    const clock = new FakeClock(NOON);
    const states = new Map<string, QuotaState>();
    const http = new FakeHttp(FOUND);
    /** A new process: nothing is left but what was stored, and here not even the answers. */
    const restarted = () =>
      aContext({
        http,
        clock,
        cache: memoryCache(clock),
        quota: quotaOver(
          { read: (name) => states.get(name), write: (name, state) => states.set(name, state) },
          clock,
        ),
      });
    const start = clock.now();
    let file = 0;
    let waited: Outcome | undefined;
    while (waited === undefined && file < 1000) {
      file += 1;
      const outcome = await virustotal.deliver(job(file), restarted());
      if (outcome.kind !== 'wait') continue;
      if (outcome.until > clock.now() + MINUTE) waited = outcome;
      else clock.tick(outcome.until - clock.now());
    }
    expect(http.requests).toHaveLength(500);
    // It began at noon, and four a minute take 500 questions a good two hours.
    expect(clock.now() - start).toBeLessThan(12 * HOUR);
    expect(waited).toMatchObject({ until: start + 12 * HOUR });
    clock.tick(start + 12 * HOUR - clock.now());
    expect((await virustotal.deliver(job(2000), restarted())).kind).toBe('delivered');
  });

  it('is what the settings say, part by part', async () => {
    const count = async (quota: { per_minute?: number; per_day?: number }) => {
      const http = new FakeHttp(FOUND);
      const context = aContext({ http });
      const one = integration({ settings: { own: { quota } } });
      for (let file = 0; file < 20; file += 1) await virustotal.deliver(job(file, one), context);
      return http.requests.length;
    };
    expect(await count({})).toBe(4);
    expect(await count({ per_minute: 7 })).toBe(7);
    expect(await count({ per_day: 2 })).toBe(2);
    expect(await count({ per_minute: 100, per_day: 11 })).toBe(11);
  });
});

describe('when the service says that the quota is used up', () => {
  const rateLimited = {
    location: 'virustotal',
    message: {
      virustotal: { error: 204, description: 'Error: Public API request rate limit reached' },
      integration: 'virustotal',
    },
  };

  async function once(result: HttpResult, overrides: Partial<Integration> = {}) {
    const clock = new FakeClock(NOON);
    const context = aContext({ http: new FakeHttp(result), clock });
    const outcome = await virustotal.deliver(job(1, integration(overrides)), context);
    return { outcome, wait: (until(outcome) ?? 0) - clock.now() };
  }

  it.each([
    ['a minute when it says no time', BUSY(), MINUTE],
    ['what Retry-After says', BUSY({ 'retry-after': '17' }), 17 * SECOND],
    ['an hour at the most then', BUSY({ 'retry-after': '99999' }), HOUR],
    ['until midnight when the day is meant', BUSY({}, 'Daily quota exceeded'), 12 * HOUR],
    ['until midnight when the month is', BUSY({}, 'You exceeded your monthly quota'), 12 * HOUR],
    [
      'a minute when too many come',
      response(429, '{"error":{"code":"TooManyRequestsError"}}'),
      MINUTE,
    ],
    ['a minute for a bare status', response(429), MINUTE],
    ['what an error of the quota says with 403', { ...BUSY(), status: 403 }, MINUTE],
  ])('waits %s', async (_what, result, expected) => {
    const { outcome, wait } = await once(result);
    expect(outcome).toMatchObject({ kind: 'wait', reason: 'rate_limited', status: result.status });
    expect(wait).toBe(expected);
    expect(outcome.events).toEqual([rateLimited]);
  });

  it('waits a minute for 204 and 429 of version 2', async () => {
    for (const status of [204, 429]) {
      const { outcome, wait } = await once(response(status), { options: { api_version: 2 } });
      expect(outcome).toMatchObject({ kind: 'wait', status, events: [rateLimited] });
      expect(wait).toBe(MINUTE);
    }
  });

  it('tells the manager once, and asks nothing more meanwhile', async () => {
    const clock = new FakeClock();
    const http = new SlowHttp();
    const context = aContext({ http, clock });
    const under = [1, 1, 2, 3].map((file, at) =>
      virustotal.deliver(job(file, undefined, at), context),
    );
    http.answer(BUSY());
    const outcomes = await Promise.all(under);
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['wait']));
    expect(outcomes.flatMap(({ events }) => events ?? [])).toEqual([rateLimited]);
    for (let alert = 0; alert < 100; alert += 1) {
      const outcome = await virustotal.deliver(job(alert), context);
      expect(outcome).toMatchObject({ kind: 'wait', until: clock.now() + MINUTE });
      expect(outcome.events).toBeUndefined();
    }
    expect(http.requests).toHaveLength(3);
  });

  it('continues when the time is over', async () => {
    const clock = new FakeClock();
    const http = new FakeHttp(BUSY({ 'retry-after': '30' }), FOUND);
    const context = aContext({ http, clock, quota: memoryQuota(clock) });
    await virustotal.deliver(job(1), context);
    clock.tick(29 * SECOND);
    expect((await virustotal.deliver(job(1), context)).kind).toBe('wait');
    clock.tick(SECOND);
    expect((await virustotal.deliver(job(1), context)).kind).toBe('delivered');
    expect(http.requests).toHaveLength(2);
  });
});

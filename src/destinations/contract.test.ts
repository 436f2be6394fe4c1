import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ALERT,
  definitionOf,
  enrichmentNames,
  enrichments,
  expectNoSecret,
  integrationFor,
  jobFor,
  KEY,
  PATH,
  registry,
  senders,
  sentText,
  success,
  web,
} from '../../test/support/contract.ts';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { aContext, FakeHttp, fakeScripts, response } from '../../test/support/fake-transports.ts';
import { aJob, anAlert, anIntegration } from '../../test/support/jobs.ts';
import {
  answer,
  type Behaviour,
  endless,
  never,
  raw,
  rawAndClose,
  reset,
  ScriptedServer,
  stuck,
} from '../../test/support/scripted-server.ts';
import { fixtureLines } from '../../test/support/vectors.ts';
import type { JsonObject, JsonValue } from '../alert/json.ts';
import type { Destination, HttpResult } from '../core/destination.ts';
import { readOwnSettings, settingsOf } from '../core/destination-settings.ts';
import { FAILURE_REASONS, type Outcome } from '../core/outcome.ts';
import { Scrubber, Secret } from '../core/secret.ts';
import { type ClosableHttpClient, createHttpClient } from '../transport/http.ts';
import { DEFINITIONS } from './registry.ts';
import { withExamples } from './sdk/example-settings.ts';

/** What every destination must hold to, whatever it talks to. */

/** One attempt against a prepared result; the second try, where there is one, gets it again. */
async function attempt(name: string, destination: Destination, result: HttpResult) {
  const http = new FakeHttp(result);
  return await destination.deliver(jobFor(name), aContext({ http }));
}

describe('the registry', () => {
  it('knows the destinations of the reference', () => {
    expect(DEFINITIONS.filter((one) => one.knownToWazuh).map(({ name }) => name)).toEqual([
      'maltiverse',
      'pagerduty',
      'shuffle',
      'slack',
      'virustotal',
    ]);
  });

  it('trims names, and finds nothing for others', () => {
    const find = (name: string) => registry.resolve(name).destination;
    expect(find(' slack\n')?.name).toBe('slack');
    expect(find('Slack')).toBeUndefined();
    expect(find('')).toBeUndefined();
    expect(find(' custom-x ')?.title).toBe('Script');
  });

  it('says why a name has no destination', () => {
    expect(registry.resolve('slack').unusable).toBeUndefined();
    expect(registry.resolve('teams').unusable?.reason).toContain(
      'no integration is called "teams"',
    );
  });

  it('needs what the reference needs', () => {
    const required = DEFINITIONS.filter((one) => one.knownToWazuh).map(({ name, settings }) => [
      name,
      settingsOf(settings).flatMap((setting) => (setting.isRequired ? [setting.name] : [])),
    ]);
    expect(Object.fromEntries(required)).toEqual({
      slack: ['hook_url'],
      pagerduty: ['api_key'],
      shuffle: ['hook_url'],
      virustotal: ['api_key'],
      maltiverse: ['hook_url', 'api_key'],
    });
  });
});

describe.each(web)('the definition of $name', ({ name, definition, destination }) => {
  it('describes every setting in a sentence, and says of each where it stands', () => {
    for (const setting of settingsOf(definition.settings)) {
      expect(setting.description).toMatch(/^[A-Z`].*\.$/);
      expect(['hook_url', 'api_key', 'options', 'settings']).toContain(setting.place);
      expect(setting.secret === true).toBe(['hook_url', 'api_key'].includes(setting.place));
    }
  });

  it('has examples that work, so that anything can be previewed', () => {
    const bare = anIntegration({ name });
    const filled = withExamples(definition, bare);
    expect(readOwnSettings(definition.settings, filled, name)).toMatchObject({ ok: true });
    for (const [setting, value] of Object.entries(definition.examples.settings)) {
      expect(definition.settings.shape[setting]?.safeParse(value).success).toBe(true);
    }
    expect(destination.plan(aJob(anAlert(ALERT), bare)).kind).toBe('requests');
  });

  it.each(definition.examples.answers)(
    'takes a recorded answer as it is meant: $what',
    async (one) => {
      const http = new FakeHttp(response(one.status, one.body, one.headers));
      expect(await destination.deliver(jobFor(name), aContext({ http }))).toMatchObject({
        status: one.status,
        ...one.outcome,
      });
    },
  );

  it('has a recorded answer for a message that was taken', () => {
    expect(definition.examples.answers[0]?.outcome['kind']).toBe('delivered');
  });
});

describe('what an enrichment found out', () => {
  const circling = enrichments.flatMap(({ name, destination }) =>
    enrichmentNames.map((other) => ({ name, other, destination })),
  );

  it.each(circling)('$other goes round no circle through $name', ({ name, other, destination }) => {
    const results: JsonValue[] = [
      { ...(ALERT as JsonObject), location: other },
      { ...(ALERT as JsonObject), location: `[001] (web01) 10.0.0.21->${other}` },
      { ...(ALERT as JsonObject), data: { integration: other } },
    ];
    expect(destination.skip?.(anAlert(ALERT), integrationFor(name))).toBeUndefined();
    for (const result of results) {
      const why = destination.skip?.(anAlert(result), integrationFor(name));
      expect(why).toContain(`itself a result of ${other}`);
    }
  });
});

describe.each(web)('what $name makes of answers', ({ name, destination }) => {
  const [okStatus, okBody] = success(name);

  it('delivers when the service says so', async () => {
    const outcome = await attempt(name, destination, response(okStatus, okBody));
    expect(outcome).toMatchObject({ kind: 'delivered', status: okStatus });
  });

  const isEnrichment = destination.enriches === true;
  const expected = (status: number, body: string): [string, string] => {
    // "I know nothing of it" is an answer to a question, when Maltiverse itself says so.
    const isUnknown = [400, 404, 414, 422].includes(status) && ['', bodies[2]].includes(body);
    if (name === 'maltiverse' && isUnknown) return ['delivered', ''];
    if ([408, 425].includes(status)) return ['retry', 'timeout'];
    if (status === 429) return [isEnrichment ? 'wait' : 'retry', 'rate_limited'];
    if ([401, 403, 404, 407, 410].includes(status)) return ['park', 'auth'];
    if (status >= 300 && status < 400) return ['park', 'client_error'];
    if (status >= 400 && status < 500) return ['reject', 'client_error'];
    return ['retry', 'server_error'];
  };
  const statuses = Array.from({ length: 500 }, (_, at) => at + 100);
  const bodies = ['', '<html><body>502 Bad Gateway</body></html>', '{"unexpected":[]}', '\0\xff{'];

  it('sorts every other status from 100 to 599 by its class, whatever the body', async () => {
    for (const status of statuses.filter((status) => status < 200 || status > 299)) {
      for (const body of bodies) {
        const outcome = await attempt(name, destination, response(status, body));
        expect([status, outcome.kind, 'reason' in outcome ? outcome.reason : '']).toEqual([
          status,
          ...expected(status, body),
        ]);
        expect(outcome.status).toBe(status);
        expect(outcome.message).toMatch(/\S{3,}.*\.$/s);
      }
    }
  });

  it('knows what to do for every success status', async () => {
    for (const status of statuses.filter((status) => status >= 200 && status <= 299)) {
      const good = await attempt(name, destination, response(status, okBody));
      expect(good.kind).toBe('delivered');
      const odd = await attempt(name, destination, response(status, '<html>login</html>'));
      expect(['delivered', 'retry']).toContain(odd.kind);
    }
  });

  it('waits as long as the service asks, between a second and an hour', async () => {
    const clock = aContext().clock;
    const wait = async (headers: Record<string, string>, body = '', status = 429) => {
      const http = new FakeHttp(response(status, body, headers));
      const outcome = await destination.deliver(jobFor(name), aContext({ http, clock }));
      if (outcome.kind === 'wait') return outcome.until - clock.now();
      if (outcome.kind !== 'retry') throw new Error(outcome.kind);
      return outcome.notBefore === undefined ? undefined : outcome.notBefore - clock.now();
    };
    const unsaid = isEnrichment ? 60_000 : undefined;
    expect(await wait({})).toBe(unsaid);
    expect(await wait({ 'retry-after': '30' })).toBe(30_000);
    expect(await wait({ 'retry-after': ' 30 ' }, '', 503)).toBe(30_000);
    expect(await wait({ 'retry-after': '0' })).toBe(1000);
    expect(await wait({ 'retry-after': '999999999999' })).toBe(3_600_000);
    const inAMinute = new Date(clock.now() + 60_000).toUTCString();
    expect(await wait({ 'retry-after': inAMinute })).toBe(60_000);
    expect(await wait({ 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' })).toBe(1000);
    for (const odd of ['-5', '', 'soon', 'NaN', '1e3', 'Mon, 99 Foo']) {
      expect(await wait({ 'retry-after': odd })).toBe(unsaid);
    }
    expect(await wait({}, '{"retry_after":2.5,"ok":false}')).toBe(2500);
    expect(await wait({}, '{"retry_after":"7"}')).toBe(7000);
    expect(await wait({}, '{"parameters":{"retry_after":35}}')).toBe(35_000);
    expect(await wait({ 'retry-after': '3' }, '{"retry_after":9}')).toBe(3000);
    expect(await wait({}, '{"retry_after":null}')).toBe(unsaid);
  });

  it('keeps at most 2,000 characters of an answer', async () => {
    for (const before of [900, 901, 1500]) {
      const body = `${'x'.repeat(before)}${'🚨'.repeat(5000)}${'y'.repeat(before)}`;
      const { excerpt = '' } = await attempt(name, destination, response(500, body));
      expect(excerpt.length).toBeLessThanOrEqual(2000);
      expect(Buffer.from(excerpt).toString()).toBe(excerpt);
      expect(excerpt).toMatch(/^x{900}[^]*y{900}$/);
    }
  });

  it('parks itself when a setting is missing or not a URL', async () => {
    const http = new FakeHttp(response(okStatus, okBody));
    const none = { hookUrl: undefined, apiKey: undefined };
    const missing = { ...integrationFor(name), ...none };
    expect(
      await destination.deliver(aJob(anAlert(ALERT), missing), aContext({ http })),
    ).toMatchObject({ kind: 'park', reason: 'client_error' });
    for (const address of ['not a url', 'ftp://host/x', 'file:///etc/passwd', 'http://', '/x']) {
      const wrong = { ...integrationFor(name), hookUrl: new Secret(address) };
      const outcome = await destination.deliver(aJob(anAlert(ALERT), wrong), aContext({ http }));
      expect(outcome).toMatchObject({ kind: 'park', reason: 'client_error' });
    }
    expect(http.requests).toEqual([]);
  });

  it('uses the configured time, or its own least time', async () => {
    const seconds = async (timeout: number, timeoutIsSet: boolean) => {
      const http = new FakeHttp(response(okStatus, okBody));
      const integration = { ...integrationFor(name), timeout, timeoutIsSet };
      await destination.deliver(aJob(anAlert(ALERT), integration), aContext({ http }));
      return (http.limits[0]?.timeoutMs ?? 0) / 1000;
    };
    expect(await seconds(3, true)).toBe(3);
    expect(await seconds(0, true)).toBe(1);
    expect(await seconds(10, false)).toBe(Math.max(10, destination.defaultTimeout ?? 0));
  });
});

describe.each(web)('$name against a real server', ({ name, destination }) => {
  const questions = definitionOf(name)?.examples.before ?? [];
  let clock: FakeClock;
  let http: ClosableHttpClient;
  let server: ScriptedServer | undefined;
  beforeEach(() => {
    clock = new FakeClock();
    http = createHttpClient({ clock, env: {} });
  });
  afterEach(async () => {
    await http.close();
    await server?.close();
    server = undefined;
  });

  /** One attempt. Its time passes once the service has the message. */
  async function against(behaviour: Behaviour, timeout = 20): Promise<Outcome> {
    const before = questions.map((body) => answer(200, body));
    const started = await ScriptedServer.start([...before, behaviour]);
    server = started;
    const origin = `http://127.0.0.1:${started.port}`;
    const integration = { ...integrationFor(name, origin), timeout, timeoutIsSet: true };
    const outcome = destination.deliver(
      aJob(anAlert(ALERT), integration),
      aContext({ http, clock }),
    );
    return await clock.passWhile(outcome, () => started.requests.length > before.length);
  }

  it('delivers, with the headers of the reference', async () => {
    const [status, body] = success(name);
    expect(await against(answer(status, body))).toMatchObject({ kind: 'delivered', status });
    expect(server?.requests).toHaveLength(questions.length + 1);
    expect(server?.requests.at(-1)).toMatchObject({
      path: `${PATH}${definitionOf(name)?.examples.path ?? ''}`,
      ...(destination.enriches === true
        ? { method: 'GET', headers: { accept: 'application/json' }, body: '' }
        : {
            method: 'POST',
            headers: { 'content-type': 'application/json', 'accept-charset': 'UTF-8' },
          }),
    });
    expect(server?.requests.at(-1)?.headers['user-agent']).toMatch(/^integratord\/\d+\.\d+\.\d+/);
  });

  it('retries when nobody listens', async () => {
    server = await ScriptedServer.start([never]);
    const origin = `http://127.0.0.1:${server.port}`;
    await server.close();
    const outcome = await destination.deliver(
      jobFor(name, ALERT, origin),
      aContext({ http, clock }),
    );
    server = undefined;
    expect(outcome).toMatchObject({ kind: 'retry', reason: 'network' });
    expect(outcome.message).toContain('refuses connections');
    expectNoSecret(outcome);
  });

  const unusable: [string, Behaviour, string][] = [
    ['a reset', reset, 'network'],
    ['an answer that is not HTTP', rawAndClose('SSH-2.0-OpenSSH_9.6\r\n'), 'network'],
    ['an end in the middle of the headers', rawAndClose('HTTP/1.1 200 OK\r\ncontent-'), 'network'],
    ['headers without end', raw(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`), 'network'],
    [
      'a change of protocol',
      rawAndClose('HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n'),
      'network',
    ],
  ];
  it.each(unusable)('tries again after %s', async (_what, behaviour, reason) => {
    const outcome = await against(behaviour);
    expect(outcome).toMatchObject({ kind: 'retry', reason });
    expectNoSecret(outcome);
  });

  it('delivers in one attempt although a 100 Continue comes that nobody asked for', async () => {
    const [status, body] = success(name);
    const early = 'HTTP/1.1 100 Continue\r\n\r\n';
    const length = Buffer.byteLength(body);
    const whole = `${early}HTTP/1.1 ${status} OK\r\ncontent-length: ${length}\r\n\r\n${body}`;
    expect(await against(raw(whole))).toMatchObject({ kind: 'delivered', status });
    expect(server?.requests).toHaveLength(questions.length + 1);
  });

  it('retries when there is no answer in time', async () => {
    const outcome = await against(never, 1);
    expect(outcome).toMatchObject({ kind: 'retry', reason: 'timeout' });
    // A question that is asked twice does no harm.
    const then = destination.enriches === true ? 'It will be retried.' : 'may have arrived';
    expect(outcome.message).toContain(then);
    expectNoSecret(outcome);
  });

  it('judges by the status when the body never ends, breaks off or gets stuck', async () => {
    expect(await against(endless(500))).toMatchObject({ kind: 'retry', status: 500 });
    await server?.close();
    const half = 'HTTP/1.1 503 Busy\r\ncontent-length: 1000\r\n\r\nhalf';
    expect(await against(rawAndClose(half))).toMatchObject({ kind: 'retry', status: 503 });
    await server?.close();
    expect(await against(stuck(403, 'inv'), 2)).toMatchObject({ kind: 'park', status: 403 });
  });

  it('does not follow redirects, and says so without the target', async () => {
    const elsewhere = `https://evil.test${PATH}`;
    const outcome = await against(answer(302, '', { location: elsewhere }));
    expect(outcome).toMatchObject({ kind: 'park', reason: 'client_error', status: 302 });
    expect(outcome.message).toContain('redirect');
    expect(outcome.message).not.toContain('evil.test');
    expectNoSecret(outcome);
    expect(server?.requests).toHaveLength(questions.length + 1);
  });

  it('leaks no secret that the server repeats', async () => {
    const echo: Behaviour = (socket, request) => {
      const body = JSON.stringify({ path: request.path, url: `http://x${PATH}`, errors: [KEY] });
      answer(400, `${body}${'x'.repeat(1500)}${KEY}`)(socket, request);
    };
    const outcome = await against(echo);
    expect(outcome.excerpt).toContain('[redacted]');
    expectNoSecret(outcome);
  });

  it('leaks no half of a secret where a long text is cut', async () => {
    for (let before = 880; before < 1010; before += 1) {
      const error = `routing key ${'x'.repeat(before)}${KEY}${KEY}${'y'.repeat(3000)}`;
      const outcome = await attempt(name, destination, response(400, `{"errors":["${error}"]}`));
      expect(JSON.stringify(outcome)).not.toContain(KEY.slice(0, 6));
      expect(outcome.message?.length).toBeLessThanOrEqual(1000);
    }
  });

  it('leaks no part of a secret of another integration where a long text is cut', async () => {
    const other = 'another-integrations-secret-0123456789';
    const scrubber = new Scrubber([other]);
    for (let before = 860; before < 1010; before += 1) {
      const body = `{"errors":["key ${'x'.repeat(before)}${other}${other}${'y'.repeat(3000)}"]}`;
      const result = new FakeHttp(response(400, body));
      const outcome = await destination.deliver(jobFor(name), aContext({ http: result, scrubber }));
      expect(JSON.stringify(outcome)).not.toContain(other.slice(0, 8));
    }
  });

  it('stops at once when the daemon stops', async () => {
    const controller = new AbortController();
    server = await ScriptedServer.start([() => controller.abort()]);
    const outcome = await destination.deliver(
      jobFor(name, ALERT, `http://127.0.0.1:${server.port}`),
      aContext({ http, clock, signal: controller.signal }),
    );
    expect(outcome).toMatchObject({ kind: 'retry', reason: 'network' });
  });
});

describe.each(web)('$name when there is no way to the service', ({ name, destination }) => {
  const failure = { ok: false, message: 'The certificate has expired.' } as const;

  // As for a certificate, a login at the proxy, and a mistyped proxy.
  it.each(['network', 'auth', 'client_error'] as const)(
    'parks for what someone must repair: %s',
    async (reason) => {
      const result = { ...failure, reason, mayHaveArrived: false, needsRepair: true };
      for (const attempts of [0, 1]) {
        const http = new FakeHttp(result);
        const outcome = await destination.deliver(
          { ...jobFor(name), attempts },
          aContext({ http }),
        );
        expect(outcome).toEqual({ kind: 'park', reason, message: failure.message });
        expect(http.requests).toHaveLength(1);
      }
    },
  );

  it('retries for everything else', async () => {
    for (const mayHaveArrived of [true, false]) {
      const result = { ...failure, reason: 'network', mayHaveArrived } as const;
      expect(await attempt(name, destination, result)).toMatchObject({ kind: 'retry' });
    }
  });
});

describe.each(senders)('what $name sends', ({ name, destination }) => {
  const poor: JsonValue[] = [
    {},
    { rule: null, agent: null },
    { rule: [], agent: 'x', full_log: {}, location: [], id: {} },
    { rule: { level: 'high', description: {}, groups: 'sshd', id: 5710.5 }, agent: {} },
    { rule: { level: null, description: null, groups: [null, {}, 3], id: true }, agentless: {} },
    { agentless: { host: 'edge-sw1' }, rule: { level: 99, groups: [] }, timestamp: 5 },
    { constructor: 'x', toString: 1 },
  ];
  const odd = [
    Buffer.from('{"__proto__":{"rule":1}}'),
    Buffer.from(''),
    Buffer.from('[1,2]'),
    Buffer.from('{"rule":'),
    Buffer.from([0xff]),
  ];

  it.each([...poor, ...odd])('is something, however little the alert says: %j', (alert) => {
    const text = sentText(destination, jobFor(name, alert));
    expect(text).not.toBe('');
    expect(text).not.toContain('undefined');
  });

  it('never fails, whatever the alert holds', () => {
    const strange = fc.record(
      {
        rule: fc.jsonValue(),
        agent: fc.jsonValue(),
        full_log: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
        location: fc.jsonValue(),
        id: fc.jsonValue(),
        timestamp: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(strange, (alert) => {
        expect(sentText(destination, jobFor(name, alert as JsonValue))).not.toBe('');
      }),
    );
  });

  it('can be made of every sample', () => {
    const samples = fixtureLines('samples/w4_99_edge_cases.jsonl');
    expect(samples).toHaveLength(16);
    for (const sample of samples) {
      expect(sentText(destination, jobFor(name, sample))).not.toBe('');
    }
  });

  it('is the same every time', () => {
    const [one, two] = [destination.plan(jobFor(name)), destination.plan(jobFor(name))];
    expect(one).toEqual(two);
  });

  it('shows no secret when it is printed, scrubbed where a service wants the key in its text', () => {
    const plan = destination.plan(jobFor(name));
    const requests = plan.kind === 'requests' ? plan.requests : [];
    expectNoSecret(requests.map((request) => ({ ...request, body: undefined })));
    expect(requests).toHaveLength(plan.kind === 'requests' ? 1 : 0);
    const { hookUrl, apiKey } = integrationFor(name);
    const scrubber = new Scrubber([hookUrl?.reveal() ?? '', apiKey?.reveal() ?? '']);
    expectNoSecret(scrubber.scrub(JSON.stringify(plan)));
  });

  it('is refused, retried or delivered, for known reasons', async () => {
    const ways = [
      response(200, 'no such thing'),
      response(400, 'no_text'),
      { ok: false, reason: 'network', message: 'x', mayHaveArrived: true } as const,
    ];
    for (const way of ways) {
      const outcome = await destination.deliver(
        jobFor(name),
        aContext({
          http: new FakeHttp(way),
          scripts: fakeScripts({ kind: 'failed', message: KEY }),
        }),
      );
      const reason = outcome.kind === 'delivered' ? 'network' : outcome.reason;
      expect(FAILURE_REASONS).toContain(reason);
      expectNoSecret(outcome);
    }
  });
});

describe.each(enrichments)('what $name asks', ({ name, destination }) => {
  const requests = (alert?: JsonValue) => {
    const plan = destination.plan(jobFor(name, alert));
    if (plan.kind !== 'requests') throw new Error(plan.kind);
    return plan.requests;
  };

  it('is one question about a file, the same every time, that shows no secret', () => {
    expect(requests()).toHaveLength(1);
    expect(requests()).toEqual(requests());
    expectNoSecret(requests());
  });

  it('is something, or the alert is skipped, whatever it holds', async () => {
    const value = fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.ipV4(), fc.ipV6());
    const member = (...names: string[]) =>
      fc.oneof(
        fc.jsonValue(),
        fc.record(Object.fromEntries(names.map((key) => [key, value])), { requiredKeys: [] }),
      );
    const strange = fc.record(
      {
        id: value,
        agent: member('id', 'name', 'ip'),
        location: value,
        syscheck: member('md5_after', 'sha1_after', 'sha256_after', 'path'),
        data: member('srcip', 'hostname', 'url', 'integration'),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(strange, async (alert) => {
        const job = jobFor(name, alert as JsonValue);
        const skipped = destination.skip?.(job.alert, job.integration);
        const http = new FakeHttp(response(...success(name)));
        const outcome = await destination.deliver(job, aContext({ http }));
        expect(outcome.kind).toBe(skipped === undefined ? 'delivered' : 'reject');
        expect(http.requests).toEqual(skipped === undefined ? requests(alert as JsonValue) : []);
      }),
    );
  });

  it('leaks no secret, whatever becomes of it', async () => {
    const [status, body] = success(name);
    const ways = [
      response(status, body.replace('{', `{"echo":"${KEY}",`)),
      response(200, 'no such thing'),
      response(400, KEY),
      { ok: false, reason: 'network', message: 'x', mayHaveArrived: true } as const,
    ];
    for (const way of ways) {
      const outcome = await attempt(name, destination, way);
      expect(outcome.message).toMatch(/\.$/);
      expectNoSecret(outcome);
    }
  });
});

import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { builtin } from '../../../test/support/builtin.ts';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { aContext, FakeHttp, response } from '../../../test/support/fake-transports.ts';
import { aJob, anAlert, anIntegration } from '../../../test/support/jobs.ts';
import { fixture } from '../../../test/support/vectors.ts';
import type { JsonObject, JsonValue } from '../../alert/json.ts';
import type { HttpResult } from '../../core/destination.ts';
import type { Integration } from '../../core/integration.ts';
import type { Outcome } from '../../core/outcome.ts';
import { Secret } from '../../core/secret.ts';
import { datagramBytes, LARGEST_DATAGRAM } from '../sdk/enrichment/manager-event-size.ts';

const virustotal = builtin('virustotal');

const KEY = 'e93facc04764012d7bfb002500d5d1a6e93facc04764012d7bfb002500d5d1a6';
const MD5 = '44d88612fea8a8f36de82e1278abb02f';
const SHA1 = '3395856ce81f2b7382dee72602f798b642f14140';
const SHA256 = '275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const EICAR = anAlert(fixture('samples/w4_02_syscheck_added.json'));

function fim(syscheck: JsonObject): JsonObject {
  return {
    id: '1787224870.1',
    rule: { level: 7, id: '550' },
    agent: { id: '001', name: 'web01', ip: '10.0.0.21' },
    location: 'syscheck',
    syscheck,
  };
}

function integration(overrides: Partial<Integration> = {}): Integration {
  return anIntegration({ name: 'virustotal', apiKey: new Secret(KEY), ...overrides });
}

/** A report of version 3, with these numbers of engines. */
function report(stats: JsonObject | undefined, attributes: JsonObject = {}): JsonObject {
  const common: JsonObject = { md5: MD5, sha1: SHA1, sha256: SHA256 };
  return {
    data: {
      id: SHA256,
      type: 'file',
      attributes: {
        ...common,
        last_analysis_date: 1_700_000_000,
        ...(stats === undefined ? {} : { last_analysis_stats: stats }),
        ...attributes,
      },
    },
  };
}

const BAD = { malicious: 62, suspicious: 1, undetected: 2, harmless: 3, 'type-unsupported': 9 };

interface Attempt {
  readonly outcome: Outcome;
  readonly http: FakeHttp;
  readonly now: number;
}

async function attempt(
  result: HttpResult,
  given: { integration?: Integration; attempts?: number; alert?: JsonValue | Buffer } = {},
): Promise<Attempt> {
  const http = new FakeHttp(result);
  const context = aContext({ http });
  const alert = given.alert === undefined ? EICAR : anAlert(given.alert);
  const job = aJob(alert, given.integration ?? integration());
  const outcome = await virustotal.deliver({ ...job, attempts: given.attempts ?? 0 }, context);
  return { outcome, http, now: context.clock.now() };
}

const json = (status: number, body: JsonValue, headers: Record<string, string> = {}) =>
  response(status, JSON.stringify(body), headers);
const errorV3 = (status: number, code: string, message = 'x', headers = {}) =>
  json(status, { error: { code, message } }, headers);
const failure = (error: number, description: string) => ({
  location: 'virustotal',
  message: { virustotal: { error, description }, integration: 'virustotal' },
});

describe('what VirusTotal is asked', () => {
  async function asked(overrides: Partial<Integration>): Promise<string> {
    const { http } = await attempt(json(200, report(BAD)), { integration: integration(overrides) });
    expect(http.requests).toHaveLength(1);
    return http.requests[0]?.url.reveal() ?? '';
  }
  const at = (hookUrl: string, options?: JsonObject) =>
    asked({ hookUrl: new Secret(hookUrl), options });

  it('is version 3, with the key in a header', async () => {
    const { http } = await attempt(json(200, report(BAD)));
    const [request] = http.requests;
    expect(request).toMatchObject({ method: 'GET', headers: { accept: 'application/json' } });
    expect(request?.url.reveal()).toBe(`https://www.virustotal.com/api/v3/files/${MD5}`);
    expect((request?.headers['x-apikey'] as Secret | undefined)?.reveal()).toBe(KEY);
    expect(request?.body).toBeUndefined();
    expect(inspect(request, { depth: 5 })).not.toContain(KEY);
  });

  it('is version 2 where the options say so', async () => {
    const url = `https://www.virustotal.com/vtapi/v2/file/report?apikey=${KEY}&resource=${MD5}`;
    expect(await asked({ options: { api_version: 2 } })).toBe(url);
    expect(await asked({ options: { api_version: '2' } })).toBe(url);
    expect(await asked({ options: { api_version: 3 } })).toContain('/api/v3/');
    expect(await asked({ options: { other: 1 } })).toContain('/api/v3/');
  });

  it('goes where <hook_url> says', async () => {
    const v2 = `apikey=${KEY}&resource=${MD5}`;
    expect(await at(' ')).toContain('https://www.virustotal.com/api/v3/');
    expect(await at('http://gw:8080')).toBe(`http://gw:8080/api/v3/files/${MD5}`);
    expect(await at(' https://gw/ ')).toBe(`https://gw/api/v3/files/${MD5}`);
    expect(await at('https://gw/api/v3/')).toBe(`https://gw/api/v3/files/${MD5}`);
    expect(await at('https://gw/api/v3/files')).toBe(`https://gw/api/v3/files/${MD5}`);
    expect(await at('https://gw/vt?t=1')).toBe(`https://gw/vt/files/${MD5}?t=1`);
    expect(await at('https://gw/api/v3', { api_version: 2 })).toContain('/api/v3/files/');
    expect(await at('https://gw', { api_version: 2 })).toBe(
      `https://gw/vtapi/v2/file/report?${v2}`,
    );
    expect(await at('https://gw/vt', { api_version: 2 })).toBe(`https://gw/vt/file/report?${v2}`);
    for (const path of ['', '/', '/file/report', '/file/report/']) {
      expect(await at(`https://gw/vtapi/v2${path}`)).toBe(`https://gw/vtapi/v2/file/report?${v2}`);
    }
  });

  it('is what preview shows', async () => {
    const { http } = await attempt(json(200, report(BAD)));
    const plan = virustotal.plan(aJob(EICAR, integration()));
    expect(plan).toEqual({ kind: 'requests', requests: http.requests });
    expect(virustotal.plan(aJob(anAlert({}), integration()))).toEqual({
      kind: 'requests',
      requests: [],
    });
  });

  it('is the MD5, else the SHA-256, else the SHA-1, in lower case', async () => {
    const hashes = { md5_after: MD5.toUpperCase(), sha1_after: SHA1, sha256_after: SHA256 };
    const { md5_after: _, ...others } = hashes;
    const cases: [JsonObject, string][] = [
      [hashes, MD5],
      [{ ...others, md5_after: 'nothash' }, SHA256],
      [others, SHA256],
      [{ sha1_after: SHA1 }, SHA1],
    ];
    for (const [syscheck, hash] of cases) {
      const { http } = await attempt(json(200, report(BAD)), { alert: fim(syscheck) });
      expect(http.requests[0]?.url.reveal()).toMatch(new RegExp(`/files/${hash}$`));
    }
  });
});

describe('alerts that VirusTotal is not asked about', () => {
  const usable = { path: '/x', md5_after: MD5 };
  const cases: [string, JsonObject, RegExp][] = [
    ['no hash', fim({ path: '/x' }), /has no file hash/],
    ['a deleted file', fim({ path: '/x', md5_before: MD5, event: 'deleted' }), /has no file hash/],
    ['an invalid hash', fim({ md5_after: 'xyz', sha1_after: 12 }), /has no file hash/],
    ['no syscheck at all', {}, /has no file hash/],
    ['an empty file', fim({ md5_after: 'd41d8cd98f00b204e9800998ecf8427e' }), /is empty/],
    [
      'an empty file by SHA-256',
      fim({
        sha256_after: 'E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855',
      }),
      /is empty/,
    ],
    ['a result by its location', { ...fim(usable), location: 'virustotal' }, /cause a loop/],
    ['a result of another', { ...fim(usable), location: 'Maltiverse' }, /cause a loop/],
    [
      'a result with its agent',
      { ...fim(usable), location: '[001] (x) any->virustotal' },
      /cause a loop/,
    ],
    [
      'a result by its data',
      { ...fim(usable), data: { integration: 'virustotal' } },
      /cause a loop/,
    ],
  ];

  it.each(cases)('are skipped: %s', async (_what, alert, reason) => {
    expect(virustotal.skip?.(anAlert(alert), integration())).toMatch(reason);
    const { outcome, http } = await attempt(json(200, report(BAD)), { alert });
    expect(outcome).toMatchObject({ kind: 'reject', reason: 'rejected' });
    expect(outcome.message).toMatch(reason);
    expect(outcome.events).toBeUndefined();
    expect(http.requests).toEqual([]);
  });

  it('are not the others', () => {
    expect(virustotal.skip?.(EICAR, integration())).toBeUndefined();
    for (const sample of ['w4_09_virustotal_positive', 'w4_11_virustotal_rate_limit']) {
      const alert = anAlert(fixture(`samples/${sample}.json`));
      expect(virustotal.skip?.(alert, integration())).toContain('cause a loop');
    }
  });
});

describe('what VirusTotal finds', () => {
  it('is told as the reference tells it', async () => {
    const { outcome } = await attempt(json(200, report(BAD)));
    expect(outcome).toMatchObject({
      kind: 'delivered',
      status: 200,
      message: '62 of 68 VirusTotal engines call this file malicious.',
    });
    expect(outcome.events).toEqual([
      {
        location: '[001] (web01) 10.0.0.21->virustotal',
        message: {
          virustotal: {
            found: 1,
            malicious: 1,
            source: {
              alert_id: '1787224870.1051219',
              file: '/tmp/eicar.com',
              md5: MD5,
              sha1: SHA1,
              sha256: undefined,
            },
            sha1: SHA1,
            scan_date: '2023-11-14 22:13:20',
            positives: 62,
            total: 68,
            permalink: `https://www.virustotal.com/gui/file/${SHA256}`,
          },
          integration: 'virustotal',
        },
      },
    ]);
  });

  const verdict = (outcome: Outcome) =>
    outcome.events?.[0]?.message['virustotal'] as JsonObject | undefined;

  it('is clean when no engine says malicious', async () => {
    const { outcome } = await attempt(
      json(200, report({ malicious: 0, suspicious: 3, undetected: 60, harmless: 2 })),
    );
    expect(verdict(outcome)).toMatchObject({ found: 1, malicious: 0, positives: 0, total: 65 });
  });

  it('may lack everything that is not needed', async () => {
    const { outcome } = await attempt(
      json(200, { data: { attributes: { last_analysis_stats: { malicious: 1 } } } }),
      { alert: { syscheck: { sha256_after: SHA256 } } },
    );
    expect(outcome.events).toEqual([
      {
        location: 'virustotal',
        message: {
          virustotal: {
            found: 1,
            malicious: 1,
            source: { sha256: SHA256 },
            positives: 1,
            total: 1,
          },
          integration: 'virustotal',
        },
      },
    ]);
  });

  it('is nothing bad when no engine could say anything of the file', async () => {
    const { outcome } = await attempt(json(200, report({ 'type-unsupported': 70 })));
    expect(verdict(outcome)).toMatchObject({ found: 1, malicious: 0, positives: 0, total: 0 });
  });

  it('is told without the fields of the alert that hold no hash', async () => {
    const alert = fim({ md5_after: 'nothash', sha1_after: null, sha256_after: SHA256 });
    const { outcome } = await attempt(json(200, report(BAD)), { alert });
    expect(verdict(outcome)?.['source']).toEqual({ alert_id: '1787224870.1', sha256: SHA256 });
  });

  it('may be odd', async () => {
    const odd = report(
      { malicious: 'many', suspicious: -1, undetected: 5, harmless: null },
      { sha1: {}, sha256: '../../x', last_analysis_date: 'yesterday' },
    );
    const { outcome } = await attempt(json(200, odd));
    expect(verdict(outcome)).toMatchObject({ positives: 0, total: 5, sha1: undefined });
    // The id of the object is its SHA-256 as well.
    expect(verdict(outcome)?.['permalink']).toContain(SHA256);
    expect(verdict(outcome)?.['scan_date']).toBeUndefined();
  });

  it('is nothing when it does not know the file', async () => {
    const { outcome } = await attempt(errorV3(404, 'NotFoundError', `File "${MD5}" not found`));
    expect(outcome).toMatchObject({ kind: 'delivered', status: 404 });
    expect(verdict(outcome)).toMatchObject({ found: 0, malicious: 0 });
    expect(verdict(outcome)).not.toHaveProperty('positives');
  });

  it('fits into a datagram, however long the names in the alert are', async () => {
    const alert = { ...fim({ path: 'ü'.repeat(100_000), md5_after: MD5 }), id: 'x'.repeat(70_000) };
    const { outcome } = await attempt(json(200, report(BAD)), { alert });
    const [event] = outcome.events ?? [];
    if (event === undefined) throw new Error('no event');
    expect(datagramBytes(event)).toBeLessThanOrEqual(LARGEST_DATAGRAM);
    expect(verdict(outcome)).toMatchObject({ positives: 62, permalink: expect.anything() });
  });
});

describe('a file that is not analysed yet', () => {
  const cases: [string, HttpResult, Partial<Integration>][] = [
    ['without numbers', json(200, report(undefined)), {}],
    ['with nothing but zeros', json(200, report({ malicious: 0 }, { last_analysis_date: 0 })), {}],
    ['not available yet', errorV3(400, 'NotAvailableYet'), {}],
    [
      'queued, in version 2',
      json(200, { response_code: -2, resource: MD5, verbose_msg: 'Your resource is queued' }),
      { options: { api_version: 2 } },
    ],
  ];

  it.each(cases)('is asked for again later: %s', async (_what, result, overrides) => {
    const { outcome, now } = await attempt(result, { integration: integration(overrides) });
    expect(outcome).toMatchObject({ kind: 'retry', reason: 'rejected' });
    expect(outcome).toHaveProperty('notBefore', now + 5 * MINUTE);
    expect(outcome.events).toBeUndefined();
  });

  it('is asked for less and less often', async () => {
    const waits: number[] = [];
    for (const attempts of [0, 1, 2, 3, 4, 50, 5000]) {
      const { outcome, now } = await attempt(json(200, report(undefined)), { attempts });
      if (outcome.kind === 'retry') waits.push(((outcome.notBefore ?? 0) - now) / MINUTE);
    }
    expect(waits).toEqual([5, 10, 20, 40, 60, 60, 60]);
  });

  it('is not asked for by other alerts meanwhile', async () => {
    const clock = new FakeClock();
    const http = new FakeHttp(json(200, report(undefined)), json(200, report(BAD)));
    const context = aContext({ http, clock });
    const deliver = () => virustotal.deliver(aJob(EICAR, integration()), context);
    const first = await deliver();
    clock.tick(4 * MINUTE);
    expect(await deliver()).toMatchObject({
      kind: 'retry',
      notBefore: 'notBefore' in first ? first.notBefore : 0,
    });
    expect(http.requests).toHaveLength(1);
    clock.tick(MINUTE);
    expect(await deliver()).toMatchObject({ kind: 'delivered' });
    expect(http.requests).toHaveLength(2);
  });
});

describe('when VirusTotal fails', () => {
  const timeout: HttpResult = {
    ok: false,
    reason: 'timeout',
    message: 'No answer within 10 s.',
    mayHaveArrived: true,
  };

  it.each([
    [timeout, 'timeout', failure(408, 'Error: API request timed out')],
    [errorV3(503, 'TransientError'), 'server_error', failure(503, 'Error: API request fail')],
    [
      errorV3(504, 'DeadlineExceededError'),
      'server_error',
      failure(504, 'Error: API request fail'),
    ],
    [response(500, '<html>oops'), 'server_error', failure(500, 'Error: API request fail')],
    [response(408), 'timeout', failure(408, 'Error: API request timed out')],
  ])(
    'tells the manager once, when the quick retries are used up: %j',
    async (result, reason, event) => {
      const told: unknown[] = [];
      for (let attempts = 0; attempts < 10; attempts += 1) {
        const { outcome } = await attempt(result, { attempts });
        expect(outcome).toMatchObject({ kind: 'retry', reason });
        if (outcome.events !== undefined) told.push([attempts, outcome.events]);
      }
      expect(told).toEqual([[3, [event]]]);
      const { outcome } = await attempt(result, { integration: integration({ retries: 0 }) });
      expect(outcome.events).toEqual([event]);
    },
  );

  it('has nothing to tell when it never got an answer', async () => {
    const refused: HttpResult = {
      ok: false,
      reason: 'network',
      message: 'The server refuses connections.',
      mayHaveArrived: false,
    };
    const { outcome } = await attempt(refused, { attempts: 3 });
    expect(outcome).toMatchObject({ kind: 'retry', reason: 'network' });
    expect(outcome.events).toBeUndefined();
  });

  it.each([
    ['garbage', response(200, '<html>login</html>')],
    ['an empty answer', response(200, '')],
    ['a list', json(200, [])],
    ['another object', json(200, { status: 'fine' })],
    ['half an answer', { ...json(200, report(BAD)), body: '{"data":{"attr', truncated: true }],
    ['half a "not found"', { ...errorV3(404, ''), body: '{"error":{"co', truncated: true }],
  ])('asks again after %s, and tells no verdict', async (_what, result) => {
    const { outcome } = await attempt(result);
    expect(outcome).toMatchObject({ kind: 'retry', reason: 'server_error', status: result.status });
    expect(outcome.events).toBeUndefined();
  });

  it.each([
    ['garbage', response(200, '<html>login</html>')],
    ['no number', json(200, { response_code: 1, resource: MD5, sha1: SHA1 })],
    ['another code', json(200, { response_code: 7 })],
    ['no code', json(200, {})],
  ])('asks again after %s in version 2', async (_what, result) => {
    const { outcome } = await attempt(result, {
      integration: integration({ options: { api_version: 2 } }),
    });
    expect(outcome).toMatchObject({ kind: 'retry', reason: 'server_error' });
    expect(outcome.events).toBeUndefined();
  });

  it('gives up on what it rejects, and says so', async () => {
    const { outcome } = await attempt(errorV3(400, 'BadRequestError'));
    expect(outcome).toMatchObject({ kind: 'reject', reason: 'client_error', status: 400 });
    expect(outcome.events).toEqual([failure(400, 'Error: API request fail')]);
  });

  it('takes a page that says 404 for a wrong address, not for an unknown file', async () => {
    const { outcome } = await attempt(response(404, '<html>404 Not LookupResult'));
    expect(outcome).toMatchObject({ kind: 'park', reason: 'auth', status: 404 });
    expect(outcome.events).toEqual([failure(404, 'Error: API request fail')]);
  });

  it('parks when a key holds what no key can', async () => {
    for (const key of ['two words', 'naïve', 'a\nb']) {
      const { outcome, http } = await attempt(json(200, report(BAD)), {
        integration: integration({ apiKey: new Secret(key) }),
      });
      expect(outcome).toMatchObject({ kind: 'park', reason: 'client_error' });
      expect(outcome.message).toContain('<api_key>');
      expect(outcome.message).not.toContain(key);
      expect(http.requests).toEqual([]);
    }
  });
});

describe('when VirusTotal refuses the key', () => {
  it.each([
    errorV3(401, 'WrongCredentialsError', 'Wrong API key'),
    errorV3(403, 'ForbiddenError'),
    response(403),
  ])('parks, and tells the manager once a day: %j', async (result) => {
    const clock = new FakeClock();
    const context = aContext({ http: new FakeHttp(result), clock });
    const deliver = (one = integration()) => virustotal.deliver(aJob(EICAR, one), context);
    const first = await deliver();
    expect(first).toMatchObject({ kind: 'park', reason: 'auth', status: result.status });
    expect(first.message).toContain('<api_key>');
    expect(first.events).toEqual([failure(403, 'Error: Check credentials')]);
    clock.tick(15 * MINUTE);
    const again = await deliver();
    expect(again.kind).toBe('park');
    expect(again.events).toBeUndefined();
    const other = await deliver(integration({ apiKey: new Secret('f'.repeat(64)) }));
    expect(other.events).toHaveLength(1);
    clock.tick(24 * HOUR);
    expect((await deliver()).events).toHaveLength(1);
  });

  it('tells it once also when many asked at the same time', async () => {
    const context = aContext({ http: new FakeHttp(errorV3(401, 'WrongCredentialsError')) });
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => virustotal.deliver(aJob(EICAR, integration()), context)),
    );
    expect(outcomes.flatMap(({ events }) => events ?? [])).toHaveLength(1);
  });

  it('says nothing of it in an event when its answer repeats the key', async () => {
    const echo = json(200, report(BAD, { last_analysis_date: 1_700_000_000 }));
    const v2 = json(200, {
      response_code: 1,
      positives: 1,
      total: 2,
      sha1: KEY,
      permalink: `https://x/?apikey=${KEY}`,
    });
    for (const [result, options] of [
      [{ ...echo, body: echo.body.replace(SHA1, KEY) }, {}],
      [v2, { api_version: 2 }],
    ] as const) {
      const { outcome } = await attempt(result, { integration: integration({ options }) });
      expect(outcome.kind).toBe('delivered');
      expect(JSON.stringify(outcome)).not.toContain(KEY);
    }
  });
});

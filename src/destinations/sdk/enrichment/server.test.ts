import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { builtin } from '../../../../test/support/builtin.ts';
import { FakeClock } from '../../../../test/support/fake-clock.ts';
import { aContext } from '../../../../test/support/fake-transports.ts';
import { aJob, anAlert, anIntegration } from '../../../../test/support/jobs.ts';
import {
  answer,
  type Behaviour,
  endless,
  never,
  rawAndClose,
  reset,
  ScriptedServer,
  stuck,
} from '../../../../test/support/scripted-server.ts';
import type { JsonObject, JsonValue } from '../../../alert/json.ts';
import type { Destination } from '../../../core/destination.ts';
import type { Integration } from '../../../core/integration.ts';
import type { Outcome } from '../../../core/outcome.ts';
import { Secret } from '../../../core/secret.ts';
import { type ClosableHttpClient, createHttpClient } from '../../../transport/http.ts';
import { datagramBytes, LARGEST_DATAGRAM } from './manager-event-size.ts';

const maltiverse = builtin('maltiverse');
const virustotal = builtin('virustotal');

/** Both enrichments against a server that does to them what servers do, over real connections. */

const KEY = 'e93facc04764012d7bfb002500d5d1a6e93facc04764012d7bfb002500d5d1a6';
const MD5 = '44d88612fea8a8f36de82e1278abb02f';

let clock: FakeClock;
let http: ClosableHttpClient;
let server: ScriptedServer | undefined;
beforeEach(() => {
  clock = new FakeClock();
  // As much of a body is read as the destinations ask for.
  http = createHttpClient({ clock, env: {}, bodyCap: 4 * 1024 * 1024 });
});
afterEach(async () => {
  await http.close();
  await server?.close();
  server = undefined;
});

/** One attempt. Its time passes once the service has been asked the last of the questions. */
async function ask(
  destination: Destination,
  behaviours: readonly Behaviour[],
  alert: JsonObject,
  overrides: Partial<Integration> = {},
): Promise<Outcome> {
  const started = await ScriptedServer.start(behaviours);
  server = started;
  const integration = anIntegration({
    name: destination.name,
    hookUrl: new Secret(`http://127.0.0.1:${started.port}`),
    apiKey: new Secret(KEY),
    timeout: 20,
    timeoutIsSet: true,
    ...overrides,
  });
  const outcome = destination.deliver(aJob(anAlert(alert), integration), aContext({ http, clock }));
  return await clock.passWhile(outcome, () => started.requests.length >= behaviours.length);
}

const json = (status: number, body: JsonValue, headers: Record<string, string> = {}) =>
  answer(status, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
const error = (status: number, code: string, message = 'x', headers = {}) =>
  json(status, { error: { code, message } }, headers);

describe('VirusTotal over the wire', () => {
  const FILE = { id: '1', syscheck: { path: '/x', md5_after: MD5 } };
  const report = (attributes: JsonObject) => ({ data: { id: 'x', attributes } });
  const found = report({
    last_analysis_stats: { malicious: 3, undetected: 4 },
    last_analysis_date: 1_700_000_000,
  });
  const clean = report({ last_analysis_stats: { malicious: 0, undetected: 4 } });
  const vt = (behaviour: Behaviour, overrides?: Partial<Integration>) =>
    ask(virustotal, [behaviour], FILE, overrides);

  it('asks with the key in a header, and for JSON', async () => {
    expect((await vt(json(200, found))).kind).toBe('delivered');
    expect(server?.requests).toHaveLength(1);
    expect(server?.requests[0]).toMatchObject({
      method: 'GET',
      path: `/api/v3/files/${MD5}`,
      headers: { 'x-apikey': KEY, accept: 'application/json' },
      body: '',
    });
  });

  it('asks version 2 with the key in the address', async () => {
    const body = { response_code: 0, resource: MD5 };
    const outcome = await vt(json(200, body), { options: { api_version: 2 } });
    expect(outcome.kind).toBe('delivered');
    expect(server?.requests[0]?.path).toBe(`/vtapi/v2/file/report?apikey=${KEY}&resource=${MD5}`);
  });

  const answers: [string, Behaviour, JsonObject][] = [
    ['malicious', json(200, found), { kind: 'delivered', status: 200 }],
    ['clean', json(200, clean), { kind: 'delivered', status: 200 }],
    ['never analysed', json(200, report({})), { kind: 'retry', reason: 'rejected' }],
    ['unknown', error(404, 'NotFoundError'), { kind: 'delivered', status: 404 }],
    ['no key', error(401, 'AuthenticationRequiredError'), { kind: 'park', reason: 'auth' }],
    ['a wrong key', error(401, 'WrongCredentialsError'), { kind: 'park', reason: 'auth' }],
    ['forbidden', error(403, 'ForbiddenError'), { kind: 'park', reason: 'auth' }],
    ['quota', error(429, 'QuotaExceededError'), { kind: 'wait', reason: 'rate_limited' }],
    ['too many', error(429, 'TooManyRequestsError'), { kind: 'wait', reason: 'rate_limited' }],
    ['a bad request', error(400, 'BadRequestError'), { kind: 'reject', reason: 'client_error' }],
    ['not yet', error(400, 'NotAvailableYet'), { kind: 'retry', reason: 'rejected' }],
    ['trouble', error(503, 'TransientError'), { kind: 'retry', reason: 'server_error' }],
    ['slowness', error(504, 'DeadlineExceededError'), { kind: 'retry', reason: 'server_error' }],
    ['a page', answer(200, '<html>login'), { kind: 'retry', reason: 'server_error' }],
    ['nothing', answer(200, ''), { kind: 'retry', reason: 'server_error' }],
    ['no content', rawAndClose('HTTP/1.1 204 No\r\n\r\n'), { kind: 'retry', status: 204 }],
    ['a redirect', answer(302, '', { location: '/x' }), { kind: 'park', reason: 'client_error' }],
    ['a reset', reset, { kind: 'retry', reason: 'network' }],
    ['no HTTP', rawAndClose('SSH-2.0-x\r\n'), { kind: 'retry', reason: 'network' }],
    ['an endless body', endless(200), { kind: 'retry', reason: 'server_error' }],
  ];
  it.each(answers)('knows what to make of %s', async (_what, behaviour, expected) => {
    const outcome = await vt(behaviour);
    expect(outcome).toMatchObject(expected);
    expect(JSON.stringify(outcome)).not.toContain(KEY);
    expect(server?.requests).toHaveLength(1);
  });

  it('asks again when the answer breaks off', async () => {
    const whole = JSON.stringify(found);
    const head = `HTTP/1.1 200 OK\r\ncontent-length: ${whole.length}\r\n\r\n`;
    const outcome = await vt(rawAndClose(head + whole.slice(0, -5)));
    expect(outcome).toMatchObject({ kind: 'retry', reason: 'server_error', status: 200 });
    expect(outcome.message).toContain('was cut off');
  });

  it('retries when there is no answer in time, and reports it after the last retry', async () => {
    const outcome = await vt(never, { timeout: 1, retries: 0 });
    expect(outcome).toMatchObject({ kind: 'retry', reason: 'timeout' });
    expect(outcome.events?.[0]?.message['virustotal']).toMatchObject({ error: 408 });
    await server?.close();
    const half = await vt(stuck(200, '{"data":'), { timeout: 1 });
    expect(half).toMatchObject({ kind: 'retry', status: 200 });
  });

  it('waits as long as it is told', async () => {
    const before = clock.now();
    const outcome = await vt(error(429, 'QuotaExceededError', 'x', { 'retry-after': '600' }));
    const until = outcome.kind === 'wait' ? outcome.until : 0;
    expect(until).toBeGreaterThanOrEqual(before + 600_000);
    expect(until).toBeLessThanOrEqual(clock.now() + 600_000);
  });

  it('reads long reports', async () => {
    const engines = Object.fromEntries(
      Array.from({ length: 5000 }, (_, at) => [`Engine${at}`, { result: 'x'.repeat(200) }]),
    );
    const long = report({ last_analysis_results: engines, ...found.data.attributes });
    expect(JSON.stringify(long).length).toBeGreaterThan(1_000_000);
    const outcome = await vt(json(200, long));
    expect(outcome).toMatchObject({ kind: 'delivered' });
    expect(outcome.events?.[0]?.message['virustotal']).toMatchObject({ positives: 3, total: 7 });
  });
});

describe('Maltiverse over the wire', () => {
  const ALERT = { id: '1', data: { srcip: '8.8.8.8', hostname: 'bad.example' } };
  const hit = { type: 'ip', classification: 'malicious', blacklist: [{ source: 's' }] };
  const none = { status: 'fail', message: 'Not found' };
  const mv = (behaviours: readonly Behaviour[], overrides?: Partial<Integration>) =>
    ask(maltiverse, behaviours, ALERT, overrides);

  it('asks one question after the other, with the key as a bearer', async () => {
    const outcome = await mv([json(200, hit), json(404, none)]);
    expect(outcome).toMatchObject({ kind: 'delivered', status: 404 });
    expect(outcome.message).toBe('Maltiverse knows 1 of 2 indicators of this alert.');
    expect(outcome.events).toHaveLength(1);
    expect(server?.requests.map(({ path }) => path)).toEqual([
      '/ip/8.8.8.8',
      '/hostname/bad.example',
    ]);
    for (const { method, headers } of server?.requests ?? []) {
      expect(method).toBe('GET');
      expect(headers).toMatchObject({ authorization: `Bearer ${KEY}`, accept: 'application/json' });
    }
  });

  const answers: [string, Behaviour, JsonObject][] = [
    ['not found', json(404, none), { kind: 'delivered' }],
    ['no such address', json(400, { message: 'Bad request.' }), { kind: 'delivered' }],
    ['an error that is a success', json(200, { status: 'error' }), { kind: 'delivered' }],
    ['an empty object', json(200, {}), { kind: 'delivered' }],
    ['nothing', answer(200, ''), { kind: 'delivered' }],
    ['a wrong key', json(401, { message: 'x' }), { kind: 'park', reason: 'auth' }],
    ['a forbidden key', json(403, { message: 'x' }), { kind: 'park', reason: 'auth' }],
    ['a wrong address', answer(404, '<html>nginx'), { kind: 'park', reason: 'auth' }],
    ['a redirect', answer(301, '', { location: '/' }), { kind: 'park', reason: 'client_error' }],
    ['too many', json(429, {}), { kind: 'wait', reason: 'rate_limited' }],
    ['trouble', json(500, {}), { kind: 'retry', reason: 'server_error' }],
    ['a page', answer(200, '<html>login'), { kind: 'retry', reason: 'server_error' }],
    ['half an answer', stuck(200, '{"type":"ip"'), { kind: 'retry', reason: 'server_error' }],
    ['a reset', reset, { kind: 'retry', reason: 'network' }],
    ['silence', never, { kind: 'retry', reason: 'timeout' }],
  ];
  it.each(answers)('knows what to make of %s', async (_what, behaviour, expected) => {
    const outcome = await mv([behaviour], { timeout: 2 });
    expect(outcome).toMatchObject(expected);
    expect(outcome.events ?? []).toEqual([]);
    expect(JSON.stringify(outcome)).not.toContain(KEY);
  });

  it('makes a small event of a large answer', async () => {
    const large = {
      ...hit,
      resolved_ip: Array.from({ length: 20_000 }, (_, at) => ({ ip_addr: `10.0.0.${at}` })),
      tag: ['ssh'],
    };
    const outcome = await mv([json(200, large), json(404, none)]);
    const [event] = outcome.events ?? [];
    if (event === undefined) throw new Error('no event');
    expect(datagramBytes(event)).toBeLessThanOrEqual(LARGEST_DATAGRAM);
    expect(event.message['maltiverse']).toEqual({
      source: { ...hit, tag: ['ssh'] },
      removed: ['resolved_ip'],
    });
  });
});

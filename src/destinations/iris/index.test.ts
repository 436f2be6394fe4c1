import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeIris } from '../../../test/support/fake-iris.ts';
import { aContext, FakeHttp, response } from '../../../test/support/fake-transports.ts';
import { aJob, anAlert, anIntegration } from '../../../test/support/jobs.ts';
import { ManualClock } from '../../../test/support/manual-clock.ts';
import { answer, never } from '../../../test/support/scripted-server.ts';
import { fixture } from '../../../test/support/vectors.ts';
import type { JsonObject, JsonValue } from '../../alert/json.ts';
import { systemClock } from '../../core/clock.ts';
import type { HttpClient, HttpResult, Job } from '../../core/destination.ts';
import type { AnswerCache } from '../../core/enrichment.ts';
import type { Integration } from '../../core/integration.ts';
import type { Outcome } from '../../core/outcome.ts';
import { memoryCache } from '../../core/quota.ts';
import { Secret } from '../../core/secret.ts';
import { type ClosableHttpClient, createHttpClient } from '../../transport/http.ts';
import { findKnown } from './answer.ts';
import { iris } from './index.ts';

const ALERT: JsonObject = {
  timestamp: '2026-08-20T11:22:31.771+0000',
  rule: { level: 10, description: 'sshd: brute force', id: '5712', groups: ['syslog', 'sshd'] },
  agent: { id: '001', name: 'web01', ip: '10.0.0.21' },
  manager: { name: 'wazuh-manager' },
  id: '1787224951.17491',
  full_log: 'Failed password for root\nfrom 203.0.113.77',
  data: { srcip: '203.0.113.77', dstuser: 'root' },
  location: '/var/log/auth.log',
};

let server: FakeIris;
let http: ClosableHttpClient;
let cache: AnswerCache;

beforeEach(async () => {
  server = await FakeIris.start();
  http = createHttpClient({ clock: systemClock, env: {} });
  cache = memoryCache(systemClock);
});
afterEach(async () => {
  await http.close();
  await server.close();
});

function integrationFor(overrides: Partial<Integration> = {}): Integration {
  return anIntegration({
    id: 'custom-iris',
    name: 'custom-iris',
    hookUrl: new Secret(server.url),
    apiKey: new Secret(server.key),
    ...overrides,
  });
}

function jobFor(
  alert: JsonValue | Buffer = ALERT,
  overrides: Partial<Integration> = {},
  attempts = 0,
): Job {
  return { ...aJob(anAlert(alert), integrationFor(overrides)), attempts };
}

function deliver(job: Job, client: HttpClient = http): Promise<Outcome> {
  return iris.deliver(job, aContext({ http: client, clock: systemClock, cache }));
}

const posts = () => server.log.filter((line) => line === 'POST /alerts/add').length;

describe('what IRIS gets', () => {
  it('is an alert with all that the community script sends, and more', async () => {
    expect(await deliver(jobFor())).toMatchObject({ kind: 'delivered', status: 200 });
    expect(server.alerts).toHaveLength(1);
    expect(server.alerts[0]).toEqual({
      alert_id: 3826,
      alert_title: 'sshd: brute force',
      alert_description: [
        'Rule: 5712 (level 10): sshd: brute force',
        'Agent: web01 (001, 10.0.0.21)',
        'Manager: wazuh-manager',
        'Location: /var/log/auth.log',
        'Time: 2026-08-20T11:22:31.771+0000',
        'Alert: 1787224951.17491',
        'Source address: 203.0.113.77',
        'User: root',
        'Groups: syslog, sshd',
        '',
        'Log:',
        'Failed password for root',
        'from 203.0.113.77',
      ].join('\n'),
      alert_source: 'Wazuh',
      alert_source_ref: '1787224951.17491',
      alert_source_event_time: '2026-08-20T11:22:31.771+0000',
      alert_severity_id: 5,
      alert_status_id: 12,
      alert_customer_id: 1,
      alert_tags: 'wazuh,web01,syslog,sshd',
      alert_note: '',
      alert_context: {
        Rule: '5712 (level 10): sshd: brute force',
        Agent: 'web01 (001, 10.0.0.21)',
        Manager: 'wazuh-manager',
        Location: '/var/log/auth.log',
        Time: '2026-08-20T11:22:31.771+0000',
        Alert: '1787224951.17491',
        'Source address': '203.0.113.77',
        User: 'root',
        Groups: 'syslog, sshd',
      },
      alert_iocs: [
        {
          ioc_value: '203.0.113.77',
          ioc_type_id: 223,
          ioc_tlp_id: 2,
          ioc_description: 'From data.srcip',
          ioc_tags: 'wazuh',
        },
      ],
      alert_assets: [
        {
          asset_name: 'web01',
          asset_type_id: 33,
          asset_ip: '10.0.0.21',
          asset_description: 'Wazuh agent 001',
          asset_tags: 'wazuh',
        },
      ],
      alert_source_content: ALERT,
    });
  });

  it('holds the alert byte for byte', async () => {
    const line = '{"id":"1.2","rule":{"level":3.0},"data":{"2":1,"1":12345678901234567890}}';
    await deliver(jobFor(Buffer.from(line)));
    expect(server.requests.at(-1)?.body).toContain(`"alert_source_content":${line}`);
  });

  it('names the hashes of a file', async () => {
    const line = fixture('samples/w4_02_syscheck_added.json');
    await deliver(jobFor(line));
    const iocs = server.alerts[0]?.['alert_iocs'] as JsonObject[];
    expect(iocs.map((ioc) => [ioc['ioc_type_id'], ioc['ioc_value']])).toEqual([
      [224, '44d88612fea8a8f36de82e1278abb02f'],
      [225, '3395856ce81f2b7382dee72602f798b642f14140'],
      [226, '275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f'],
    ]);
  });

  it.each([
    [0, 3],
    [4, 3],
    [5, 4],
    [6, 4],
    [7, 1],
    [9, 1],
    [10, 5],
    [12, 5],
    [13, 6],
    [16, 6],
  ])('has for level %i the severity %i of this installation', async (level, id) => {
    await deliver(jobFor({ ...ALERT, rule: { level } }));
    expect(server.alerts[0]?.['alert_severity_id']).toBe(id);
  });

  it('has the members of the options in the place of its own', async () => {
    const options = { alert_tags: 'soc', alert_note: 'see runbook', alert_severity_id: 'critical' };
    await deliver(jobFor(ALERT, { options }));
    expect(server.alerts[0]).toMatchObject({
      alert_tags: 'soc',
      alert_note: 'see runbook',
      alert_severity_id: 6,
    });
  });

  it('has one line per tag and nothing that divides them', async () => {
    const agent = { name: 'web,01\u0007\n', id: '001' };
    await deliver(jobFor({ ...ALERT, agent, rule: { groups: ['a,b', 'a b', '', 7] } }));
    expect(server.alerts[0]?.['alert_tags']).toBe('wazuh,web 01�,a b,7');
  });

  it.each(['/', '/alerts/add', '/alerts/add/'])('goes to the same place with %s', async (path) => {
    expect((await deliver(jobFor(ALERT, { hookUrl: new Secret(server.url + path) }))).kind).toBe(
      'delivered',
    );
  });

  it('goes below a path, and keeps a query', () => {
    const hookUrl = new Secret('https://soc.example/iris/alerts/add?cid=1');
    const plan = iris.plan(jobFor(ALERT, { hookUrl }));
    const [request] = plan.kind === 'requests' ? plan.requests : [];
    expect(request?.url.reveal()).toBe('https://soc.example/iris/alerts/add?cid=1');
  });

  it('can be looked at without asking anybody, with the usual numbers', () => {
    const options = { alert_customer_id: 'ACME Ltd' };
    const plan = iris.plan(jobFor(ALERT, { options }));
    const [request] = plan.kind === 'requests' ? plan.requests : [];
    expect(JSON.parse(request?.body ?? '')).toMatchObject({
      alert_severity_id: 5,
      alert_status_id: 2,
      alert_customer_id: 'ACME Ltd',
      alert_iocs: [{ ioc_type_id: 79 }],
      alert_assets: [{ asset_type_id: 3 }],
    });
    expect(server.requests).toHaveLength(0);
  });
});

describe('the numbers of an installation', () => {
  it('are asked for once, and again after an hour', async () => {
    const clock = new ManualClock();
    const context = aContext({ http, clock });
    const questions = async () => {
      const before = server.log.length;
      expect((await iris.deliver(jobFor(), context)).kind).toBe('delivered');
      return server.log.slice(before);
    };
    expect(await questions()).toEqual([
      'GET /manage/severities/list',
      'GET /manage/alert-status/list',
      'GET /manage/ioc-types/list',
      'GET /manage/asset-type/list',
      'POST /alerts/add',
    ]);
    clock.advance(3_599_000);
    expect(await questions()).toEqual(['POST /alerts/add']);
    clock.advance(2000);
    expect(await questions()).toHaveLength(5);
  });

  it('are kept under names that tell neither the address nor the key', async () => {
    const kept: string[] = [];
    const spy: AnswerCache = {
      get: () => undefined,
      set: (key, value) => kept.push(key, value),
    };
    await iris.deliver(jobFor(), aContext({ http, clock: systemClock, cache: spy }));
    expect(kept).toHaveLength(8);
    for (const text of kept) {
      expect(text).not.toContain(server.key);
      expect(text).not.toContain('127.0.0.1');
    }
  });

  it('are not shared between servers or users', async () => {
    await deliver(jobFor());
    await deliver(jobFor(ALERT, { apiKey: new Secret('another-key') }));
    expect(server.log.filter((line) => line.endsWith('severities/list'))).toHaveLength(2);
  });

  it('are the usual ones where a list is not to be had', async () => {
    server.lists['/manage/asset-type/list'] = [{ asset_id: 3, asset_name: 'x' }];
    server.failNext('/manage/asset-type/list', answer(403, '{"message":"Permission denied"}'));
    server.failNext('/manage/alert-status/list', answer(404, 'Not Found'));
    expect((await deliver(jobFor())).kind).toBe('delivered');
    expect(server.alerts[0]).toMatchObject({
      alert_status_id: 2,
      alert_assets: [{ asset_type_id: 3 }],
    });
    await deliver(jobFor());
    expect(server.log.filter((line) => line.endsWith('alert-status/list'))).toHaveLength(1);
  });

  it('are waited for while the server fails, but not forever', async () => {
    const path = '/manage/severities/list';
    server.failNext(path, answer(502, '<html>'));
    expect(await deliver(jobFor())).toMatchObject({ kind: 'retry', reason: 'server_error' });
    server.failNext(path, answer(429, '', { 'retry-after': '7' }));
    expect(await deliver(jobFor(ALERT, {}, 9))).toMatchObject({ reason: 'rate_limited' });
    expect(posts()).toBe(0);
    server.failNext(path, answer(500, '<html>'));
    expect((await deliver(jobFor(ALERT, {}, 3))).kind).toBe('delivered');
    expect(server.alerts[0]?.['alert_severity_id']).toBe(5);
  });

  it('are not guessed when the key is wrong', async () => {
    const outcome = await deliver(jobFor(ALERT, { apiKey: new Secret('wrong-key') }));
    expect(outcome).toMatchObject({ kind: 'park', reason: 'auth', status: 401 });
    expect(outcome.message).toContain('<api_key>');
    expect(posts()).toBe(0);
  });
});

describe('the customer', () => {
  it('can be given as a number or by name', async () => {
    await deliver(jobFor(ALERT, { options: { alert_customer_id: 7 } }));
    await deliver(jobFor(ALERT, { options: { alert_customer_id: ' acme ltd ' } }));
    expect(server.alerts.map((alert) => alert['alert_customer_id'])).toEqual([7, 7]);
  });

  it('must exist', async () => {
    const outcome = await deliver(jobFor(ALERT, { options: { alert_customer_id: 'Acme' } }));
    expect(outcome).toMatchObject({ kind: 'park', reason: 'client_error' });
    expect(outcome.message).toContain("no customer called 'Acme'");
  });

  it('must be a number where the user may not see names', async () => {
    server.failNext('/manage/customers/list', answer(403, '{"message":"Permission denied"}'));
    const outcome = await deliver(jobFor(ALERT, { options: { alert_customer_id: 'ACME Ltd' } }));
    expect(outcome).toMatchObject({ kind: 'park', reason: 'auth', status: 403 });
    expect(outcome.message).toContain("customer's number instead of its name");
  });

  it('must be one that the user has access to', async () => {
    server.entitled = [1];
    const outcome = await deliver(jobFor(ALERT, { options: { alert_customer_id: 7 } }));
    expect(outcome).toMatchObject({ kind: 'park', reason: 'auth', status: 400 });
    expect(outcome.message).toContain('no access to this customer');
    expect(posts()).toBe(1);
  });
});

describe('a retry', () => {
  it('makes no second alert when only the answer was lost', async () => {
    server.failNext('/alerts/add', 'lost');
    const first = await deliver(jobFor());
    expect(first).toMatchObject({ kind: 'retry', reason: 'network' });
    expect(first.message).toContain('may have arrived');
    expect(server.alerts).toHaveLength(1);
    const second = await deliver(jobFor(ALERT, {}, 1));
    expect(second).toMatchObject({ kind: 'delivered' });
    expect(second.message).toContain('number 3826');
    expect(server.alerts).toHaveLength(1);
    expect(posts()).toBe(1);
  });

  it('sends what did not arrive', async () => {
    server.failNext('/alerts/add', answer(503, 'busy'));
    expect((await deliver(jobFor())).kind).toBe('retry');
    expect((await deliver(jobFor(ALERT, {}, 1))).kind).toBe('delivered');
    expect(server.log.slice(-2)).toEqual(['GET /alerts/filter', 'POST /alerts/add']);
    expect(server.alerts).toHaveLength(1);
  });

  it('takes no other alert for its own', async () => {
    await deliver(jobFor({ ...ALERT, id: '1787224951.174910' }));
    await deliver(jobFor(ALERT, { options: { alert_customer_id: 7 } }));
    await deliver(jobFor(ALERT, { options: { alert_source: 'Wazuh West' } }));
    expect(server.alerts).toHaveLength(3);
    expect((await deliver(jobFor(ALERT, {}, 1))).message).toBeUndefined();
    expect(server.alerts).toHaveLength(4);
    expect((await deliver(jobFor(ALERT, {}, 2))).message).toContain('number 3829');
  });

  it('compares each alert of a list, whose members may stand in two places', () => {
    const wanted = { source: 'Wazuh', reference: '1.2', customer: 7 };
    const row = { alert_id: 5, alert_source: 'Wazuh', alert_source_ref: '1.2' };
    const found = (data: JsonValue, status = 200) =>
      findKnown(response(status, JSON.stringify({ data })), wanted);
    const ours = { ...row, alert_customer_id: 7 };
    expect(found({ alerts: [null, { ...row, alert_customer_id: 1 }, ours] })).toBe('5');
    expect(found({ data: [ours] })).toBe('5');
    expect(found({ alerts: [{ ...row, alert_customer_id: 1 }] })).toBeUndefined();
    expect(found({ alerts: [ours] }, 500)).toBeUndefined();
    expect(found([ours])).toBeUndefined();
    expect(found({ alerts: 'x' })).toBeUndefined();
  });

  it('looks for the reference that the options set', async () => {
    const options = { alert_source_ref: 'a&b=c #?%', alert_source: 'Wazuh & Co' };
    await deliver(jobFor(ALERT, { options }));
    expect((await deliver(jobFor(ALERT, { options }, 1))).message).toContain('already');
    expect(posts()).toBe(1);
  });

  it('sends anyway when the user may not list alerts', async () => {
    server.mayRead = false;
    expect((await deliver(jobFor(ALERT, {}, 1))).kind).toBe('delivered');
    expect(server.log.slice(-2)).toEqual(['GET /alerts/filter', 'POST /alerts/add']);
  });

  it('waits while nobody can say whether it arrived', async () => {
    server.failNext('/alerts/filter', answer(500, '<html>'));
    const outcome = await deliver(jobFor(ALERT, {}, 1));
    expect(outcome).toMatchObject({ kind: 'retry', reason: 'server_error' });
    expect(posts()).toBe(0);
  });
});

describe('what IRIS dislikes', () => {
  it('is sent once more without all that it can do without', async () => {
    const data = { domain: 'under_score.example.com' };
    expect((await deliver(jobFor({ ...ALERT, data }))).kind).toBe('delivered');
    expect(posts()).toBe(2);
    expect(server.alerts[0]).toMatchObject({
      alert_title: 'sshd: brute force',
      alert_severity_id: 5,
    });
    expect(Object.keys(server.alerts[0] ?? {})).not.toContain('alert_iocs');
    expect(Object.keys(server.alerts[0] ?? {})).not.toContain('alert_assets');
  });

  it('is sent once more without NUL characters, but with every other escape', async () => {
    const line = String.raw`{"id":"1.2","rule":{"level":3},"full_log":"a\u0000b\\u0000c\\\u0000\u0001"}`;
    expect((await deliver(jobFor(Buffer.from(line)))).kind).toBe('delivered');
    expect(server.alerts[0]?.['alert_source_content']).toMatchObject({
      full_log: 'a\ufffdb\\u0000c\\\ufffd\u0001',
    });
  });

  it('is a dead letter when it dislikes that as well, with what it says', async () => {
    server.lists['/manage/severities/list'] = [{ severity_id: 9, severity_name: 'x' }];
    const rejected = await deliver(jobFor());
    expect(rejected).toMatchObject({ kind: 'reject', reason: 'client_error', status: 400 });
    expect(rejected.message).toContain('ForeignKeyViolation');
  });

  it.each([
    ['Invalid CSRF token', 'park', 'Authorization'],
    ["{'alert_title': ['Missing data for required field.']}", 'reject', 'alert_title'],
  ])('says what to do about %s', async (message, kind, words) => {
    const body = JSON.stringify({ status: 'error', message, data: [] });
    const outcome = await deliver(jobFor(), new FakeHttp(response(200, '{}'), response(400, body)));
    expect(outcome).toMatchObject({ kind });
    expect(outcome.message).toContain(words);
  });

  it('is requested again when the answer is not from IRIS', async () => {
    const client = (last: HttpResult) => new FakeHttp(...Array(4).fill(response(200, '{}')), last);
    const says = async (last: HttpResult) => (await deliver(jobFor(), client(last))).kind;
    expect(await says(response(200, '<html>login</html>'))).toBe('retry');
    expect(await says(response(200, '{"status":"error","message":"no"}'))).toBe('retry');
    const long = { ...response(200, '{"data":{"alert_source_content":{"a'), truncated: true };
    expect(await says(long)).toBe('delivered');
    expect(await says({ ...long, body: '<html>' })).toBe('retry');
  });
});

describe('all requests together', () => {
  it('take no longer than one attempt may', async () => {
    const clock = new ManualClock();
    const limits: number[] = [];
    const slow: HttpClient = {
      async send(_request, { timeoutMs }) {
        limits.push(timeoutMs);
        clock.advance(4000);
        return response(200, '{"status":"success","data":[]}');
      },
    };
    const job = jobFor(ALERT, { timeout: 10, timeoutIsSet: true });
    const outcome = await iris.deliver(job, aContext({ http: slow, clock }));
    expect(limits).toEqual([10_000, 6000, 2000]);
    expect(outcome).toMatchObject({ kind: 'retry', reason: 'timeout' });
    expect(outcome.message).toContain('<timeout>');
  });

  it('say that nothing was sent when a question gets no answer', async () => {
    server.failNext('/manage/ioc-types/list', never);
    const outcome = await deliver(jobFor(ALERT, { timeout: 1, timeoutIsSet: true }));
    expect(outcome).toMatchObject({ kind: 'retry', reason: 'timeout' });
    expect(outcome.message).toContain('Nothing was sent yet');
    expect(posts()).toBe(0);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeJira } from '../../../test/support/fake-jira.ts';
import { aContext, response } from '../../../test/support/fake-transports.ts';
import { aJob, anAlert, anIntegration } from '../../../test/support/jobs.ts';
import { ManualClock } from '../../../test/support/manual-clock.ts';
import { answer } from '../../../test/support/scripted-server.ts';
import type { JsonObject, JsonValue } from '../../alert/json.ts';
import { systemClock } from '../../core/clock.ts';
import type { HttpClient, Job } from '../../core/destination.ts';
import type { AnswerCache } from '../../core/enrichment.ts';
import type { Integration } from '../../core/integration.ts';
import type { Outcome } from '../../core/outcome.ts';
import { memoryCache } from '../../core/quota.ts';
import { Secret } from '../../core/secret.ts';
import { type ClosableHttpClient, createHttpClient } from '../../transport/http.ts';
import { jira } from './index.ts';

const ALERT: JsonObject = {
  timestamp: '2026-08-20T11:22:31.771+0000',
  rule: { level: 10, description: 'sshd: brute force', id: '5712', groups: ['sshd'] },
  agent: { id: '001', name: 'web01', ip: '10.0.0.21' },
  manager: { name: 'wazuh-manager' },
  id: '1787224951.17491',
  full_log: 'Failed password for root',
  data: { srcip: '203.0.113.77' },
  location: '/var/log/auth.log',
};
const CREATE = 'POST /rest/api/3/issue';
const SEARCH = 'POST /rest/api/3/search/jql';

let server: FakeJira;
let http: ClosableHttpClient;
let cache: AnswerCache;

beforeEach(async () => {
  server = await FakeJira.start();
  http = createHttpClient({ clock: systemClock, env: {} });
  cache = memoryCache(systemClock);
});
afterEach(async () => {
  await http.close();
  await server.close();
});

type Given = Partial<Integration> & { readonly attempts?: number };

function jobFor(alert: JsonValue | Buffer, { attempts = 0, ...overrides }: Given): Job {
  const integration = anIntegration({
    id: 'custom-jira',
    name: 'custom-jira',
    hookUrl: new Secret(server.url),
    apiKey: new Secret(`${server.user}:${server.token}`),
    options: { project: 'SEC' },
    ...overrides,
  });
  return { ...aJob(anAlert(alert), integration), attempts };
}

function deliver(alert: JsonValue | Buffer = ALERT, given: Given = {}): Promise<Outcome> {
  return jira.deliver(jobFor(alert, given), aContext({ http, clock: systemClock, cache }));
}

const fieldsOf = (at: number): JsonObject => server.issues.at(at)?.fields ?? {};
const creations = () => server.log.filter((line) => line === CREATE).length;

describe('what Jira gets', () => {
  it('is an issue, after the question whether it has one', async () => {
    const outcome = await deliver();
    expect(outcome).toMatchObject({ kind: 'delivered', status: 201, message: 'Created SEC-24.' });
    expect(server.log).toEqual([SEARCH, CREATE]);
    expect(fieldsOf(0)).toMatchObject({
      project: { key: 'SEC' },
      issuetype: { name: 'Task' },
      summary: 'sshd: brute force (web01)',
      labels: ['wazuh', expect.stringMatching(/^wazuh-[0-9a-f]{20}$/)],
      priority: { name: 'High' },
    });
    expect(server.queries).toEqual([
      expect.stringMatching(
        /^project = "SEC" AND labels = "wazuh-[0-9a-f]{20}" ORDER BY created DESC$/,
      ),
    ]);
  });

  it('has the fields, labels and types of the options', async () => {
    const options = {
      project: 'SEC',
      labels: ['soc', 'wazuh'],
      fields: { customfield_10001: { value: 'x' }, summary: 'A fixed title' },
      priorities: { '12': 'Highest', '0': 'Lowest' },
    };
    await deliver(ALERT, { options });
    expect(fieldsOf(0)).toMatchObject({
      customfield_10001: { value: 'x' },
      summary: 'A fixed title',
      labels: ['wazuh', expect.any(String), 'soc'],
      priority: { name: 'Lowest' },
    });
  });

  it.each([
    [0, 'Lowest'],
    [4, 'Lowest'],
    [5, 'Low'],
    [7, 'Medium'],
    [10, 'High'],
    [12, 'High'],
    [13, 'Highest'],
  ])('has for level %i the priority %s', async (level, name) => {
    await deliver({ ...ALERT, rule: { level } });
    expect(fieldsOf(0)['priority']).toEqual({ name });
  });

  it('has no priority where the options say so', async () => {
    await deliver(ALERT, { options: { project: 'SEC', priorities: null } });
    expect(fieldsOf(0)).not.toHaveProperty('priority');
    await deliver(
      { ...ALERT, id: '2.2' },
      { options: { project: 'SEC', priorities: { '12': 'High' } } },
    );
    expect(fieldsOf(1)).not.toHaveProperty('priority');
  });

  it.each(['', '/', '/rest/api/3/issue', '/rest/api/3/issue/', '/rest/api/latest'])(
    'goes to the same place with %s',
    async (path) => {
      expect((await deliver(ALERT, { hookUrl: new Secret(server.url + path) })).kind).toBe(
        'delivered',
      );
    },
  );

  it('can be looked at without asking anybody, also with wrong options', () => {
    for (const options of [{ project: 'SEC' }, {}, undefined]) {
      const plan = jira.plan(jobFor(ALERT, { options }));
      const [request] = plan.kind === 'requests' ? plan.requests : [];
      expect(request?.url.reveal()).toBe(`${server.url}/rest/api/3/issue`);
      expect(JSON.parse(request?.body ?? '')).toMatchObject({
        fields: { summary: 'sshd: brute force (web01)' },
      });
    }
    expect(server.requests).toHaveLength(0);
  });
});

describe('Data Center', () => {
  beforeEach(async () => {
    await server.close();
    server = await FakeJira.start(2);
  });

  it.each([
    ['', { project: 'SEC', api_version: 2 }],
    ['/rest/api/2/', { project: 'SEC' }],
    ['/rest/api/2/issue', { project: 'SEC' }],
  ])('is spoken to in its own way with %s and %j', async (path, options) => {
    const hookUrl = new Secret(server.url + path);
    const apiKey = new Secret(server.token);
    expect((await deliver(ALERT, { hookUrl, apiKey, options })).kind).toBe('delivered');
    expect(server.log).toEqual(['POST /rest/api/2/search', 'POST /rest/api/2/issue']);
    expect(fieldsOf(0)['description']).toContain('{noformat}');
    const again = await deliver(ALERT, { hookUrl, apiKey, options });
    expect(again.message).toBe('Jira already has this alert: SEC-24.');
  });

  it('in the cloud is asked in the way that the cloud has', () => {
    const hookUrl = new Secret('https://acme.atlassian.net/rest/api/2/issue');
    const context = aContext({ clock: systemClock });
    const asked: string[] = [];
    const spy = {
      send: async (request: { url: Secret }) => {
        asked.push(request.url.reveal());
        return { ok: false, reason: 'network', message: 'x', mayHaveArrived: false } as const;
      },
    };
    return jira.deliver(jobFor(ALERT, { hookUrl }), { ...context, http: spy }).then(() => {
      expect(asked).toEqual(['https://acme.atlassian.net/rest/api/2/search/jql']);
    });
  });
});

describe('an alert that Jira has', () => {
  it('gets no second issue when only the answer was lost', async () => {
    server.failNext('/issue', 'lost');
    const before = systemClock.now();
    const first = await deliver();
    expect(first).toMatchObject({ kind: 'retry', reason: 'network' });
    expect(first.message).toContain('may have arrived');
    // Jira's search needs its time to find the issue.
    expect('notBefore' in first && (first.notBefore ?? 0) - before).toBeGreaterThanOrEqual(30_000);
    expect(server.issues).toHaveLength(1);
    const second = await deliver(ALERT, { attempts: 1 });
    expect(second).toMatchObject({
      kind: 'delivered',
      message: 'Jira already has this alert: SEC-24.',
    });
    expect(server.issues).toHaveLength(1);
    expect(creations()).toBe(1);
  });

  it('gets none either when its issue is done', async () => {
    await deliver();
    (server.issues[0] as { done: boolean }).done = true;
    expect((await deliver()).message).toContain('already has this alert: SEC-24');
  });

  it('is another one on another manager or node, or with another id', async () => {
    await deliver();
    await deliver({ ...ALERT, manager: { name: 'other' } });
    await deliver({ ...ALERT, cluster: { node: 'node02' } });
    await deliver({ ...ALERT, id: '1787224951.174910' });
    await deliver(Buffer.from('{"rule":{"level":3}}'));
    await deliver(Buffer.from('{"rule":{"level":4}}'));
    expect(server.issues).toHaveLength(6);
  });

  it('is not created blindly while nobody can say whether it is there', async () => {
    for (const fault of [answer(503, 'busy'), answer(200, '<html>login</html>'), 'lost'] as const) {
      server.failNext('/search/jql', fault);
      const outcome = await deliver();
      expect(outcome.kind).toBe('retry');
      expect(outcome).not.toHaveProperty('notBefore');
    }
    expect(creations()).toBe(0);
  });

  it('is retried soon when it was certainly not sent', async () => {
    const clock = new ManualClock();
    const slow: HttpClient = {
      async send() {
        clock.advance(2000);
        return response(200, '{"issues":[]}');
      },
    };
    const job = jobFor(ALERT, { timeout: 1, timeoutIsSet: true });
    const outcome = await jira.deliver(job, aContext({ http: slow, clock }));
    expect(outcome).toMatchObject({ kind: 'retry', reason: 'timeout' });
    expect(outcome).not.toHaveProperty('notBefore');
  });

  it('is created where the question itself is refused', async () => {
    server.failNext('/search/jql', answer(400, '{"errorMessages":["Error in the JQL Query."]}'));
    expect((await deliver()).kind).toBe('delivered');
  });

  it('is asked for later after a server error, but at the named time after too many requests', async () => {
    server.failNext('/issue', answer(502, '<html>'));
    const now = systemClock.now();
    const broken = await deliver();
    expect('notBefore' in broken && (broken.notBefore ?? 0) - now).toBeGreaterThanOrEqual(30_000);
    server.failNext('/issue', answer(429, '', { 'retry-after': '5' }));
    const limited = await deliver();
    expect(limited).toMatchObject({ kind: 'retry', reason: 'rate_limited', status: 429 });
    expect('notBefore' in limited && (limited.notBefore ?? 0) - now).toBeLessThan(30_000);
  });
});

describe('what Jira dislikes', () => {
  it('is left out, and not retried for an hour', async () => {
    server.fields = ['project', 'issuetype', 'summary', 'description', 'labels'];
    const options = { project: 'SEC', fields: { customfield_10001: 'x' } };
    const outcome = await deliver(ALERT, { options });
    expect(outcome).toMatchObject({ kind: 'delivered' });
    expect(outcome.message).toContain('Without priority, customfield_10001');
    expect(JSON.stringify(fieldsOf(0)['description'])).toContain('203.0.113.77');
    expect(creations()).toBe(2);
    await deliver({ ...ALERT, id: '2.2' }, { options });
    expect(creations()).toBe(3);
    expect(server.issues).toHaveLength(2);
  });

  it('is sent once more with the facts alone when it does not say what', async () => {
    server.failNext('/issue', answer(400, '{"errorMessages":["CONTENT_LIMIT_EXCEEDED"]}'));
    expect((await deliver()).message).toBe('Created SEC-24.');
    expect(fieldsOf(0)).not.toHaveProperty('priority');
    const text = JSON.stringify(fieldsOf(0)['description']);
    expect(text).toContain('sshd: brute force');
    expect(text).not.toContain('codeBlock');
    await deliver({ ...ALERT, id: '2.2' });
    expect(fieldsOf(1)).toHaveProperty('priority');
  });

  it('is a dead letter when it dislikes that as well', async () => {
    const body = '{"errorMessages":[],"errors":{"customfield_9":"Team is required."}}';
    server.failNext('/issue', answer(400, body));
    server.failNext('/issue', answer(400, body));
    const outcome = await deliver();
    expect(outcome).toMatchObject({ kind: 'reject', reason: 'client_error', status: 400 });
    expect(outcome.message).toContain('customfield_9: Team is required');
    expect(outcome.message).toContain('"fields"');
  });

  it.each([
    [{ project: 'NOPE' }, 'project: valid project is required'],
    [{ project: 'SEC', issue_type: 'Alarm' }, 'issuetype: Specify a valid issue type'],
  ])('stops the integration when it is the place: %j', async (options, words) => {
    const outcome = await deliver(ALERT, { options });
    expect(outcome).toMatchObject({ kind: 'park', reason: 'client_error', status: 400 });
    expect(outcome.message).toContain(words);
    expect(creations()).toBe(1);
  });

  it.each([401, 403])('stops the integration when it is the key (HTTP %i)', async (status) => {
    server.failNext('/search/jql', answer(status, '{}'));
    const outcome = await deliver();
    expect(outcome).toMatchObject({ kind: 'park', reason: 'auth', status });
    expect(outcome.message).toContain('address:token');
    expect(creations()).toBe(0);
  });

  it('stops the integration when there is no Jira', async () => {
    const outcome = await deliver(ALERT, { hookUrl: new Secret(`${server.url}/wiki`) });
    expect(outcome).toMatchObject({ kind: 'park', reason: 'auth', status: 404 });
    expect(outcome.message).toContain('"api_version": 2');
  });

  it('is said without any part of the key', async () => {
    const pair = Buffer.from(`${server.user}:${server.token}`).toString('base64');
    const echo = `{"errorMessages":["${server.token} ${pair}"]}`;
    server.failNext('/issue', answer(400, echo));
    server.failNext('/issue', answer(400, echo));
    const outcome = await deliver();
    expect(outcome.message).toContain('[redacted]');
    expect(JSON.stringify(outcome)).not.toContain(server.token);
    expect(JSON.stringify(outcome)).not.toContain(pair);
  });
});

describe('follow-ups', () => {
  const options = { project: 'SEC', group_follow_ups: true };
  const next = (id: string, more: JsonObject = {}) => ({ ...ALERT, id, ...more });

  it('become comments of the open issue of the same rule and agent', async () => {
    await deliver(next('1.1'), { options });
    const outcome = await deliver(next('1.2'), { options });
    expect(outcome).toMatchObject({ kind: 'delivered', message: 'Added as a comment to SEC-24.' });
    expect(server.issues).toHaveLength(1);
    expect(server.issues[0]?.comments).toHaveLength(1);
    expect(JSON.stringify(server.issues[0]?.comments)).toContain('Alert: ","marks"');
    expect(JSON.stringify(server.issues[0]?.comments)).toContain('"text":"1.2"');
  });

  it('of another rule, agent or manager have issues of their own', async () => {
    await deliver(next('1.1'), { options });
    await deliver(next('1.2', { rule: { id: '1', level: 3 } }), { options });
    await deliver(next('1.3', { agent: { id: '002', name: 'x' } }), { options });
    await deliver(next('1.4', { manager: { name: 'other' } }), { options });
    await deliver(next('1.5', { rule: { level: 3 } }), { options });
    await deliver(next('1.6', { rule: { level: 3 } }), { options });
    expect(server.issues.map(({ comments }) => comments.length)).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it('open a new issue once the old one is done', async () => {
    await deliver(next('1.1'), { options });
    (server.issues[0] as { done: boolean }).done = true;
    cache = memoryCache(systemClock);
    expect((await deliver(next('1.2'), { options })).message).toBe('Created SEC-25.');
  });

  it('find an issue that the search cannot find yet', async () => {
    server.indexesAtOnce = false;
    await deliver(next('1.1'), { options });
    expect((await deliver(next('1.2'), { options })).message).toContain('comment to SEC-24');
  });

  it('are not added twice when only the answer was lost', async () => {
    await deliver(next('1.1'), { options });
    server.failNext('/issue/SEC-24/comment', 'lost');
    expect((await deliver(next('1.2'), { options })).kind).toBe('retry');
    const again = await deliver(next('1.2'), { options, attempts: 1 });
    expect(again.message).toContain('SEC-24 already has this alert as a comment: an earlier');
    expect((await deliver(next('1.3'), { options, attempts: 1 })).kind).toBe('delivered');
    expect(server.issues[0]?.comments).toHaveLength(2);
  });

  it('have issues of their own where comments are not to be had', async () => {
    await deliver(next('1.1'), { options });
    server.mayComment = false;
    expect((await deliver(next('1.2'), { options })).message).toBe('Created SEC-25.');
    server.issues.splice(0);
    expect((await deliver(next('1.3'), { options })).kind).toBe('delivered');
  });

  it('wait while Jira fails', async () => {
    await deliver(next('1.1'), { options });
    server.failNext('/issue/SEC-24/comment', answer(503, 'busy'));
    expect((await deliver(next('1.2'), { options })).kind).toBe('retry');
    expect(server.issues).toHaveLength(1);
  });

  it('are no follow-ups unless the options say so', async () => {
    await deliver(next('1.1'));
    await deliver(next('1.2'));
    expect(server.issues).toHaveLength(2);
  });
});

it('keeps nothing in its memory that tells the address or the key', async () => {
  const kept: string[] = [];
  cache = {
    get: () => undefined,
    set: (...entry) => {
      kept.push(JSON.stringify(entry));
    },
  };
  server.fields = server.fields.filter((field) => field !== 'priority');
  await deliver(ALERT, { options: { project: 'SEC', group_follow_ups: true } });
  expect(kept).toHaveLength(2);
  expect(kept.join()).not.toMatch(/127\.0\.0\.1|ATATT|bot@/);
});

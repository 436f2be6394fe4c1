import { describe, expect, it } from 'vitest';
import { builtin } from '../../../test/support/builtin.ts';
import { aContext, FakeHttp, response } from '../../../test/support/fake-transports.ts';
import { aJob, anAlert, anIntegration } from '../../../test/support/jobs.ts';
import type { JsonObject, JsonValue } from '../../alert/json.ts';
import type { Integration } from '../../core/integration.ts';
import { Secret } from '../../core/secret.ts';

const pagerduty = builtin('pagerduty');

const KEY = 'e93facc04764012d7bfb002500d5d1a6';
const integration = anIntegration({ name: 'pagerduty', apiKey: new Secret(KEY) });
const SUCCESS = response(202, '{"status":"success","message":"Event processed","dedup_key":"x"}');

interface Event extends JsonObject {
  dedup_key: string;
  payload: JsonObject;
}

function requestFor(alert: JsonValue, own: Partial<Integration> = {}, key?: string) {
  const plan = pagerduty.plan(aJob(anAlert(alert), { ...integration, ...own }, key));
  const request = plan.kind === 'requests' ? plan.requests[0] : undefined;
  if (request?.body === undefined) throw new Error('no request');
  return { ...request, body: request.body, event: JSON.parse(request.body) as Event };
}

/** An alert with a log of so many bytes, and further members. */
function bigAlert(members: JsonObject): JsonObject {
  const rule = { level: 12, id: '5712', description: 'big', groups: ['sshd'] };
  return { id: '1.1', rule, agent: { id: '001', name: 'web01' }, location: '/x', ...members };
}

describe('the event', () => {
  it.each([
    [0, 'info'],
    [6, 'info'],
    [7, 'warning'],
    [9, 'warning'],
    [10, 'error'],
    [12, 'error'],
    [13, 'critical'],
    [16, 'critical'],
  ])('calls level %i %s', (level, severity) => {
    expect(requestFor({ rule: { level } }).event.payload['severity']).toBe(severity);
  });

  it('names where the alert comes from, without an agent too', () => {
    const source = (alert: JsonValue) => requestFor(alert).event.payload['source'];
    expect(source({ agent: { name: 'web01' }, manager: { name: 'm' } })).toBe('web01');
    expect(source({ agentless: { host: 'sw1' }, manager: { name: 'm' } })).toBe('sw1');
    expect(source({ manager: { name: 'm' }, location: 'l' })).toBe('m');
    expect(source({ agent: { name: ' ' }, location: 'l' })).toBe('l');
    expect(source({})).toBe('N/A');
  });

  it('leaves out what the alert lacks', () => {
    expect(requestFor({}).event.payload).toEqual({
      summary: 'N/A',
      source: 'N/A',
      severity: 'info',
      custom_details: {},
    });
  });

  it('keeps the summary within 1024 characters, whole ones', () => {
    const description = '🚨'.repeat(2000);
    const summary = requestFor({ rule: { description } }).event.payload['summary'] as string;
    expect(summary.length).toBeLessThanOrEqual(1024);
    expect(summary).toMatch(/^(?:🚨)+… \[truncated\]$/u);
  });

  it('has the same dedup_key for every try, and another for another alert', () => {
    const key = (job: string) => requestFor({}, {}, job).event.dedup_key;
    expect(key('one')).toBe(key('one'));
    expect(key('one')).not.toBe(key('two'));
    expect(key('x'.repeat(10_000))).toMatch(/^[0-9a-f]{64}$/);
  });

  it('lets the options replace members', () => {
    const options = { dedup_key: 'mine', client: 'me', payload: { severity: 'critical' } };
    expect(requestFor({}, { options }).event).toMatchObject(options);
  });
});

describe('a test alert', () => {
  it('opens nothing, and ends nothing that is open, whatever the options say', async () => {
    const http = new FakeHttp(SUCCESS);
    const options = { event_action: 'trigger', dedup_key: 'the-incident-of-all' };
    const job = aJob(anAlert({ rule: { level: 3 } }), { ...integration, options });
    const outcome = await pagerduty.deliver({ ...job, isCanary: true }, aContext({ http }));
    expect(outcome.kind).toBe('delivered');
    const [event] = http.bodies as Event[];
    expect(event).toMatchObject({ routing_key: KEY, event_action: 'resolve' });
    expect(event?.dedup_key).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('the address', () => {
  it.each([
    [undefined, 'https://events.pagerduty.com/v2/enqueue'],
    ['', 'https://events.pagerduty.com/v2/enqueue'],
    ['https://events.eu.pagerduty.com', 'https://events.eu.pagerduty.com/v2/enqueue'],
    ['https://events.eu.pagerduty.com/', 'https://events.eu.pagerduty.com/v2/enqueue'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/v2/enqueue'],
    ['https://relay.test/pd', 'https://relay.test/pd'],
    ['https://relay.test/pd/', 'https://relay.test/pd/'],
    ['https://relay.test?x=1', 'https://relay.test?x=1'],
  ])('for hook_url %j is %s', (hookUrl, url) => {
    const own = hookUrl === undefined ? {} : { hookUrl: new Secret(hookUrl) };
    expect(requestFor({}, own).url.reveal()).toBe(url);
  });
});

describe('large alerts', () => {
  const size = (alert: JsonValue) => Buffer.byteLength(requestFor(alert).body);

  it('go out whole up to the limit, counted in bytes', () => {
    const alert = (length: number) => bigAlert({ full_log: 'é'.repeat(length) });
    const room = 512_000 - size(alert(0));
    expect(size(alert(Math.floor(room / 2)))).toBeGreaterThan(511_990);
    expect(requestFor(alert(Math.floor(room / 2))).body).not.toContain('truncated');
    const tooBig = requestFor(alert(Math.floor(room / 2) + 1)).body;
    expect(Buffer.byteLength(tooBig)).toBeLessThan(512_000);
    expect(tooBig).toContain('[truncated]');
  });

  it('first lose the repeated logs', () => {
    const alert = bigAlert({ previous_output: 'x'.repeat(600_000), full_log: 'y'.repeat(9000) });
    const details = requestFor(alert).event.payload['custom_details'] as JsonObject;
    expect(details['previous_output']).toContain('removed by integratord');
    expect(details['full_log']).toHaveLength(9000);
  });

  it('then have every long text cut', () => {
    const alert = bigAlert({ data: { a: ['z'.repeat(600_000)] }, full_log: 'y'.repeat(9000) });
    const details = requestFor(alert).event.payload['custom_details'] as JsonObject;
    expect(JSON.stringify(details).length).toBeLessThan(10_000);
    expect(details['rule']).toEqual(alert['rule']);
    expect(details['full_log']).toContain('[truncated]');
  });

  it('at last keep only a note', () => {
    const data = Object.fromEntries(Array.from({ length: 60_000 }, (_, at) => [`key${at}`, 'v']));
    const { body, event } = requestFor(bigAlert({ data }));
    expect(body.length).toBeLessThan(2000);
    expect(event.payload['custom_details']).toMatchObject({
      note: expect.stringContaining('removed the details'),
      id: '1.1',
      rule: { id: '5712', level: '12' },
      agent: { id: '001', name: 'web01' },
    });
  });
});

describe('what PagerDuty answers', () => {
  const deliver = async (http: FakeHttp, alert: JsonValue = {}, own: Partial<Integration> = {}) =>
    await pagerduty.deliver(aJob(anAlert(alert), { ...integration, ...own }), aContext({ http }));
  const errors = (...list: string[]) =>
    JSON.stringify({ status: 'invalid event', message: 'Event object is invalid', errors: list });

  it.each([
    [202, '', 'delivered', undefined],
    [202, '{"status":"succ', 'delivered', undefined],
    [200, '{"status":"success"}', 'delivered', undefined],
    [200, '', 'retry', 'server_error'],
    [202, '{"status":"invalid event"}', 'retry', 'server_error'],
    [400, errors('Invalid routing key'), 'park', 'auth'],
    [400, errors("Length of 'routing_key' is incorrect (should be 32 characters)"), 'park', 'auth'],
    [400, errors("'event_action' is missing or blank"), 'reject', 'client_error'],
    [400, 'not json', 'reject', 'client_error'],
    [
      429,
      '{"status":"throttle exceeded","errors":["Enhance Your Calm."]}',
      'retry',
      'rate_limited',
    ],
    [500, '<html>', 'retry', 'server_error'],
  ])('%i %s: %s, %s', async (status, body, kind, reason) => {
    const outcome = await deliver(new FakeHttp(response(status, body)));
    expect(outcome).toMatchObject({ kind, status, ...(reason === undefined ? {} : { reason }) });
  });

  it('repeats the errors in its message, without the key', async () => {
    const body = errors(`'event_action' is missing or blank`, `you sent ${KEY}`);
    const outcome = await deliver(new FakeHttp(response(400, body)));
    expect(outcome.message).toContain("'event_action' is missing or blank");
    expect(JSON.stringify(outcome)).not.toContain(KEY);
  });

  it.each([400, 413, 422])('sends the event once more without details after %i', async (status) => {
    const http = new FakeHttp(response(status), SUCCESS);
    const alert = bigAlert({ full_log: 'secret log' });
    expect(await deliver(http, alert)).toMatchObject({ kind: 'delivered' });
    const [first, second] = http.bodies as [Event, Event];
    expect(first.payload['custom_details']).toEqual(alert);
    expect(JSON.stringify(second)).not.toContain('secret log');
    expect(second.payload['custom_details']).toMatchObject({ id: '1.1' });
    expect(second).toMatchObject({ dedup_key: first.dedup_key, payload: { summary: 'big' } });
  });

  it('fills in a blank summary when PagerDuty wants one, and keeps the details', async () => {
    const http = new FakeHttp(
      response(400, errors("'payload.summary' is missing or blank")),
      SUCCESS,
    );
    const alert = bigAlert({ rule: { description: '', level: 3 } });
    expect(await deliver(http, alert)).toMatchObject({ kind: 'delivered' });
    const [first, second] = http.bodies as [Event, Event];
    expect(first.payload['summary']).toBe('');
    expect(second.payload).toMatchObject({ summary: 'N/A', custom_details: alert });
  });

  it('completes a payload that the options replaced', async () => {
    const http = new FakeHttp(
      response(400, errors("'payload.summary' is missing or blank")),
      SUCCESS,
    );
    const options = { payload: { severity: 'critical', component: 'db' } };
    expect(await deliver(http, bigAlert({}), { options })).toMatchObject({ kind: 'delivered' });
    const [first, second] = http.bodies as [Event, Event];
    expect(first.payload).toEqual(options.payload);
    expect(second.payload).toMatchObject({ ...options.payload, summary: 'big', source: 'web01' });
  });

  it('puts a severity right that PagerDuty does not know', async () => {
    const http = new FakeHttp(response(400, errors("'payload.severity' is invalid")), SUCCESS);
    const options = { payload: { severity: 'CRITICAL', summary: 's', source: 'x' } };
    await deliver(http, { rule: { level: 14 } }, { options });
    const [, second] = http.bodies as [Event, Event];
    expect(second.payload).toMatchObject({ severity: 'critical', summary: 's', source: 'x' });
  });

  it('leaves out a time that PagerDuty cannot read', async () => {
    const complaint = response(400, errors("'payload.timestamp' is invalid"));
    const http = new FakeHttp(complaint, SUCCESS);
    const alert = bigAlert({ timestamp: 'yesterday' });
    expect(await deliver(http, alert)).toMatchObject({ kind: 'delivered' });
    const [first, second] = http.bodies as [Event, Event];
    expect(first.payload['timestamp']).toBe('yesterday');
    expect(second.payload).not.toHaveProperty('timestamp');
    expect(second.payload['custom_details']).toEqual(alert);
  });

  it('makes no second try with a wrong key', async () => {
    const http = new FakeHttp(response(400, errors('Invalid routing key')));
    await deliver(http, bigAlert({}));
    expect(http.requests).toHaveLength(1);
  });
});

it('keeps to the limit of PagerDuty at its own addresses only', () => {
  const applies = (hookUrl?: string) =>
    pagerduty.rateLimit?.(
      anIntegration({
        apiKey: new Secret('k'),
        hookUrl: hookUrl === undefined ? undefined : new Secret(hookUrl),
      }),
    ) !== undefined;
  expect(applies()).toBe(true);
  expect(applies('https://events.eu.pagerduty.com')).toBe(true);
  expect(applies('https://relay.example.org/v2/enqueue')).toBe(false);
});

it('allows no more within any minute than PagerDuty does', () => {
  const {
    count = 0,
    seconds = 0,
    burst = 0,
  } = pagerduty.rateLimit?.(anIntegration({ apiKey: new Secret('k') })) ?? {};
  expect((count / seconds) * 60 + burst).toBeLessThanOrEqual(120);
});

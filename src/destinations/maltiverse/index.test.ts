import { createHash } from 'node:crypto';
import { inspect } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aContext, FakeHttp, response } from '../../../test/support/fake-transports.ts';
import { aJob, anAlert, anIntegration } from '../../../test/support/jobs.ts';
import { ManualClock } from '../../../test/support/manual-clock.ts';
import { fixture } from '../../../test/support/vectors.ts';
import { type JsonObject, type JsonValue, stringify, valueAt } from '../../alert/json.ts';
import type { HttpResult } from '../../core/destination.ts';
import type { Integration } from '../../core/integration.ts';
import { Secret } from '../../core/secret.ts';
import { datagramBytes, LARGEST_DATAGRAM } from '../sdk/enrichment/manager-event-size.ts';
import { maltiverse } from './index.ts';

const KEY = 'e93facc04764012d7bfb002500d5d1a6e93facc04764012d7bfb002500d5d1a6';
const MD5 = '44d88612fea8a8f36de82e1278abb02f';
const SHA1 = '3395856ce81f2b7382dee72602f798b642f14140';
const MINUTE = 60_000;

function integration(overrides: Partial<Integration> = {}): Integration {
  return anIntegration({
    name: 'maltiverse',
    hookUrl: new Secret('https://api.maltiverse.com'),
    apiKey: new Secret(KEY),
    ...overrides,
  });
}

const json = (status: number, body: JsonValue, headers: Record<string, string> = {}) =>
  response(status, JSON.stringify(body), headers);
const NONE = json(404, { status: 'fail', message: 'Not found' });
const hit = (answer: JsonObject = {}) => json(200, { type: 'ip', ...answer });

/** What would be asked about an alert, below the API's address. */
function paths(alert: JsonValue, one = integration()): string[] {
  const plan = maltiverse.plan(aJob(anAlert(alert), one));
  const requests = plan.kind === 'requests' ? plan.requests : [];
  return requests.map(({ url }) => url.reveal().replace(/^https:\/\/[^/]+\//, ''));
}

async function attempt(alert: JsonValue, results: HttpResult[], overrides?: Partial<Integration>) {
  const http = new FakeHttp(...results);
  const context = aContext({ http });
  const job = aJob(anAlert(alert), integration(overrides));
  return { outcome: await maltiverse.deliver(job, context), http, context, job };
}

/** The indicator of the one event that an answer leads to. */
async function indicator(answer: JsonObject, alert: JsonValue = { data: { srcip: '8.8.8.8' } }) {
  const { outcome } = await attempt(alert, [hit(answer)]);
  expect(outcome.events).toHaveLength(1);
  const threat = valueAt(JSON.parse(stringify(outcome.events?.[0]?.message ?? {})), 'threat');
  return threat as { indicator: JsonObject; software?: JsonObject };
}

describe('what Maltiverse is asked', () => {
  it('is every indicator, in the order of the reference', () => {
    const alert = {
      data: { url: 'https://alleom.com/weqmo', hostname: 'bad.example', srcip: '8.8.8.8' },
      syscheck: { sha1_after: SHA1, md5_after: MD5.toUpperCase() },
    };
    expect(paths(alert)).toEqual([
      `sample/md5/${MD5}`,
      `sample/sha1/${SHA1}`,
      'ip/8.8.8.8',
      'hostname/bad.example',
      'url/7b0ef6e5d95e2ee2c2602135c39f3fe09fe8f1eee7f5769266a0dbe718696ec3',
    ]);
  });

  it('hashes a URL as it is written, in UTF-8', () => {
    const url = 'HTTP://Bücher.example/ä?x=1 ';
    const hash = createHash('sha256').update(Buffer.from(url, 'utf8')).digest('hex');
    expect(paths({ data: { url } })).toEqual([`url/${hash}`]);
  });

  it.each([
    ['a private address', { data: { srcip: '192.168.1.1' } }],
    ['an address with a zone', { data: { srcip: 'fe80::1%eth0' } }],
    ['no address', { data: { srcip: 'unknown' } }],
    ['a number', { data: { srcip: 134_744_072 } }],
    ['the path of a URL', { data: { url: '/index.php?a=1' } }],
    ['an empty URL', { data: { url: '' } }],
    ['an empty host name', { data: { hostname: '' } }],
    ['dots', { data: { hostname: '..' } }],
    ['a dot', { data: { hostname: '.' } }],
    ['a slash', { data: { hostname: '/' } }],
    ['a very long host name', { data: { hostname: 'a'.repeat(254) } }],
    ['an empty file', { syscheck: { md5_after: 'd41d8cd98f00b204e9800998ecf8427e' } }],
    ['a broken hash', { syscheck: { md5_after: 'nothash', sha1_after: MD5 } }],
    ['lists', { data: { srcip: ['8.8.8.8'], hostname: [], url: {} }, syscheck: [] }],
    ['nothing', {}],
  ])('is nothing about %s: the alert is skipped', async (_what, alert) => {
    expect(maltiverse.skip?.(anAlert(alert), integration())).toContain('nothing to look up');
    const { outcome, http } = await attempt(alert, [hit()]);
    expect(outcome).toMatchObject({ kind: 'reject', reason: 'rejected' });
    expect(http.requests).toEqual([]);
  });

  it.each([
    { location: 'maltiverse', data: { srcip: '8.8.8.8' } },
    { location: 'virustotal', data: { srcip: '8.8.8.8' } },
    { location: 'x', data: { srcip: '8.8.8.8', integration: 'maltiverse' } },
  ])('is nothing about results of enrichments: %j', async (alert) => {
    expect(maltiverse.skip?.(anAlert(alert), integration())).toContain('cause a loop');
    expect((await attempt(alert, [hit()])).http.requests).toEqual([]);
  });

  it('is nothing about the sample of its own result', () => {
    const own = anAlert(fixture('samples/w4_10_maltiverse_enriched.json'));
    expect(maltiverse.skip?.(own, integration())).toContain('cause a loop');
  });

  it('cannot be led elsewhere by a host name', () => {
    const names = ['a/../../admin', 'a?x=1', 'a#b', 'a%2e%2e', 'a\\b', 'a\r\nX: y', 'ä.example'];
    expect(names.flatMap((hostname) => paths({ data: { hostname } }))).toEqual([
      'hostname/a%2F..%2F..%2Fadmin',
      'hostname/a%3Fx%3D1',
      'hostname/a%23b',
      'hostname/a%252e%252e',
      'hostname/a%5Cb',
      'hostname/a%0D%0AX%3A%20y',
      'hostname/%C3%A4.example',
    ]);
    expect(paths({ data: { hostname: 'x\ud800' } })).toEqual(['hostname/x%EF%BF%BD']);
  });

  it.each([
    ['https://api.maltiverse.com', 'https://api.maltiverse.com/ip/8.8.8.8'],
    ['https://api.maltiverse.com/', 'https://api.maltiverse.com/ip/8.8.8.8'],
    [' https://gw.test:8443/mv// ', 'https://gw.test:8443/mv/ip/8.8.8.8'],
    ['http://gw.test/mv?tenant=1', 'http://gw.test/mv/ip/8.8.8.8?tenant=1'],
  ])('is asked at %s', (hookUrl, url) => {
    const one = integration({ hookUrl: new Secret(hookUrl) });
    const plan = maltiverse.plan(aJob(anAlert({ data: { srcip: '8.8.8.8' } }), one));
    expect(plan.kind === 'requests' && plan.requests[0]?.url.reveal()).toBe(url);
    expect(inspect(plan, { depth: 10 })).not.toContain(KEY);
  });
});

describe('what Maltiverse knows', () => {
  it.each([
    ['malicious', 2, 'High'],
    ['malicious', 1, 'Medium'],
    ['malicious', 0, 'Medium'],
    ['suspicious', 2, 'Medium'],
    ['suspicious', 1, 'Low'],
    ['neutral', 2, 'Low'],
    ['neutral', 0, 'None'],
    ['whitelist', 1, 'None'],
    ['whitelisted', 3, 'Low'],
    ['unheard-of', 5, 'Not Specified'],
    ['constructor', 1, 'Not Specified'],
    [null, 1, 'Not Specified'],
    [undefined, 1, 'Not Specified'],
  ])('is believed: %s with %d entries is %s', async (classification, entries, expected) => {
    const blacklist = Array.from({ length: entries }, () => ({}));
    const answer = classification === undefined ? { blacklist } : { classification, blacklist };
    const { indicator: found } = await indicator(answer);
    expect(found).toMatchObject({ confidence: expected, sightings: entries });
  });

  it('names sources and descriptions once each, in order', async () => {
    const blacklist = [
      { description: 'SSH Attacker', source: 'Blocklist.de' },
      { description: 'Malicious IP', source: 'AbuseIPDB' },
      { description: 'SSH Attacker', source: null },
      'odd',
      null,
    ];
    expect((await indicator({ blacklist })).indicator).toMatchObject({
      description: 'Malicious IP, SSH Attacker',
      provider: 'AbuseIPDB, Blocklist.de',
      sightings: 5,
    });
  });

  it.each([
    [{ type: 'sample' }, 'file', 'sample', undefined],
    [{ type: 'hostname' }, 'domain-name', 'hostname', undefined],
    [{ type: 'ip', ip_version: 4 }, 'ipv4-addr', 'ip', '8.8.8.8'],
    [{ type: 'ip', ip_version: '6' }, 'ipv6-addr', 'ip', '8.8.8.8'],
    [{ type: 'email' }, null, 'email', undefined],
  ])('has a type: %j', async (answer, type, kind, ip) => {
    const { indicator: found } = await indicator(answer);
    expect(found).toMatchObject({ type, reference: `https://maltiverse.com/${kind}/8.8.8.8` });
    expect(found['ip']).toBe(ip);
  });

  it('has software only where ATT&CK numbers it', async () => {
    const references = (...list: JsonValue[]) => ({ blacklist: [{ external_references: list }] });
    const mitre = (id: JsonValue) => ({
      source_name: 'mitre-attack',
      external_id: id,
      url: 'https://attack.mitre.org/software/S0154',
      description: 'Cobalt Strike',
    });
    const software = { id: 'S0154', reference: mitre('').url, name: 'Cobalt Strike' };
    const found = references({ source_name: 'x' }, mitre('T1059'), mitre('S0154'), mitre('S2'));
    expect((await indicator(found)).software).toEqual(software);
    expect((await indicator(references(mitre('T1059')))).software).toBeUndefined();
    expect((await indicator(references(mitre(5), null, 'x'))).software).toBeUndefined();
    expect((await indicator({ blacklist: { a: 1 } })).software).toBeUndefined();
  });

  it.each([
    ['an invalid type', { type: 5 }],
    ['an empty type', { type: '' }],
    ['no type', { classification: 'malicious' }],
  ])('is nothing with %s', async (_what, answer) => {
    const { outcome } = await attempt({ data: { srcip: '8.8.8.8' } }, [json(200, answer)]);
    expect(outcome).toMatchObject({ kind: 'delivered', events: [] });
  });

  it('is not known from an answer that broke off before it began', async () => {
    const broken = { ...response(200, ''), truncated: true };
    const { outcome } = await attempt({ data: { srcip: '8.8.8.8' } }, [broken]);
    expect(outcome).toMatchObject({ kind: 'retry', reason: 'server_error' });
  });

  it('is not kept in full when it is huge', async () => {
    const entry = (at: number) => ({ description: `d${at}`.repeat(50), source: `s${at}` });
    const blacklist = Array.from({ length: 5000 }, (_, at) => entry(at));
    const kept: string[] = [];
    const cache = { get: () => undefined, set: (_: string, text: string) => kept.push(text) };
    const http = new FakeHttp(hit({ blacklist, ip_addr: '8.8.8.8' }));
    const job = aJob(anAlert({ data: { srcip: '8.8.8.8' } }), integration());
    const outcome = await maltiverse.deliver(job, aContext({ http, cache }));
    expect(kept[0]?.length).toBeLessThan(70_000);
    expect(kept[0]).toContain('"sightings":5000');
    expect(outcome.events?.[0]?.message['maltiverse']).toEqual({
      source: { type: 'ip', ip_addr: '8.8.8.8' },
      removed: ['blacklist'],
    });
  });

  it('always fits into a datagram', async () => {
    const long = fc.nat(80_000).map((length) => 'ü'.repeat(length));
    const entry = fc.record({ description: long, source: long, junk: fc.jsonValue() });
    const answer = fc.record({
      type: fc.oneof(fc.constant('ip'), long),
      classification: fc.jsonValue(),
      blacklist: fc.oneof(fc.array(entry, { maxLength: 3 }), fc.jsonValue()),
      creation_time: fc.oneof(long, fc.jsonValue()),
      extra: fc.dictionary(fc.string(), fc.jsonValue()),
    });
    await fc.assert(
      fc.asyncProperty(answer, long, long, async (body, id, url) => {
        const alert = { id, data: { url: `http://${url}` } };
        const { outcome } = await attempt(alert, [json(200, body as JsonValue)]);
        expect(outcome.kind).toBe('delivered');
        for (const event of outcome.events ?? []) {
          expect(datagramBytes(event)).toBeLessThanOrEqual(LARGEST_DATAGRAM);
          expect(stringify(event.message)).not.toContain('\n');
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('an alert with several questions', () => {
  const ALERT = {
    id: '7',
    agent: { id: '001', name: 'web01' },
    data: { srcip: '8.8.8.8', hostname: 'bad.example', url: 'http://bad.example/' },
  };
  const names = (events: readonly { message: object }[] | undefined) =>
    (events ?? []).map(({ message }) =>
      valueAt(JSON.parse(JSON.stringify(message)), 'threat', 'indicator', 'name'),
    );

  it('is told what is known, and where it comes from', async () => {
    const { outcome } = await attempt(ALERT, [hit(), NONE, hit({ type: 'url' })]);
    expect(outcome).toMatchObject({ kind: 'delivered', status: 200 });
    expect(names(outcome.events)).toEqual(['8.8.8.8', 'http://bad.example/']);
    expect(outcome.events?.map(({ location }) => location)).toEqual([
      '[001] (web01) any->maltiverse',
      '[001] (web01) any->maltiverse',
    ]);
  });

  it('does not ask again what was answered, and tells everything once', async () => {
    const { outcome, http, context, job } = await attempt(ALERT, [
      hit(),
      NONE,
      json(500, {}),
      hit(),
    ]);
    expect(outcome).toMatchObject({ kind: 'retry', reason: 'server_error' });
    expect(outcome.events).toBeUndefined();
    expect(http.requests).toHaveLength(3);
    const again = await maltiverse.deliver({ ...job, attempts: 1 }, context);
    expect(again.kind).toBe('delivered');
    expect(http.requests).toHaveLength(4);
    expect(http.requests[3]?.url.reveal()).toBe(http.requests[2]?.url.reveal());
    expect(names(again.events)).toEqual(['8.8.8.8', 'http://bad.example/']);
  });

  it('waits for the quota in the middle, and continues from there', async () => {
    const settings = { quota: { perMinute: 2 } };
    const { outcome, http, context, job } = await attempt(ALERT, [hit()], { settings });
    const { clock } = context;
    expect(outcome).toMatchObject({ kind: 'wait', until: clock.now() + MINUTE });
    expect(outcome.events).toBeUndefined();
    (clock as ManualClock).advance(MINUTE);
    const again = await maltiverse.deliver(job, context);
    expect(names(again.events)).toHaveLength(3);
    expect(http.requests).toHaveLength(3);
  });

  it('is told of the others when one question is not accepted', async () => {
    const { outcome, http } = await attempt(ALERT, [hit(), response(405, 'no'), hit()]);
    expect(outcome).toMatchObject({ kind: 'reject', reason: 'client_error', status: 405 });
    expect(names(outcome.events)).toEqual(['8.8.8.8', 'http://bad.example/']);
    expect(http.requests).toHaveLength(3);
  });

  it('asks nothing more once a key is refused', async () => {
    const { outcome, http } = await attempt(ALERT, [hit(), response(401, '{}')]);
    expect(outcome).toMatchObject({ kind: 'park', reason: 'auth' });
    expect(outcome.events).toBeUndefined();
    expect(http.requests).toHaveLength(2);
  });

  it('has no more time than one attempt', async () => {
    const clock = new ManualClock();
    const http = new FakeHttp(hit());
    const send = http.send.bind(http);
    http.send = (request, limits) => {
      clock.advance(6000);
      return send(request, limits);
    };
    const context = aContext({ http, clock });
    const job = aJob(anAlert(ALERT), integration({ timeout: 10, timeoutIsSet: true }));
    expect(await maltiverse.deliver(job, context)).toMatchObject({
      kind: 'retry',
      reason: 'timeout',
    });
    expect(http.limits.map(({ timeoutMs }) => timeoutMs)).toEqual([10_000, 4000]);
    expect(await maltiverse.deliver(job, context)).toMatchObject({ kind: 'delivered' });
    expect(http.requests).toHaveLength(3);
  });

  it('has a quota of sixty a minute, and none a day', async () => {
    const clock = new ManualClock();
    const http = new FakeHttp(NONE);
    const context = aContext({ http, clock });
    let waits = 0;
    for (let asked = 0; asked < 1500; ) {
      const srcip = `8.8.${asked >> 8}.${asked & 255}`;
      const job = aJob(anAlert({ data: { srcip } }), integration());
      const outcome = await maltiverse.deliver(job, context);
      if (outcome.kind === 'wait') {
        waits += 1;
        clock.advance(outcome.until - clock.now());
      } else asked += 1;
    }
    expect(http.requests).toHaveLength(1500);
    expect(waits).toBe(24);
  });

  it.each([
    [json(429, {}), MINUTE],
    [json(429, {}, { 'retry-after': '5' }), 5000],
  ])('waits when Maltiverse has had enough, without an event: %j', async (result, wait) => {
    const { outcome, context } = await attempt(ALERT, [result]);
    expect(outcome).toMatchObject({ kind: 'wait', until: context.clock.now() + wait });
    expect(outcome.events).toBeUndefined();
  });
});

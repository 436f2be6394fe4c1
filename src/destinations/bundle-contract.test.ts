import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aBundle, aBundleJob } from '../../test/support/bundles.ts';
import {
  ALERT,
  definitionOf,
  expectNoSecret,
  integrationFor,
  senders,
  sentText,
  success,
} from '../../test/support/contract.ts';
import { aContext, FakeHttp, response } from '../../test/support/fake-transports.ts';
import { anAlert } from '../../test/support/jobs.ts';
import type { Alert } from '../alert/alert.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../alert/json.ts';
import { alertOf } from '../alert/large-alert.ts';
import { BUNDLE_KINDS, type Bundle } from '../core/bundle.ts';
import type { Destination, Job } from '../core/destination.ts';
import { settingsOf } from '../core/destination-settings.ts';
import type { Integration } from '../core/integration.ts';
import { Scrubber } from '../core/secret.ts';
import { neutralised } from './slack/markup.ts';

/** What every destination must hold to when a message covers several alerts. */

interface Form {
  /** For the titles of tests. */
  readonly form: string;
  readonly name: string;
  readonly destination: Destination;
  readonly integration: Integration;
}

const forms: Form[] = senders.flatMap(({ name, destination }) => {
  const integration = { ...integrationFor(name), maxLog: 5000 };
  const form = (more: string, changes: Partial<Integration>): Form => ({
    form: `${name}${more}`,
    name,
    destination,
    integration: { ...integration, ...changes },
  });
  if (name === 'custom-x') {
    return [form(' (text)', {}), form(' (JSON)', { alertFormat: 'json' })];
  }
  if (name !== 'jira') return [form('', {})];
  const options = { ...integration.options, api_version: 2 };
  return [form(' 3', {}), form(' 2', { options })];
});
/** Those that send JSON of their own. */
const web = forms.filter(({ name }) => name !== 'custom-x');

const rule = (id: string, level: number) => ({ id, level, description: `rule number ${id}` });
const SEVERAL = [
  anAlert(ALERT),
  anAlert({ ...(ALERT as JsonObject), rule: rule('5760', 5), id: '1787224951.2' }),
  anAlert({ ...(ALERT as JsonObject), rule: rule('2502', 12), id: '1787224951.3' }),
];

/** What attackers write, in every place. */
const HOSTILE = [
  '<!channel> <@U123> <#C1> <https://evil.test|click> < !here> <',
  '"}],"event_action":"resolve","x":[{"y":"',
  '{noformat} *b* [~admin] !http://evil.test/x.png! | || h1. ]]> --> <script>',
  '\u0000\u0007\u001b[31m\u009b \r\n\t\u2028 \u202eevil\u2066 \ud800 $(id) `id`',
  "';id;'",
].join(' ');

function hostileAlert(number: number, text: string): Alert {
  return anAlert({
    id: text,
    timestamp: text,
    rule: { id: `${text}${number}`, level: 3 + (number % 10), description: text, groups: [text] },
    agent: { id: text, name: text, ip: text },
    data: { srcip: `${text}${number}`, srcuser: `${number}${text}` },
    full_log: `${text}\n${text}`,
    location: text,
  });
}

const hostile = (text: string, overrides: Partial<Bundle> = {}) =>
  aBundle(
    Array.from({ length: 25 }, (_, number) => hostileAlert(number, text)),
    { by: ['data.srcip', text], about: text, ...overrides },
  );

/** Bundles in which every text is long and hostile. */
const LONG = [200, 10_000].flatMap((length) => {
  const text = HOSTILE.repeat(Math.ceil(length / HOSTILE.length));
  return BUNDLE_KINDS.map((kind) => hostile(text, { kind }));
});

/** Bundles of alerts of a megabyte, made once: of each unit in both ways in which alerts are read. */
const HUGE = ['x', '"', '\u0001', '🔥', '<!x> '].map((unit) => ({
  unit: JSON.stringify(unit),
  bundles: [anAlert, alertOf].map((make) =>
    aBundle([1, 2, 3, 4, 5].map((level) => make(huge(level, unit)))),
  ),
}));

function huge(level: number, unit: string): Buffer {
  const log = unit.repeat(2 ** 20 / JSON.stringify(unit).length);
  return Buffer.from(JSON.stringify({ rule: { level, id: '1' }, full_log: log }));
}

/** Every text in a JSON value, but for whole alerts and what is below these members: data for programs. */
function textsIn(value: JsonValue, except: readonly string[] = []): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap((item) => textsIn(item, except));
  if (!isJsonObject(value) || ('rule' in value && 'full_log' in value)) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    except.includes(key) ? [] : textsIn(item, except),
  );
}

/** What is made of the alert of the highest level as ever. */
const OLD_MEMBERS: Readonly<Record<string, readonly string[]>> = {
  pagerduty: ['group', 'source'],
  shuffle: ['rule_id', 'timestamp'],
  iris: ['alert_tags', 'alert_assets'],
};

/** Those that send something smaller after a rejection. */
const RESENDING = ['slack', 'pagerduty', 'jira', 'iris'];

function bodyOf(form: Form, bundle: Bundle): JsonObject {
  return JSON.parse(textOf(form, bundle)) as JsonObject;
}

/** What is sent, of a script too in UTF-8. */
function textOf(form: Form, bundle: Bundle): string {
  const plan = form.destination.plan(jobOf(form, bundle));
  if (plan.kind === 'script') return plan.call.alertFile.toString();
  return sentText(form.destination, jobOf(form, bundle));
}

const jobOf = ({ integration }: Form, bundle: Bundle): Job => aBundleJob(bundle, integration);

interface Attachment {
  readonly title: string;
  readonly text: string;
  readonly fields: readonly { readonly title: string; readonly value: string }[];
}

/** What a service accepts, by its own documentation or by our choice. */
const LIMITS: Readonly<Record<string, (body: JsonObject, bytes: number) => void>> = {
  slack({ attachments }, bytes) {
    expect(attachments).toHaveLength(1);
    const [{ text, title: headline, fields }] = attachments as unknown as [Attachment];
    expect(text.length).toBeLessThanOrEqual(8000);
    expect(headline.length).toBeLessThanOrEqual(1000);
    expect(fields.length).toBeLessThanOrEqual(21);
    for (const { title, value } of fields) {
      expect(title.length).toBeLessThanOrEqual(2000);
      expect(value.length).toBeLessThanOrEqual(2000);
    }
    expect(bytes).toBeLessThanOrEqual(3 * 40_000);
  },
  pagerduty({ payload, dedup_key: key }, bytes) {
    const { summary, source, severity } = payload as Record<string, string>;
    expect(summary?.length).toBeLessThanOrEqual(1024);
    expect(source?.length).toBeLessThanOrEqual(1024);
    expect(['critical', 'error', 'warning', 'info']).toContain(severity);
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect(bytes).toBeLessThanOrEqual(512_000);
  },
  shuffle(_, bytes) {
    expect(bytes).toBeLessThanOrEqual(2.5 * 1024 * 1024);
  },
  jira({ fields }, bytes) {
    const { summary, description, labels } = fields as Record<string, JsonValue>;
    expect(summary).toMatch(/^[^\n]{1,255}$/);
    const isText = typeof description === 'string';
    const length = isText ? description.length : JSON.stringify(description).length;
    expect(length).toBeLessThanOrEqual(32_767);
    expect(JSON.stringify(description)).not.toContain('"text":""');
    for (const label of labels as string[]) expect(label).toMatch(/^\S+$/);
    expect(bytes).toBeLessThanOrEqual(4 * 40_000);
  },
  iris({ alert_title: title, alert_description: text }, bytes) {
    expect((title as string).length).toBeLessThanOrEqual(500);
    expect((text as string).length).toBeLessThanOrEqual(40_000);
    expect(bytes).toBeLessThanOrEqual(2.5 * 1024 * 1024);
  },
};

/** What is sent, which must be within the limits of the service. */
function sentWithinLimits(form: Form, bundle: Bundle): string {
  const text = sentText(form.destination, jobOf(form, bundle));
  LIMITS[form.name]?.(JSON.parse(text) as JsonObject, Buffer.byteLength(text));
  return text;
}

describe.each(forms)('what $form sends for several alerts', (form) => {
  const { destination, integration } = form;

  it.each(BUNDLE_KINDS)('says how many, when, and how severe they are: %s', (kind) => {
    const bundle = aBundle(SEVERAL, {
      kind,
      count: 3791,
      lastAt: new Date(2026, 10, 24, 14, 14, 58).getTime(),
    });
    const text = textOf(form, bundle);
    expect(text).toContain('3791');
    expect(text).toContain('highest level 12');
    expect(text).toMatch(/14:00:12(?:–|-)14:14:58/);
    expect(text.match(/again \d+ times/g)).toEqual(
      kind === 'throttle' ? ['again 3791 times'] : null,
    );
  });

  it('names a silence and says that its alerts were not sent', () => {
    const about = 'patching: patch night';
    const text = textOf(form, aBundle(SEVERAL, { kind: 'silence', about }));
    expect(text).toContain(`held back 3 alerts during ${about}`);
    expect(text).toContain('not sent');
  });

  it('is the same every time, also when the objects are others', () => {
    const plan = () => destination.plan(jobOf(form, aBundle(SEVERAL)));
    expect(plan()).toEqual(plan());
  });

  it('differs from what is sent for the alert alone', () => {
    const job = jobOf(form, aBundle(SEVERAL));
    const { bundle: _, ...single } = job;
    expect(sentText(destination, job)).not.toBe(sentText(destination, single));
  });

  it('shows no secret when it is printed', () => {
    const plan = destination.plan(jobOf(form, aBundle(SEVERAL)));
    const requests = plan.kind === 'requests' ? plan.requests : [];
    expect(requests).toHaveLength(plan.kind === 'requests' ? 1 : 0);
    expectNoSecret(requests.map((request) => ({ ...request, body: undefined })));
    const scrubber = new Scrubber([
      integration.hookUrl?.reveal() ?? '',
      integration.apiKey?.reveal() ?? '',
    ]);
    expectNoSecret(scrubber.scrub(JSON.stringify(plan)));
  });

  it('keeps the limits of the service', () => {
    for (const bundle of LONG) expect(sentWithinLimits(form, bundle)).not.toBe('');
  });

  it.each(HUGE)('keeps them with examples of a megabyte: $unit', ({ bundles }) => {
    for (const bundle of bundles) expect(sentWithinLimits(form, bundle)).not.toBe('');
  });

  it('is something, however little the alerts say', () => {
    const poor: (JsonValue | Buffer)[] = [
      {},
      { rule: null, agent: null },
      { rule: [], agent: 'x', full_log: {}, location: [], id: {}, data: 'x' },
      { rule: { level: 'high', description: {}, groups: 'sshd', id: 5710.5 }, agent: {} },
      { agentless: { host: 'edge-sw1' }, rule: { level: 99, groups: [] }, timestamp: 5 },
      Buffer.from(''),
      Buffer.from('[1,2]'),
      Buffer.from('{"rule":'),
      Buffer.from([0xff]),
    ];
    for (const kind of BUNDLE_KINDS) {
      for (const alert of poor) {
        const text = sentText(destination, jobOf(form, aBundle([anAlert(alert)], { kind })));
        expect(text).not.toMatch(/undefined|NaN|\[object/);
      }
      const none = { kind, groups: [], examples: [], by: [] };
      const job = { ...jobOf(form, aBundle(SEVERAL)), bundle: aBundle(SEVERAL, none) };
      expect(sentText(destination, job)).not.toContain('undefined');
    }
  });

  it('never fails, whatever is in the bundle', () => {
    const strange = fc.record(
      {
        rule: fc.jsonValue(),
        agent: fc.jsonValue(),
        data: fc.jsonValue(),
        full_log: fc.oneof(fc.string({ unit: 'binary' }), fc.jsonValue()),
        timestamp: fc.jsonValue(),
        id: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    const text = fc.string({ unit: 'binary' });
    const overrides = fc.record(
      {
        kind: fc.constantFrom(...BUNDLE_KINDS),
        about: text,
        count: fc.nat(),
        firstAt: fc.oneof(fc.integer(), fc.constant(Number.NaN), fc.constant(1e300)),
        lastAt: fc.integer(),
        highestLevel: fc.integer(),
        moreGroups: fc.nat(),
        by: fc.array(fc.oneof(text, fc.constantFrom('rule.id', 'data.srcip', '__proto__'))),
      },
      { requiredKeys: [] },
    );
    const bundles = fc
      .tuple(fc.array(strange, { minLength: 1, maxLength: 8 }), overrides)
      .map(([alerts, more]) =>
        aBundle(
          alerts.map((one) => anAlert(one as JsonValue)),
          more,
        ),
      );
    fc.assert(
      fc.property(bundles, (bundle) => {
        expect(sentWithinLimits(form, bundle)).not.toBe('');
      }),
    );
  });
});

describe.each(web)('the JSON that $form sends for several alerts', (form) => {
  const { name, destination, integration } = form;
  const isOpen = settingsOf(destination.settings).some((setting) => setting.isOpen);

  it('has no other members when attackers wrote the alerts', () => {
    const harmless = bodyOf(form, hostile('harmless'));
    const body = bodyOf(form, hostile(HOSTILE));
    expect(Object.keys(body)).toEqual(Object.keys(harmless));
    expect(body['event_action']).toBe(harmless['event_action']);
  });

  it('shows nothing that controls a terminal, turns text around or pings', () => {
    // What is meant for programs stays as it was, as in the message of a single alert.
    const texts = textsIn(bodyOf(form, hostile(HOSTILE)), OLD_MEMBERS[name]);
    for (const text of texts) {
      expect(text).not.toMatch(
        /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/,
      );
      expect(text).not.toMatch(/\p{Surrogate}/u);
      expect(name === 'slack' ? neutralised(text) : text).toBe(text);
    }
  });

  it('says what is not shown, and how to see it', () => {
    const alerts = Array.from({ length: 25 }, (_, number) => hostileAlert(number, 'x'));
    const texts = textsIn(bodyOf(form, aBundle(alerts, { by: ['data.srcip'] }))).join('\n');
    expect(texts).toMatch(/and 20 more: `?integratord queue list --bundle 812/);
    expect(texts).toMatch(/and \d+ more keys/);
    const few = textsIn(bodyOf(form, aBundle(SEVERAL))).join('\n');
    expect(few).not.toMatch(/integratord queue list|more keys/);
  });

  it('has a line for each key and the examples', () => {
    const text = JSON.stringify(bodyOf(form, aBundle(SEVERAL)));
    for (const part of ['rule number 5760', 'rule number 2502', 'sshd: brute force', 'web01']) {
      expect(text).toContain(part);
    }
    expect(text).toContain('Failed password for root');
  });

  it.skipIf(!isOpen && name !== 'jira')(
    'gets the operator’s options where a single alert gets them',
    () => {
      const extra = { extra: { a: 1 } };
      const own: JsonObject = name === 'jira' ? { fields: extra } : extra;
      const options = { ...integration.options, ...own };
      const job = aBundleJob(aBundle(SEVERAL), { ...integration, options });
      const { bundle: _, ...single } = job;
      for (const one of [job, single]) {
        const body = JSON.parse(sentText(destination, one)) as JsonObject;
        const place = { slack: (body['attachments'] as JsonObject[])?.[0], jira: body['fields'] };
        const merged = name in place ? place[name as 'slack' | 'jira'] : body;
        expect(merged).toMatchObject({ extra: { a: 1 } });
      }
    },
  );

  it('is what is sent, and after a rejection something smaller that says the same', async () => {
    const log = 'x'.repeat(5000);
    const alerts = SEVERAL.map((alert) => anAlert({ ...alert.json, full_log: log }));
    const job = aBundleJob(aBundle(alerts, { kind: 'throttle', count: 3791 }), integration);
    const sent = async (...ways: ReturnType<typeof response>[]) => {
      const http = new FakeHttp(...ways);
      await destination.deliver(job, aContext({ http }));
      return http.requests.flatMap(({ body }) => (body?.includes('3791') === true ? [body] : []));
    };
    const before = (definitionOf(name)?.examples.before ?? []).map((body) => response(200, body));
    const [taken] = await sent(...before, response(...success(name)));
    // Numbers that IRIS needs were looked up, and may differ.
    expect(name === 'iris' ? taken : sentText(destination, job)).toBe(taken);
    const bodies = await sent(...before, response(400, '{"errorMessages":["no"]}'));
    expect(bodies).toHaveLength(RESENDING.includes(name) ? 2 : 1);
    for (const body of bodies) expect(body.match(/again \d+ times/g)).toEqual(['again 3791 times']);
    const [first = '', second = '{}'] = bodies;
    expect(second.length).toBeLessThan(first.length);
    LIMITS[name]?.(JSON.parse(second) as JsonObject, second.length);
  });
});

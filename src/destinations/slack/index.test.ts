import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { builtin } from '../../../test/support/builtin.ts';
import { aContext, FakeHttp, response } from '../../../test/support/fake-transports.ts';
import { aJob, anAlert, anIntegration } from '../../../test/support/jobs.ts';
import { fixtureLines, vectors } from '../../../test/support/vectors.ts';
import type { JsonObject, JsonValue } from '../../alert/json.ts';
import type { HttpResponse } from '../../core/destination.ts';
import { Secret } from '../../core/secret.ts';
import { neutralised, slackText } from './markup.ts';

const slack = builtin('slack');

const integration = anIntegration({ name: 'slack', hookUrl: new Secret('https://h.test/hook') });

interface Attachment {
  readonly title: string;
  readonly text: string | null;
  readonly ts?: string;
  readonly fields: readonly { readonly title: string; readonly value: string }[];
}

function attachmentOf(alert: JsonValue | Buffer, options?: JsonObject): Attachment {
  const plan = slack.plan(aJob(anAlert(alert), { ...integration, options }));
  if (plan.kind !== 'requests') throw new Error('not a request');
  const message = JSON.parse(plan.requests[0]?.body ?? '') as { attachments: [Attachment] };
  return message.attachments[0];
}

/** What Slack would act upon: written from its documentation, and not with the code's own rule. */
function actsUpon(text: string): string[] {
  const found: string[] = [];
  for (const [, inside = ''] of text.matchAll(/(?=<([^>]*)>)/g)) {
    const visible = inside.replace(/^[\s\u200b-\u200f\u2060\ufeff\u00ad]+/, '');
    const isMention = /^[@#!]/.test(visible);
    const isLink = /^[a-z][a-z0-9+.-]*:/i.test(visible) || visible.startsWith('//');
    if (isMention || isLink || inside.includes('|')) found.push(inside);
  }
  return found;
}

describe('hostile text', () => {
  it.each([
    ['<!channel>', '&lt;!channel>'],
    ['<!here>', '&lt;!here>'],
    ['<!everyone|everyone>', '&lt;!everyone|everyone>'],
    ['<!subteam^S123ABC>', '&lt;!subteam^S123ABC>'],
    ['<!date^0^{date}^https://evil.test|x>', '&lt;!date^0^{date}^https://evil.test|x>'],
    ['<@U012AB3CD>', '&lt;@U012AB3CD>'],
    ['<#C0123|general>', '&lt;#C0123|general>'],
    ['<https://evil.test|your bank>', '&lt;https://evil.test|your bank>'],
    ['<HTTPS://EVIL.TEST>', '&lt;HTTPS://EVIL.TEST>'],
    ['<mailto:a@b.test|mail>', '&lt;mailto:a@b.test|mail>'],
    ['<javascript:alert(1)>', '&lt;javascript:alert(1)>'],
    ['<slack://user?id=1>', '&lt;slack://user?id=1>'],
    ['<//evil.test>', '&lt;//evil.test>'],
    ['<www.evil.test>', '&lt;www.evil.test>'],
    ['<evil.test|your bank>', '&lt;evil.test|your bank>'],
    ['< !channel>', '&lt; !channel>'],
    ['<\n\t!channel>', '&lt;\n\t!channel>'],
    ['<\u200b!channel>', '&lt;\u200b!channel>'],
    ['<\ufeff\u00ad@U1>', '&lt;\ufeff\u00ad@U1>'],
    ['<!CHANNEL>', '&lt;!CHANNEL>'],
    ['<<!channel>>', '<&lt;!channel>>'],
    ['<<<@U1>', '<<&lt;@U1>'],
    ['<!channel', '&lt;!channel'],
    ['<a<b|c>', '&lt;a&lt;b|c>'],
    ['<evil.test<!|your bank>', '&lt;evil.test&lt;!|your bank>'],
    ['<a><b|c>', '<a>&lt;b|c>'],
    ['<a<b>|c', '<a<b>|c'],
    ['a <!here> b <!here> c', 'a &lt;!here> b &lt;!here> c'],
  ])('%j becomes %j', (text, expected) => {
    expect(neutralised(text)).toBe(expected);
    expect(actsUpon(neutralised(text))).toEqual([]);
  });

  it.each([
    'Rule with "double" quotes & <angle> *stars* _under_',
    'a->b',
    'any->/var/log/x',
    '&lt;!channel&gt; &amp;',
    '<script>alert(1)</script>',
    'from=<root@localhost>',
    '3c3\n< hostname edge-sw1\n---\n> hostname edge-sw1-new\n',
    '@channel @here #general https://example.test',
    'if (a<b && c>d)',
    '<',
    '<>',
    '',
  ])('%j stays as it is', (text) => {
    expect(neutralised(text)).toBe(text);
  });

  const nasty = fc
    .array(
      fc.oneof(
        fc.constantFrom('<', '>', '!', '@', '#', '|', ':', '//', ' ', '\n', '\u200b', '&lt;'),
        fc.constantFrom('channel', 'HERE', 'U01', 'https://x.test', '<!', '<@', '<http:', 'www.'),
        fc.string({ maxLength: 3, unit: 'binary' }),
      ),
    )
    .map((parts) => parts.join(''));

  it('never leaves a control sequence, anywhere in the message', () => {
    const alerts = fc.record({
      rule: fc.record({ level: fc.oneof(fc.integer(), nasty), description: nasty, id: nasty }),
      agent: fc.record({ id: nasty, name: nasty }),
      agentless: fc.record({ host: nasty }),
      full_log: nasty,
      location: nasty,
      id: nasty,
    });
    fc.assert(
      fc.property(alerts, (alert) => {
        const attachment = attachmentOf(alert);
        const values = attachment.fields.map(({ value }) => value);
        const { title, text, ts } = attachment;
        for (const part of [title, text ?? '', ts ?? '', ...values]) {
          expect(actsUpon(part)).toEqual([]);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('never leaves a control sequence where the text is cut', () => {
    fc.assert(
      fc.property(nasty, fc.integer({ min: 20, max: 60 }), (text, longest) => {
        const short = slackText(text.repeat(5), longest);
        expect(short.length).toBeLessThanOrEqual(longest);
        expect(actsUpon(short)).toEqual([]);
      }),
    );
  });

  it('takes no time for long hostile text', () => {
    for (const piece of ['<', '< ', '<a', '<!', '<\u200b', '<a:', '<|', '<aaaaaaaaaa|']) {
      const text = piece.repeat(200_000);
      expect(neutralised(text).length).toBeGreaterThanOrEqual(text.length);
    }
    expect(neutralised(`<${' '.repeat(500_000)}`)).toHaveLength(500_001);
  });

  it("leaves the operator's own options alone", () => {
    const options = { pretext: '<!channel> look', footer: '<https://wiki.test|wiki>' };
    expect(attachmentOf({}, options)).toMatchObject(options);
  });
});

describe('sizes', () => {
  it('cuts what Slack would cut, and says so', () => {
    const long = 'x'.repeat(100_000);
    const alert = {
      rule: { description: long, id: long, level: 3 },
      agent: { id: long, name: long },
      location: long,
      full_log: long,
    };
    const { title, text, fields } = attachmentOf(alert);
    expect(title).toHaveLength(1000);
    expect(text).toHaveLength(8000);
    for (const part of [title, text, ...fields.map(({ value }) => value)]) {
      expect(part).toMatch(/x… \[truncated\]$/);
    }
    expect(JSON.stringify(attachmentOf(alert)).length).toBeLessThan(40_000);
  });

  it('cuts between characters, and not inside an escape', () => {
    const cutAt = (text: string) => slackText(text, 30);
    expect(cutAt('🚨'.repeat(40))).toBe(`${'🚨'.repeat(8)}… [truncated]`);
    expect(cutAt(`x${'🚨'.repeat(40)}`)).toBe(`x${'🚨'.repeat(8)}… [truncated]`);
    for (let before = 0; before < 20; before += 1) {
      expect(cutAt(`${'x'.repeat(before)}<!channel>${'y'.repeat(60)}`)).not.toMatch(/&l?t?…/);
    }
  });

  it('leaves the texts of all vectors whole', () => {
    const rows = vectors<{ integration: string; alert: JsonObject }>('payloads.jsonl');
    const own = rows.filter((row) => row.integration === 'slack');
    expect(own).toHaveLength(75);
    for (const { alert } of own) {
      expect(attachmentOf(alert).text).toBe(anAlert(alert).textAt('full_log') ?? null);
    }
  });

  it('shows 90 KB alerts', () => {
    const big = fixtureLines('samples/w4_99_edge_cases.jsonl').find((line) => line.length > 90_000);
    const plan = slack.plan(aJob(anAlert(big ?? {}), integration));
    expect(plan.kind === 'requests' && plan.requests[0]?.body?.length).toBeLessThan(10_000);
  });
});

describe('what is missing', () => {
  it('is left out or called N/A', () => {
    expect(attachmentOf({})).toEqual({
      color: 'good',
      pretext: 'WAZUH Alert',
      title: 'N/A',
      text: null,
      fields: [{ title: 'Rule ID', value: 'N/A' }],
    });
    expect(attachmentOf({ agent: {}, rule: { level: 8 } }).fields).toEqual([
      { title: 'Agent', value: '(N/A) - N/A' },
      { title: 'Rule ID', value: 'N/A _(Level 8)_' },
    ]);
  });

  it('shows agentless hosts', () => {
    const { fields } = attachmentOf({ agentless: { host: '192.0.2.10' }, location: 'x' });
    expect(fields[0]).toEqual({ title: 'Agentless Host', value: '192.0.2.10' });
  });

  it.each([
    ['1787226000.2701133', '1787226000.2701133'],
    ['1787226000', '1787226000'],
    ['1787226000.0d9f3c1e-77aa', '1787226000'],
    ['<!channel>', undefined],
    ['', undefined],
  ])('takes the time from the id %j: %j', (id, ts) => {
    expect(attachmentOf({ id }).ts).toBe(ts);
  });
});

describe('what Slack answers', () => {
  const deliver = async (...answers: HttpResponse[]) => {
    const http = new FakeHttp(...answers);
    const alert = anAlert({ rule: { description: 'short' }, full_log: 'short' });
    return await slack.deliver(aJob(alert, integration), aContext({ http }));
  };

  it.each([
    [200, 'ok', 'delivered', undefined],
    [200, ' ok\n', 'delivered', undefined],
    [200, '{"success":true}', 'delivered', undefined],
    [200, '{"ok":true}', 'delivered', undefined],
    [204, '', 'delivered', undefined],
    [200, '', 'retry', 'server_error'],
    [200, '<html><title>Log in</title>', 'retry', 'server_error'],
    [200, '{"success":false}', 'retry', 'server_error'],
    [200, 'invalid_payload', 'reject', 'client_error'],
    [200, 'no_service', 'park', 'auth'],
    [200, '{"ok":false,"error":"ratelimited"}', 'retry', 'rate_limited'],
    [400, 'invalid_payload', 'reject', 'client_error'],
    [400, 'no_text', 'reject', 'client_error'],
    [400, 'too_many_attachments', 'reject', 'client_error'],
    [400, 'user_not_found', 'park', 'client_error'],
    [500, 'missing_text_or_fallback_or_attachments', 'reject', 'client_error'],
    [403, 'invalid_token', 'park', 'auth'],
    [403, 'action_prohibited', 'park', 'auth'],
    [404, 'channel_not_found', 'park', 'auth'],
    [404, 'no_service', 'park', 'auth'],
    [404, 'no_team', 'park', 'auth'],
    [410, 'channel_is_archived', 'park', 'auth'],
    [500, 'rollup_error', 'retry', 'server_error'],
    [503, 'service_unavailable', 'retry', 'server_error'],
    // Mattermost
    [
      400,
      '{"id":"web.incoming_webhook.invalid.app_error","status_code":400}',
      'park',
      'client_error',
    ],
    [404, '{"id":"web.incoming_webhook.channel.app_error"}', 'park', 'auth'],
    [501, '{"id":"web.incoming_webhook.disabled.app_error"}', 'park', 'auth'],
    [400, '{"id":"web.incoming_webhook.parse.app_error"}', 'reject', 'client_error'],
    // Rocket.Chat
    [400, '{"success":false,"error":"invalid-channel"}', 'park', 'client_error'],
    [
      400,
      '{"success":false,"error":"Invalid integration id or token provided."}',
      'park',
      'client_error',
    ],
    [
      429,
      '{"success":false,"error":"Error, too many requests. [error-too-many-requests]"}',
      'retry',
      'rate_limited',
    ],
  ])('%i %s: %s, %s', async (status, body, kind, reason) => {
    const outcome = await deliver(response(status, body));
    expect(outcome).toMatchObject({ kind, status, ...(reason === undefined ? {} : { reason }) });
  });

  it('takes a success status whose body broke off for success', async () => {
    expect(await deliver({ ...response(200, ''), truncated: true })).toMatchObject({
      kind: 'delivered',
    });
    expect(await deliver({ ...response(200, '<html'), truncated: true })).toMatchObject({
      kind: 'retry',
    });
  });

  it('does not repeat a message for hours where it may arrive every time', async () => {
    expect(await deliver(response(200, ''))).toMatchObject({ quickOnly: true });
    expect(await deliver(response(200, '<html>'))).not.toHaveProperty('quickOnly');
  });

  it('obeys the wait that Slack asks for', async () => {
    const body = '{"retry_after":1,"ok":false,"error":"rate_limited"}';
    const outcome = await deliver(response(429, body, { 'retry-after': '30' }));
    expect(outcome).toMatchObject({ kind: 'retry', reason: 'rate_limited' });
    expect(outcome.kind === 'retry' && outcome.notBefore).toBe(aContext().clock.now() + 30_000);
  });
});

describe('a message that is too large', () => {
  const long = anAlert({ rule: { description: 'x' }, full_log: 'y'.repeat(5000) });
  const deliver = async (http: FakeHttp, alert = long) =>
    await slack.deliver(aJob(alert, integration), aContext({ http }));

  it.each([400, 413, 422])('is sent once more without its long text after %i', async (status) => {
    const http = new FakeHttp(response(status, 'invalid_attachments'), response(200, 'ok'));
    expect(await deliver(http)).toMatchObject({ kind: 'delivered' });
    expect(http.requests).toHaveLength(2);
    const [first, second] = http.bodies as [Message, Message];
    expect(first.attachments[0].text).toHaveLength(5000);
    expect(second.attachments[0].text).toHaveLength(500);
    expect(second.attachments[0].text).toContain('[truncated]');
    expect(http.requests[0]?.headers['idempotency-key']).toBe('k'.repeat(32));
    expect(http.requests[1]?.headers).toEqual(http.requests[0]?.headers);
  });

  it('is given up when the short one is rejected too', async () => {
    const http = new FakeHttp(response(413));
    expect(await deliver(http)).toMatchObject({ kind: 'reject', status: 413 });
    expect(http.requests).toHaveLength(2);
  });

  it('has a text the second time, where the alert has no log', async () => {
    const http = new FakeHttp(response(400, 'no_text'), response(200, 'ok'));
    const noLog = anAlert({ rule: { description: 'what happened' } });
    expect(await deliver(http, noLog)).toMatchObject({ kind: 'delivered' });
    const [first, second] = http.bodies as [Message, Message];
    expect(first.attachments[0].text).toBeNull();
    expect(second.attachments[0].text).toBe('what happened');
  });

  it('is not repeated when nothing in it is long, or the webhook is gone', async () => {
    const short = new FakeHttp(response(400, 'no_text'));
    expect(await deliver(short, anAlert({ full_log: 'z' }))).toMatchObject({ kind: 'reject' });
    expect(short.requests).toHaveLength(1);
    const gone = new FakeHttp(response(404, 'no_service'));
    await deliver(gone);
    expect(gone.requests).toHaveLength(1);
  });
});

interface Message {
  readonly attachments: [Attachment];
}

it('keeps to the limit of Slack at its own address only', () => {
  const applies = (url: string) =>
    slack.rateLimit?.(anIntegration({ hookUrl: new Secret(url) })) !== undefined;
  expect(applies('https://hooks.slack.com/services/T/B/X')).toBe(true);
  expect(applies('https://hooks.slack-gov.com/services/T/B/X')).toBe(true);
  expect(applies('https://chat.example.org/hooks/abc')).toBe(false);
  expect(applies('https://hooks.slack.com.example.org/services/T/B/X')).toBe(false);
  expect(applies('no address')).toBe(false);
});

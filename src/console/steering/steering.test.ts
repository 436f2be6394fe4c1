import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ConsoleApp, consoleApp } from '../../../test/support/console-app.ts';
import { HOSTILE, hostileAlert } from '../../../test/support/console-scene.ts';
import { alertLine } from '../../../test/support/home.ts';
import { until } from '../../../test/support/program.ts';

const SETTINGS = `# the old one was https://hooks.example/services/oldsecret
integrations:
  slack: { only: { level: 7-11 }, throttle: { same: rule.id, every: 15m } }
  pager: { type: pagerduty, api_key: secret-pager-key-000000000000001, level: 12 }
  flow: { type: shuffle, hook_url: "\${file:/etc/hook}", level: 3 }
`;
const SECRETS = /secret-hook-path|secret-pager-key|oldsecret/;

/** Follows a form that starts something to the page that shows what came of it. */
async function outcome(
  { ask }: ConsoleApp,
  path: '/noise' | '/simulate',
  form: Readonly<Record<string, string>>,
) {
  const { status, headers } = await ask(path, form);
  const to = headers.get('location') ?? '';
  expect({ status, to }).toEqual({ status: 303, to: expect.stringMatching(`^${path}/\\d+$`) });
  const id = to.split('/')[2];
  await until(async () => {
    const { body } = await ask(`/run/${id}`);
    return (JSON.parse(body) as { isOver: boolean }).isOver;
  }, `${to} is over`);
  return { id, ...(await ask(to)) };
}

/** The text of the field, as a browser would send it again. */
function fieldOf(body: string): string {
  const [, text = ''] = /<textarea id="settings"[^>]*>\n([^]*?)<\/textarea>/.exec(body) ?? [];
  return text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

describe('the page about the routing', () => {
  it('tells each integration in words, where it stands and what applies, without secrets', async () => {
    const { ask } = consoleApp({ settings: SETTINGS });
    const { body, status } = await ask('/routing');
    expect(status).toBe(200);
    expect(body).toContain(
      'Level 7 to 11, then Slack, at most one per 15 min for each rule, its repeats as one message.',
    );
    expect(body).toContain('Level 12 and above, then PagerDuty, each at once.');
    expect(body).toMatch(/integratord\.yaml:4<\/code>/);
    expect(body).toMatch(/data-text="[^"]*etc\/ossec\.conf:2"/);
    expect(body).not.toContain('file://');
    expect(body).toContain('a secret that it refers to is missing');
    const pager = await ask('/routing/pager');
    expect(pager.body).toContain('<dt>api_key</dt><dd>[redacted]</dd>');
    expect(pager.body).toContain('<dt>timeout</dt>');
    expect((await ask('/routing/nobody')).status).toBe(404);
    expect(body + pager.body).not.toMatch(SECRETS);
  });

  it('says what the last reload changed, and that a secret did without telling it', async () => {
    const old = consoleApp({
      settings: SETTINGS.replace('7-11', '9-11').replace('key-000000', 'key-999999'),
    }).setup;
    const { body } = await consoleApp({ settings: SETTINGS, setupBefore: () => old }).ask(
      '/routing',
    );
    const changes = body.split('What the last reload changed')[1] ?? '';
    expect(changes).toContain('Level 9 to 11, then Slack');
    expect(changes).toContain('changed, not shown');
    expect(changes).not.toContain('>flow<');
    expect(body).not.toMatch(SECRETS);
    const same = consoleApp({ settings: SETTINGS });
    const again = await consoleApp({ settings: SETTINGS, setupBefore: () => same.setup }).ask(
      '/routing',
    );
    expect(again.body).toContain('Nothing that is shown here.');
  });

  it('shows fifty at a time, and each by its address', async () => {
    const blocks = Array.from(
      { length: 70 },
      (_, at) =>
        `<integration><name>slack</name><hook_url>http://127.0.0.1:9/x</hook_url><level>${(at % 9) + 1}</level></integration>`,
    );
    const { ask } = consoleApp({ blocks: blocks.join('\n') });
    const { body } = await ask('/routing');
    expect(body.match(/class="panel"/g)).toHaveLength(50);
    const second = await ask('/routing?from=50');
    expect(second.body.match(/class="panel"/g)).toHaveLength(20);
    expect(second.body).toContain('href="/routing/slack%2370"');
    expect((await ask('/routing/slack%2370')).body).toContain('Integration slack#70');
  });

  it('says that a file was written since', async () => {
    const { body } = await consoleApp({ settings: SETTINGS }).ask('/routing');
    expect(body).toMatch(/integratord\.yaml was written/);
  });

  it('shows hostile names as text, and offers bundled alerts to try', async () => {
    const id = JSON.stringify(HOSTILE.replace(/[\u0000-\u001f]/g, ''));
    const settings = `integrations:\n  ${id}: { type: shuffle, hook_url: "http://127.0.0.1:9/x", only: { agents: ${id} } }\n`;
    const app = consoleApp({ settings });
    const { body } = await app.ask('/routing');
    expect(body).toContain('&lt;img');
    expect(body).not.toMatch(/<img|<svg|<script>window/);
    const [, sample = ''] = /name="alert" value="([^"]+)"/.exec(body) ?? [];
    const tried = await app.ask('/alert', { alert: sample.replaceAll('&quot;', '"') });
    expect(tried.body).toContain('<h2>Alert 17872');
  });
});

describe('the page about noise', () => {
  it('says who is busy and what a throttle would save, to be copied', async () => {
    const app = consoleApp({ write: false });
    app.home.append(...Array.from({ length: 40 }, (_, at) => alertLine(at + 1)));
    const { body } = await outcome(app, '/noise', { span: 'today' });
    expect(body).toContain('40 alerts of the alert file of today make 40 messages.');
    expect(body).toContain(
      'A throttle of 15 min by rule, agent and source would have sent <strong>2</strong> instead of 40 messages.',
    );
    expect(body).toContain(
      'integrations:\n  slack:\n    throttle: { same: [rule.id, agent.id, data.srcip], every: 15m }\n',
    );
    expect(body).toContain('web01 (001)');
    expect(body).toMatch(/100 %/);
    expect((await app.ask('/noise')).body).toContain('make 40 messages');
  });

  it('says that a throttle which is there already would be another', async () => {
    const app = consoleApp({
      write: false,
      settings:
        'integrations:\n  slack:\n    throttle: { same: rule.description, every: 15m }\n    urgent: 12\n',
    });
    app.home.append(...Array.from({ length: 40 }, (_, at) => alertLine(at + 1)));
    const { body } = await outcome(app, '/noise', { span: 'today' });
    expect(body).toContain(
      'This changes the throttle that slack has. Put it in the place of that, line 3 of integratord.yaml:',
    );
    expect(body).toContain(
      '>    throttle: { same: [rule.id, agent.id, data.srcip], every: 15m }\n<',
    );
    expect(body).not.toContain('integrations:\n');
  });

  it('shows hostile alerts as text, and viewers nothing of the hidden fields', async () => {
    const app = consoleApp({ write: false, hide: ['rule.description', 'agent'] });
    app.home.append(...Array.from({ length: 12 }, (_, at) => hostileAlert(at + 1)));
    const { body } = await outcome(app, '/noise', { span: 'today' });
    expect(body).toContain('12 alerts');
    expect(body).toContain('>5712</a>');
    expect(body).not.toContain('onerror');
    const open = consoleApp({ write: false });
    open.home.append(...Array.from({ length: 12 }, (_, at) => hostileAlert(at + 1)));
    const shown = await outcome(open, '/noise', { span: 'today' });
    expect(shown.body).toContain('&lt;img src=x onerror');
    expect(shown.body).not.toMatch(/<img|<svg onload|<script>window/);
  });
});

describe('the page that simulates', () => {
  it('shows the present text without secrets, and they count where they are left', async () => {
    const app = consoleApp({ settings: SETTINGS });
    app.home.append(...Array.from({ length: 20 }, (_, at) => alertLine(at + 1)));
    const first = await app.ask('/simulate');
    const text = fieldOf(first.body);
    expect(text).toBe(
      SETTINGS.replace('services/oldsecret', '[redacted]')
        .replace('https://hooks.example/[redacted]', 'https://hooks.example/[redacted]')
        .replace('secret-pager-key-000000000000001', '"[redacted]"'),
    );
    const { body, status } = await outcome(app, '/simulate', { settings: text, span: 'today' });
    expect(status).toBe(200);
    expect(body).not.toContain('There are errors');
    expect(body).not.toContain('There are warnings');
    expect(body).toMatch(/<strong>\d+ messages<\/strong>/);
    expect(fieldOf(body)).toBe(text);
    expect(first.body + body).not.toMatch(SECRETS);
  });

  it('shows what would be different, and the grave ones that nobody would get', async () => {
    const app = consoleApp({ settings: SETTINGS });
    app.home.append(
      ...Array.from({ length: 20 }, (_, at) => alertLine(at + 1)),
      hostileAlert(100, 12),
      hostileAlert(101, 13),
    );
    const settings = 'integrations:\n  slack: { only: { level: 10 } }\n';
    const { body } = await outcome(app, '/simulate', { settings, span: 'today' });
    expect(body).toContain('<strong>20 messages</strong> instead of');
    expect(body).toContain('2 alerts of level 12 and above would reach nobody');
    expect(body).toMatch(/No longer sent: <!---->|No longer sent: \d+/);
    expect(body).toContain('href="/alert/1787224951.101"');
    expect(body).toContain('&lt;img src=x onerror');
    expect(body).not.toMatch(/<img|<svg onload|<script>window/);
  });

  it('shows mistakes with line, column and caret, and the result of the rest', async () => {
    const app = consoleApp({ settings: SETTINGS });
    app.home.append(alertLine(1));
    const settings = 'integrations:\n  slack:\n    when: rule.id == 5710\n    onyl: { level: 3 }\n';
    const { body } = await outcome(app, '/simulate', { settings, span: 'today' });
    expect(body).toContain('There are errors');
    expect(body).toMatch(/line <?!?-*>?3/);
    expect(body).toContain('    when: rule.id == 5710\n                     ^</pre>');
    expect(body).toContain('did you mean only?');
    expect(body).toContain('Messages by integration');
    const broken = await outcome(app, '/simulate', { settings: 'a: [1', span: 'today' });
    expect(broken.body).toContain('cannot be read: a reload would refuse them');
    expect(broken.body).not.toContain('Messages by integration');
  });

  it('looks up no file and no variable that a text refers to, whatever it does with it', async () => {
    const app = consoleApp({ settings: SETTINGS });
    const file = join(app.home.path, 'passwords');
    writeFileSync(file, 'CONTENT-OF-A-FILE\n');
    app.home.append(alertLine(1));
    const reference = `"\${file:${file}}"`;
    const settings = `integrations:
  ${reference}: { type: slack, hook_url: ${reference} }
  a: { type: ${reference}, level: ${reference} }
  b: { type: jira, url: ${reference}, api_key: "\${env:PATH}", project: ${reference}, group: ${reference} }
  c: { type: slack, hook_url: "\${file:/nowhere/at/all}", rule_id: ${reference}, level: "\${env:HOME}" }
  d: { type: custom-x, hook_url: "\${file:${app.home.config}}", api_key: "\${file:integratord.yaml}" }
times: { office: { hours: ${reference} } }
`;
    const { body } = await outcome(app, '/simulate', { settings, span: 'today' });
    expect(body).toContain('There are errors');
    expect(body).not.toMatch(/CONTENT-OF-A-FILE|\/usr\/bin/);
    expect(body).not.toContain('does not exist');
    expect(body).not.toMatch(SECRETS);
  });

  it('gives a secret to no other setting', async () => {
    const app = consoleApp({ settings: SETTINGS });
    app.home.append(alertLine(1));
    const settings = `integrations:
  pager: { type: pagerduty, api_key: &x "[redacted]", level: 12 }
  slack: { only: { agents: *x }, when: "[redacted]", group_dialect: *x }
silences: [{ name: *x, at: *x, why: *x }]
`;
    const { body } = await outcome(app, '/simulate', { settings, span: 'today' });
    expect(body).not.toMatch(SECRETS);
  });

  it.each([
    ['markup', `${JSON.stringify(HOSTILE)}: 1\n`],
    ['markup as an id', `integrations: { ${JSON.stringify(HOSTILE)}: { type: slack } }\n`],
    ['the end of its field', '# </textarea><script>window.hacked=5</script>\n'],
    [
      'aliases without end',
      `a: &a [x]\n${Array.from({ length: 30 }, (_, n) => `b${n}: &b${n} [${`*${n === 0 ? 'a' : `b${n - 1}`}, `.repeat(9)}]`).join('\n')}\n`,
    ],
    ['depth', `a: ${'['.repeat(20_000)}\n`],
    ['depth without brackets', `${'- '.repeat(50_000)}x\n`],
    [
      'a costly expression',
      `integrations: { slack: { only: { fields: { full_log: { regex: "(a*)*(b*)*$" } } } } }\n`,
    ],
    ['nothing', ''],
  ])('answers to a hostile text: %s', async (_, settings) => {
    const app = consoleApp();
    app.home.append(hostileAlert(1, 12));
    const { body, status } = await outcome(app, '/simulate', { settings, span: 'today' });
    expect(status).toBe(200);
    expect(/There is no result:[^<]*/.exec(body)?.[0]).toBeUndefined();
    expect(body).not.toMatch(/<img|<svg onload|<script>window/);
    expect(fieldOf(body)).toBe(settings);
  });

  it('is not for viewers', async () => {
    const app = consoleApp({ settings: SETTINGS, write: false });
    const { body, status } = await app.ask('/simulate');
    expect(status).toBe(200);
    expect(body).toContain('needs the role operator');
    expect(body).not.toContain('<textarea');
    expect((await app.ask('/simulate', { settings: 'a: 1', span: '1h' })).status).toBe(403);
    expect((await app.ask('/simulate/1')).status).toBe(403);
  });

  it('does one thing at a time, and ends it when somebody says so', async () => {
    const app = consoleApp();
    const started = await app.ask('/noise', { span: '7d' });
    expect(started.headers.get('location')).toBe('/noise/1');
    const shown = await app.ask('/noise/1');
    expect(shown.body).toContain('Counting');
    expect(shown.body).toContain('<meta http-equiv="refresh" content="2"/>');
    const second = await app.ask('/simulate', { settings: 'times: {}\n', span: '1h' });
    expect(second.status).toBe(200);
    expect(second.body).toContain('Another one is at work');
    expect(fieldOf(second.body)).toBe('times: {}\n');
    const cancelled = await app.ask('/run/cancel', { id: '1' });
    expect(cancelled.headers.get('location')).toBe('/noise/1');
    expect((await app.ask('/noise/1')).body).toContain('socket cancelled it');
    expect((await app.ask('/noise', { span: '7d' })).headers.get('location')).toBe('/noise/2');
    await app.ask('/run/cancel', { id: '2' });
  });

  it('ends what takes too long', async () => {
    const app = consoleApp();
    await app.ask('/noise', { span: '7d' });
    await app.clock.advance(10 * 60_000);
    expect((await app.ask('/noise/1')).body).toContain('it took longer than ten minutes');
  });

  it('takes in what the daemon would read, and no more', async () => {
    const app = consoleApp();
    const long = await app.ask('/simulate', { settings: '#'.repeat(256 * 1024 + 1), span: '1h' });
    expect(long.body).toContain('longer than 256 KiB');
    expect((await app.ask('/simulate', `settings=${'#'.repeat(800_000)}`)).status).toBe(413);
    const gone = await app.ask('/simulate/77');
    expect(gone.status).toBe(404);
  });
});

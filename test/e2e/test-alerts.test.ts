import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { alertLine, createHome } from '../support/home.ts';
import { DaemonProcess, integratord, until } from '../support/program.ts';
import { Sink } from '../support/sink.ts';

const PADDING = 'padding '.repeat(8);
/** Prints more than an attempt keeps, with what would steer a terminal, and its key. */
const SCRIPT = `#!/bin/sh
echo "begins with $2"
for number in $(seq 1 300); do printf 'line %s \\033[2J\\033]0;title\\007 ${PADDING}\\n' "$number"; done
exit 1
`;

async function scene() {
  const sink = await Sink.start(({ path }) => {
    return path === '/v2/enqueue'
      ? { status: 202, body: '{"status":"success"}' }
      : { status: 200, body: 'ok' };
  });
  onTestFinished(() => sink.close());
  const format = '<alert_format>json</alert_format><level>7</level>';
  const home = createHome(`
    <integration><name>slack</name><hook_url>${sink.url}/slack</hook_url>${format}</integration>
    <integration><name>pagerduty</name><api_key>0123456789abcdef0123456789abcdef</api_key>
      <hook_url>${sink.url}</hook_url>${format}</integration>
    <integration><name>custom-x</name><api_key>hunter2-hunter2</api_key>${format}</integration>`);
  onTestFinished(() => home.remove());
  home.addScript('custom-x', SCRIPT);
  const settings = join(home.path, 'etc', 'integratord.yaml');
  writeFileSync(settings, 'canary: { at: "06:00", zone: UTC }\n');
  const run = (...args: string[]) => integratord([...args, '--home', home.path]);
  const status = async () => JSON.parse((await run('status', '--json')).stdout);
  const metrics = async () => (await run('metrics')).stdout;
  return { sink, home, run, status, metrics };
}

it('go the whole way to every integration, say that they are tests, and come once', async () => {
  const { sink, home, run, status, metrics } = await scene();
  const first = await DaemonProcess.start(home.path);
  onTestFinished(() => first.kill());
  const isDone = async () => {
    const { integrations } = await status();
    return (
      integrations[0].canary.last_success_at !== null &&
      integrations[1].canary.last_success_at !== null &&
      integrations[2].canary.lost === true
    );
  };
  await until(isDone, 'those of services arrived, and that of the script is given up');
  const bodyOf = (path: string) => sink.requests.find((one) => one.path === path)?.body ?? '';
  expect(bodyOf('/slack')).toContain('TEST of integratord: the way to slack works.');
  expect(JSON.parse(bodyOf('/v2/enqueue'))).toMatchObject({ event_action: 'resolve' });
  expect(await status()).toMatchObject({
    state: 'degraded',
    problems: ['the test alert of custom-x did not arrive; none ever did'],
  });
  const last = 'integratord_canary_last_success_timestamp_seconds';
  const scraped = await metrics();
  expect(scraped).toMatch(new RegExp(`^${last}{integration="slack"} 1[.\\d]+(e9)?$`, 'm'));
  expect(scraped).toContain(`${last}{integration="custom-x"} 0\n`);

  const list = await run('queue', 'list', '--rule', 'integratord-canary', '--json');
  const rows = list.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(rows).toMatchObject([
    { integration: 'custom-x', state: 'dead' },
    { integration: 'pagerduty', state: 'delivered', level: 3 },
    { integration: 'slack', state: 'delivered', verdict: 'canary' },
  ]);
  const explained = await run('explain', rows[2].alert);
  expect(explained).toMatchObject({ code: 0, stdout: expect.stringContaining('slack') });

  // The whole output of the script, without its key, and inert.
  const shown = await run('queue', 'show', String(rows[0].id));
  expect(shown.stdout).toContain('line 150 ');
  expect(shown.stdout).toContain('line 300 ');
  expect(shown.stdout).not.toContain('hunter2');
  expect(shown.stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
  const [json] = (await run('queue', 'show', String(rows[0].id), '--json')).stdout.split('\n');
  expect(JSON.parse(json ?? '')).toMatchObject({
    request: {
      script: { argv: ['<alert-file>', '[redacted]', '', '', '', '10', '3', expect.any(String)] },
    },
    attempt_log: [{ output: expect.stringMatching(/^begins with .*\n[^]*line 300 .*$/) }],
  });

  await first.kill();
  const second = await DaemonProcess.start(home.path);
  onTestFinished(() => second.kill());
  home.append(alertLine(1));
  await until(() => sink.numbers.filter((number) => number === 1).length === 2, 'an alert arrived');
  const tests = sink.requests.filter(({ body }) => body.includes('TEST of integratord'));
  expect(tests).toHaveLength(2);
});

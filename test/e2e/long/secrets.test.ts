import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { alertLine, createHome, type Home } from '../../support/home.ts';
import { DaemonProcess, integratord, until } from '../../support/program.ts';
import { Sink } from '../../support/sink.ts';

const API_KEY = 'k3y-that-nobody-may-see-00000000';
const HOOK = '/services/T0SECRET/B0SECRET/h00k-that-nobody-may-see';
const ENV_KEY = 'fr0m-the-environment-000000000';
const OPTION_KEY = '0ption-that-nobody-may-see';
const BEARER = 'b3arer.that-nobody.may-see';
const PASSWORD = 'p4ssword-of-an-address';
const BASIC = Buffer.from(`svc:${PASSWORD}`).toString('base64').replace(/=+$/, '');

let home: Home;
let sink: Sink | undefined;
let daemon: DaemonProcess | undefined;

afterEach(async () => {
  await daemon?.kill();
  await sink?.close();
  home.remove();
});

it('shows no secret in outputs, logs, errors, the process list or the outbox', async () => {
  // A service that repeats all it was told in its answers.
  sink = await Sink.start(({ path, body, headers }) => ({
    status: 400,
    body: `bad request ${path} ${body} ${JSON.stringify(headers)}`,
  }));
  home = createHome(`
    <integration><name>slack</name><hook_url>${sink.url}${HOOK}</hook_url></integration>
    <integration><name>slack</name><hook_url>http://127.0.0.1:1${HOOK}</hook_url></integration>
    <integration><name>pagerduty</name><api_key>${API_KEY}</api_key>
      <hook_url>${sink.url}/v2/enqueue</hook_url></integration>
    <integration><name>pagerduty</name><api_key>\${env:PD_KEY}</api_key>
      <hook_url>${sink.url}/v2/enqueue</hook_url></integration>
    <integration><name>custom-a</name><api_key>${API_KEY}</api_key>
      <hook_url>${sink.url}${HOOK}</hook_url></integration>
    <integration><name>slack</name>
      <hook_url>${sink.url.replace('//', `//svc:${PASSWORD}@`)}/s</hook_url>
      <options>{"metadata": {"token": "${OPTION_KEY}"}}</options></integration>
    <integration><name>custom-b</name>
      <options>{"api": {"token": "${OPTION_KEY}", "pin": 1},
        "headers": {"Authorization": "Bearer ${BEARER}"}}</options></integration>`);
  home.addScript('custom-b', `#!/bin/sh\ncat "$5"\necho ${BEARER}\nexit 1\n`);
  home.addScript('custom-a', '#!/bin/sh\necho "cannot reach $3 with $2"\nexit 1\n');
  const env = { PD_KEY: ENV_KEY };

  const shown: string[] = [];
  daemon = await DaemonProcess.start(home.path, [], env);
  home.append(alertLine(1));
  const ids = ['slack', 'slack#2', 'pagerduty', 'pagerduty#2', 'custom-a', 'slack#3', 'custom-b'];
  await until(async () => {
    const { stdout } = await integratord(['queue', 'list', '--home', home.path, '--json']);
    const attempted = stdout.split('\n').filter((line) => /"attempts":[1-9]/.test(line));
    return attempted.length === ids.length;
  }, 'every integration made an attempt');
  shown.push(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }));
  const common = ['--home', home.path];
  for (const json of [[], ['--json']]) {
    for (const id of ids) {
      for (const command of ['preview', 'send']) {
        const args = [command, ...common, '--integration', id, ...json];
        const { stdout, stderr } = await integratord(args, { input: alertLine(2), env });
        shown.push(stdout, stderr);
      }
    }
    const shows = ids.map((_, i) => ['queue', 'show', String(i + 1)]);
    for (const args of [['check'], ['queue', 'list'], ['queue', 'stats'], ...shows]) {
      const { stdout, stderr } = await integratord([...args, ...common, ...json], { env });
      shown.push(stdout, stderr);
    }
  }
  await daemon.stop();
  shown.push(daemon.output);
  for (const name of readdirSync(home.state, { recursive: true, encoding: 'utf8' })) {
    if (!name.endsWith('scripts')) shown.push(readFileSync(join(home.state, name), 'latin1'));
  }

  expect(shown.length).toBeGreaterThan(40);
  for (const text of shown) {
    expect(text).not.toContain(API_KEY);
    expect(text).not.toContain('h00k-that-nobody-may-see');
    expect(text).not.toContain(ENV_KEY);
    for (const secret of [OPTION_KEY, BEARER, PASSWORD, BASIC]) expect(text).not.toContain(secret);
  }
  // And the check can fail: asked for, they are shown.
  const revealed = await integratord(['check', ...common, '--show-secrets', '--json'], { env });
  expect(revealed.stdout).toContain(API_KEY);
  expect(revealed.stdout).toContain(ENV_KEY);
  expect(revealed.stdout).toContain(OPTION_KEY);
  expect(sink.requests.map(({ headers }) => headers['authorization'])).toContain(
    `Basic ${Buffer.from(`svc:${PASSWORD}`).toString('base64')}`,
  );
}, 600_000);

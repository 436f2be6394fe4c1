import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { expect, it, onTestFinished } from 'vitest';
import { type Answer, ask, formIdOf, send } from '../support/console-scene.ts';
import { COMMAND, integratord, until } from '../support/program.ts';
import { tempDir } from '../support/temp-dir.ts';

it('shows alerts arriving everywhere, and leaves nothing behind', async () => {
  const leftovers = () =>
    readdirSync(tmpdir()).filter((name) => name.startsWith('integratord-demo-'));
  const before = leftovers();
  const { code, stdout } = await integratord(['demo', '--seconds', '18']);
  expect(code).toBe(0);
  for (const service of ['slack', 'pagerduty', 'shuffle', 'virustotal', 'custom-example']) {
    expect(stdout).toMatch(new RegExp(`→ ${service} `));
  }
  // The round trip of an enrichment: asked, back at the manager, and a new alert because of it.
  expect(stdout).toMatch(/← manager +\[001\] \(web01\) 10\.0\.0\.21->virustotal/);
  expect(stdout).toMatch(/alert, level 12 {2}VirusTotal: Alert - .*66 engines/);
  // A flood comes as one message, then as one about its repeats; and in a digest.
  expect(stdout).toMatch(/40 alerts, level 10/);
  expect(stdout).toMatch(/→ slack +danger: again \d+ times/);
  expect(stdout).toMatch(/→ shuffle +\d+ alerts, .*highest level 10/);
  // It ends with an explanation of one of them, and the command for it.
  expect(stdout).toMatch(/main\.js explain \d+\.\d+ --home/);
  expect(stdout).toMatch(/• slack {2}throttle {2}it repeats an alert that was sent/);
  // Nothing fails but what is meant to.
  const failed = [...stdout.matchAll(/→ (\S+) .* answered ([345]\d\d)/g)].map(
    ([, service, status]) => `${service} ${status}`,
  );
  expect(new Set(failed)).toEqual(new Set(['slack#2 404', 'shuffle 503']));
  expect(leftovers()).toEqual(before);
});

it('has a console that shows one service fail and recover, one parked, and lets nobody else in', async () => {
  // Somebody has the usual port.
  const other = createServer().listen(7780, '127.0.0.1');
  other.on('error', () => undefined);
  onTestFinished(() => void other.close());
  const demo = spawn(process.execPath, [COMMAND, 'demo'], {
    env: { ...process.env, TMPDIR: tempDir() },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void demo.kill('SIGKILL'));
  let output = '';
  demo.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  await until(() => /console +http/.test(output), 'it says where the console is');
  const [, digits, path = ''] = /http:\/\/127\.0\.0\.1:(\d+)(\/enter\?\S+)/.exec(output) ?? [];
  const port = Number(digits);
  expect(port).not.toBe(7780);
  // Without the whole address there is nothing to see, whatever one asks for.
  const open = ['/', '/events', '/series', '/silences', '/enter', `${path}x`, '/nowhere'];
  for (const one of open) {
    const { status, body } = await ask(port, one);
    expect({ one, status }).toEqual({ one, status: 401 });
    expect(body).not.toContain('<');
  }
  expect((await ask(port, path, { headers: { host: 'evil.example' } })).status).toBe(421);
  const entered = await ask(port, path);
  expect(entered.body).toContain('url=/"');
  const cookie = cookieOf(entered);
  expect(String(entered.headers['set-cookie'])).toMatch(/; HttpOnly; SameSite=Strict$/);
  const page = (one: string) => ask(port, one, { headers: { cookie } });
  const says = (one: string, text: RegExp) =>
    until(async () => text.test((await page(one)).body), `${one} says ${text}`, 60_000);
  await says('/', /slack#2 is parked, \d wait: Slack does not accept messages for this webhook/);
  await until(() => /→ shuffle .* answered 503/.test(output), 'Shuffle is down');
  await says('/deliveries?integration=shuffle&state=pending', /server.error/);
  await says('/', /shuffle<\/a><\/th><td>.{0,80}working.*\d+ sent, \d+ failed/);
  await until(() => /answered 503[^]*→ shuffle(?!.*answered)/.test(output), 'Shuffle is back');
  // The command that it names works as it stands, in a shell that knows no integratord.
  const [command = ''] = /^ {2}\S.* explain .*$/m.exec(output) ?? [];
  const { status, stdout } = spawnSync('sh', ['-c', command], { encoding: 'utf8' });
  expect({ status, stdout }).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('it repeats an alert that was sent'),
  });
  expect(stdout).not.toContain('cannot run');
  const [, flood] = /\/alert\/(\d+\.\d+)/.exec(output) ?? [];
  expect((await page(`/alert/${flood}`)).body).toMatch(/digest/);
  // What can be done are silences, and nothing else.
  const silences = await page('/silences');
  const wish = { form: formIdOf(silences), rule: '5712', end: '1h', why: 'to see what happens' };
  const added = await send(port, '/silences/add', wish, { cookie });
  expect(added.status).toBe(200);
  await says('/activity', /you \(console\)/);
  for (const one of ['/lanes/pause', '/lanes/resume', '/act', '/reload']) {
    const form = formIdOf(await page('/silences'));
    expect((await send(port, one, { ...wish, form }, { cookie })).status).toBe(404);
  }
  expect((await page('/')).body).not.toContain('Pause');
  demo.kill('SIGINT');
  await once(demo, 'exit');
});

it('leaves nothing behind when it is interrupted more than once', async () => {
  const TMPDIR = tempDir();
  const demo = spawn(process.execPath, [COMMAND, 'demo'], {
    env: { ...process.env, TMPDIR },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(demo.stdout, 'data');
  const ended = once(demo, 'exit');
  demo.stdout.resume();
  demo.kill('SIGINT');
  const again = setInterval(() => demo.kill('SIGINT'), 20);
  await ended;
  clearInterval(again);
  expect(readdirSync(TMPDIR)).toEqual([]);
});

/** The session that an answer gives. */
function cookieOf({ headers }: Answer): string {
  return String(headers['set-cookie']).split(';')[0] ?? '';
}

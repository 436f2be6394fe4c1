import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createHome, type Home } from '../../support/home.ts';
import { DaemonProcess, type Finished, integratord, until } from '../../support/program.ts';
import { Sink } from '../../support/sink.ts';

/** Escape sequences, C1, DEL, a forged line, an override of direction, marks, line separators. */
const HOSTILE =
  '\u001b[2J\u009b31m\u007f\u0085\r\nforged line\u202e\u2066\u200f\u200e\u061c\u2028\u2029end';
const UNSAFE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;
const ALERT = JSON.stringify({
  timestamp: '2026-08-20T11:22:31.771+0000',
  rule: { level: 10, description: HOSTILE, id: '5712', groups: [HOSTILE] },
  agent: { id: '001', name: HOSTILE },
  id: HOSTILE,
  full_log: HOSTILE,
  location: HOSTILE,
});

let home: Home;
let sink: Sink;
let daemon: DaemonProcess | undefined;

beforeEach(async () => {
  sink = await Sink.start();
  sink.answer = () => ({ status: 400, body: HOSTILE });
  home = createHome(
    `<integration><name>slack</name><hook_url>${sink.url}/s</hook_url></integration>` +
      '<integration><name>custom-x</name><alert_format>json</alert_format></integration>' +
      `<integration><name>custom-\u202ey</name></integration>`,
  );
  home.addScript('custom-x', `#!/bin/sh\nprintf '\\033[2J\\302\\233 \\342\\200\\256'\nexit 1\n`);
});
afterEach(async () => {
  await daemon?.kill();
  await sink.close();
  home.remove();
});

const run = async (...args: string[]): Promise<Finished> => {
  const finished = await integratord([...args, '--home', home.path], { input: `${ALERT}\n` });
  expect([args, UNSAFE.exec(finished.stdout), UNSAFE.exec(finished.stderr)]).toEqual([
    args,
    null,
    null,
  ]);
  return finished;
};
const lines = ({ stdout }: Finished) => stdout.split('\n').slice(0, -1);

it('no text of an alert floods the terminal, or a page', async () => {
  const long = 'x'.repeat(1 << 20);
  const rule = { level: 12, id: '5712', description: long };
  const recently = new Date().toISOString().replace('Z', '+0000');
  const alert = { timestamp: recently, rule, agent: { name: long }, id: '1.2', full_log: long };
  home.append(JSON.stringify(alert));
  daemon = await DaemonProcess.start(home.path);
  const page = join(home.path, 'page.html');
  for (const args of [
    ['explain', home.alerts],
    ['simulate', '--since', '1d', '--html', page],
    ['silence', 'test'],
  ]) {
    const { stdout } = await run(...args);
    expect([args, stdout.includes('xxx'), stdout.length < 5000]).toEqual([args, true, true]);
  }
  expect(readFileSync(page, 'utf8').length).toBeLessThan(20_000);
});

it('nothing of an alert or of a service steers the terminal, whatever the command', async () => {
  const matched = await run('match', '--json');
  expect(lines(matched)).toHaveLength(1);
  expect(JSON.parse(matched.stdout)).toMatchObject({ id: HOSTILE });
  const readable = lines(await run('match', '--why'));
  expect(readable.filter((line) => line.startsWith('forged'))).toEqual([]);
  expect(readable).toHaveLength(1);
  for (const integration of ['slack', 'custom-x']) {
    const [shown, ...rest] = lines(await run('preview', '--integration', integration, '--json'));
    expect(rest).toEqual([]);
    expect(JSON.stringify(JSON.parse(shown ?? ''))).toContain('forged line');
    await run('preview', '--integration', integration);
    await run('send', '--integration', integration);
    await run('send', '--integration', integration, '--json');
  }
  await run('check');
  await run('check', '--json');
  await run('preview', '--integration', HOSTILE);

  daemon = await DaemonProcess.start(home.path);
  home.append(ALERT);
  const isDone = async () => {
    const stats = JSON.parse((await run('queue', 'stats', '--json')).stdout) as object;
    const dead = Object.values(stats as Record<string, { dead: number }>).map((one) => one.dead);
    return dead.filter((count) => count === 1).length === 2;
  };
  await until(isDone, 'both are dead letters');
  await run('status');
  await run('queue', 'stats');
  await run('pause', 'slack');
  await run('pause', HOSTILE);
  await daemon.stop();
  await run('status');
  await run('silence', 'add', '--for', '1h', '--why', HOSTILE, '--name', HOSTILE);
  await run('silence', 'list');
  for (const command of ['explain', 'simulate']) {
    const about = command === 'simulate' ? ['--since', '90d'] : ['-'];
    await run(command, ...about);
    await run(command, ...about, '--json');
  }
  expect(lines(await run('queue', 'list'))).toHaveLength(4);
  expect(lines(await run('queue', 'list', '--json')).map((line) => JSON.parse(line))).toMatchObject(
    Array.from({ length: 3 }, () => ({ alert: HOSTILE })),
  );
  for (const id of ['1', '2', '3']) {
    const shown = lines(await run('queue', 'show', id));
    expect(shown.filter((line) => line.startsWith('forged'))).toEqual([]);
    expect(JSON.parse((await run('queue', 'show', id, '--json')).stdout)).toMatchObject({
      raw: ALERT,
    });
  }
  await run('queue', 'drop', '--all', '--all-states');
  expect(UNSAFE.exec(daemon.output)).toBeNull();
});

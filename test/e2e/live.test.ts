import { spawn } from 'node:child_process';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';
import { alertLine, createHome, type Home } from '../support/home.ts';
import { COMMAND, DaemonProcess, integratord, until } from '../support/program.ts';
import { Sink } from '../support/sink.ts';

let home: Home;
let sink: Sink;
let daemon: DaemonProcess;

beforeEach(async () => {
  sink = await Sink.start();
  home = createHome(
    `<integration><name>slack</name><hook_url>${sink.url}/s</hook_url></integration>`,
  );
  daemon = await DaemonProcess.start(home.path);
});
afterEach(async () => {
  await daemon.kill();
  await sink.close();
  home.remove();
});

/** A command that goes on, and what it has printed. */
function watch(...args: string[]) {
  const child = spawn(process.execPath, [COMMAND, ...args, '--home', home.path], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill());
  const watched = { output: '', errors: '', child };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (watched.output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (watched.errors += text));
  return watched;
}

it('tail tells what becomes of alerts as it happens, until the daemon ends', async () => {
  const all = watch('tail', '--json');
  const dead = watch('tail', '--event', 'dead', '--level', '12');
  let number = 0;
  // A command takes a moment to begin.
  await until(() => {
    number += 1;
    home.append(alertLine(number));
    return all.output !== '';
  }, 'it tells');
  sink.answer = () => ({ status: 400, body: 'invalid_payload' });
  // The other one may begin later.
  number = 900;
  await until(() => {
    number += 1;
    home.append(alertLine(number, { level: 12 }));
    return dead.output !== '' && all.output.includes('.901');
  }, 'it tells of a dead letter');
  const [first] = all.output.split('\n');
  expect(JSON.parse(first ?? '')).toMatchObject({
    event: 'delivered',
    integration: 'slack',
    rule: '5712',
    status: 200,
    duration_ms: expect.any(Number),
    at: expect.stringMatching(/^20/),
  });
  expect(dead.output).toMatch(
    /^\d\d:\d\d:\d\d {2}dead +slack {2}1787224951\.9\d+ {2}level 12 {2}rule 5712 .* 400 /,
  );
  await daemon.stop();
  await until(() => all.child.exitCode !== null, 'it ends');
  expect(all.child.exitCode).toBe(3);
  expect(all.errors).toContain('the daemon has ended');
});

it('top shows each integration and the busiest rules', async () => {
  const top = watch('top', '--json');
  let number = 0;
  await until(() => {
    number += 1;
    home.append(alertLine(number));
    return /"rule":"5712"/.test(top.output);
  }, 'it has counted');
  const snapshots = top.output.split('\n').filter((line) => line !== '');
  expect(JSON.parse(snapshots.at(-1) ?? '')).toMatchObject({
    integrations: expect.arrayContaining([expect.objectContaining({ id: 'slack', failed: 0 })]),
    rules: [{ rule: '5712', events: expect.any(Number) }],
  });
});

it('a reader that does not read delays nobody, and only a few may look on', async () => {
  const path = join(home.state, 'control.sock');
  for (let count = 0; count < 4; count += 1) {
    const socket = createConnection(path);
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => {});
    socket.pause();
    socket.write('GET /events HTTP/1.1\r\nHost: control\r\n\r\n');
  }
  const { code, stderr } = await integratord(['tail', '--home', home.path]);
  expect(code).toBe(3);
  expect(stderr).toContain('too many look on already');
  home.append(...Array.from({ length: 2000 }, (_, number) => alertLine(number)));
  await until(() => sink.requests.length === 2000, 'all are delivered');
});

it('tail and top say that there is no daemon', async () => {
  await daemon.stop();
  for (const command of ['tail', 'top']) {
    const { code, stderr } = await integratord([command, '--home', home.path]);
    expect(code).toBe(3);
    expect(stderr).toContain('no daemon runs');
  }
});

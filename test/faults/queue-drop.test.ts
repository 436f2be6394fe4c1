import { type ChildProcess, spawn } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alertLine, createHome, type Home } from '../support/home.ts';
import { COMMAND, DaemonProcess, integratord, until } from '../support/program.ts';
import { isMissing, mustRun } from '../support/requirement.ts';
import { Sink } from '../support/sink.ts';

const DROPPED = 'deliveries were dropped by an operator';
let home: Home;
let sink: Sink;
let daemon: DaemonProcess | undefined;
let terminal: ChildProcess | undefined;

/** Two alerts of level 12 wait for a service that is down. */
beforeEach(async () => {
  sink = await Sink.start();
  sink.answer = () => ({ status: 503, body: '' });
  home = createHome(
    `<integration><name>slack</name><hook_url>${sink.url}/s</hook_url></integration>`,
  );
  daemon = await DaemonProcess.start(home.path);
  home.append(alertLine(1, { level: 12 }), alertLine(2, { level: 12 }));
  await until(async () => (await states()).length === 2, 'both wait');
});
afterEach(async () => {
  terminal?.kill('SIGKILL');
  await daemon?.kill();
  await sink.close();
  home.remove();
});

const queue = (...args: string[]) => integratord(['queue', ...args, '--home', home.path]);
const drop = (...args: string[]) => queue('drop', '--integration', 'slack', ...args);
async function states(): Promise<string[]> {
  const { stdout } = await queue('list', '--json');
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => (JSON.parse(line) as { state: string }).state);
}
const told = (from: DaemonProcess) => from.log.filter(({ msg }) => msg === DROPPED);

it('leaves alone what waits unless told otherwise, and changes nothing without --yes', async () => {
  const dead = await drop();
  expect(dead).toMatchObject({ code: 2, stdout: '' });
  expect(dead.stderr).toMatch(/nothing to drop/);
  expect(dead.stderr).toMatch(/not dropped without --all-states: slack: [12] (?:pending|leased)/);
  const all = await drop('--all-states');
  expect(all).toMatchObject({ code: 2, stdout: '' });
  expect(all.stderr).toMatch(/slack +(?:pending|leased) +[12] +12 +20\d\d-.*--yes/s);
  expect((await drop('--all-states', '--json')).code).toBe(2);
  expect((await drop('--all-states', '--state', 'dead', '--yes')).code).toBe(2);
  expect((await drop('--yes')).stdout).toBe('0 deliveries dropped\n');
  expect(await states()).toHaveLength(2);
  await daemon?.stop();
  expect(told(daemon as DaemonProcess)).toEqual([]);
});

it('leaves a line in the log of the daemon, also of what was dropped while it was down', async () => {
  const [first] = (await queue('list', '--json')).stdout.split('\n');
  const { id } = JSON.parse(first ?? '') as { id: number };
  expect((await queue('drop', String(id))).stdout).toBe('1 delivery dropped\n');
  await daemon?.logged(DROPPED, (line) => line['count'] === 1);
  await daemon?.stop();
  const { stdout } = await drop('--all-states', '--yes', '--json');
  expect(JSON.parse(stdout)).toMatchObject({
    dropped: 1,
    states: [{ integration: 'slack', state: 'pending', count: 1, level: 12 }],
  });
  daemon = await DaemonProcess.start(home.path);
  await daemon.logged(DROPPED);
  await daemon.stop();
  expect(told(daemon)).toMatchObject([
    { level: 'warn', integration: 'slack', state: 'pending', count: 1, highest_level: 12 },
  ]);
  expect(told(daemon)[0]?.['who']).toMatch(/./);
  daemon = await DaemonProcess.start(home.path);
  await daemon.stop();
  expect(told(daemon)).toEqual([]);
});

const noTerminal = isMissing('script (util-linux) is needed, for a terminal', () => {
  mustRun('script', '-qec', 'true', '/dev/null');
});
describe.skipIf(noTerminal)('on a terminal', () => {
  it.each([
    ['n', 2],
    ['y', 0],
  ])('asks, and an answer of %s leaves %i', async (answer, left) => {
    const line = `${process.execPath} ${COMMAND} queue drop --all --all-states --home ${home.path}`;
    const child = spawn('script', ['-qec', line, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    terminal = child;
    let shown = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
    await until(() => shown.includes('[y/N]'), 'it asks');
    expect(shown).toContain('HIGHEST LEVEL');
    child.stdin.write(`${answer}\n`);
    await until(() => child.exitCode !== null, 'it ends');
    expect(await states()).toHaveLength(left);
  });
});

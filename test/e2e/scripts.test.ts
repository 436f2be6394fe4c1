import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { alertLine, createHome, type Home } from '../support/home.ts';
import { DaemonProcess, integratord, until } from '../support/program.ts';

const COMMAND_LINE = 'tr "\\0" " " < /proc/$PPID/cmdline';

let home: Home;
let daemon: DaemonProcess | undefined;

beforeEach(() => {
  home = createHome('<integration><name>custom-x</name></integration>');
});
afterEach(async () => {
  await daemon?.kill();
  daemon = undefined;
  writeFileSync(join(home.path, 'go'), '');
  home.remove();
});

const linesOf = (name: string) => {
  const path = join(home.path, name);
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
};
/** False also for a process that only waits to be reaped. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

/** A daemon that runs a script, which waits for a file. */
async function withRunningScript(): Promise<{ daemon: DaemonProcess; host: number }> {
  home.addScript(
    'custom-x',
    `#!/bin/sh\n${COMMAND_LINE} >> commands; echo >> commands; echo $PPID >> hosts\n` +
      'while [ ! -e go ]; do sleep 0.05; done\necho done >> done\n',
  );
  daemon = await DaemonProcess.start(home.path);
  home.append(alertLine(1));
  await until(() => linesOf('hosts').length === 1, 'the script runs');
  return { daemon, host: Number(linesOf('hosts')[0]) };
}

it('the daemon runs scripts in a host, which outlives a signal to the whole service', async () => {
  const running = await withRunningScript();
  expect(linesOf('commands')[0]).toContain(join('dist', 'cli', 'script-host.js '));
  process.kill(running.host, 'SIGTERM');
  const stopped = running.daemon.stop();
  await running.daemon.logged('stopping');
  writeFileSync(join(home.path, 'go'), '');
  expect(await stopped).toBe(0);
  expect(isRunning(running.host)).toBe(false);
  const stats = await integratord(['queue', 'stats', '--home', home.path, '--json']);
  expect(JSON.parse(stats.stdout)).toMatchObject({ 'custom-x': { delivered: 1 } });
  expect(linesOf('done')).toHaveLength(1);
});

it('a host that is killed costs nothing but a repeat', async () => {
  const running = await withRunningScript();
  process.kill(running.host, 'SIGKILL');
  await until(() => linesOf('hosts').length === 2, 'the script runs again');
  writeFileSync(join(home.path, 'go'), '');
  await running.daemon.logged('delivered');
  expect(await running.daemon.stop()).toBe(0);
  expect(new Set(linesOf('hosts')).size).toBe(2);
  expect(running.daemon.output).toContain('it is unknown whether the script finished');
});

it('the host ends with a daemon that is killed', async () => {
  const running = await withRunningScript();
  await running.daemon.kill();
  await until(() => !isRunning(running.host), 'the host is gone');
  expect(linesOf('done')).toEqual([]);
});

it('a single command starts its script itself', async () => {
  home.addScript('custom-x', `#!/bin/sh\n${COMMAND_LINE}\n`);
  const { code, stdout } = await integratord([
    'send',
    '--home',
    home.path,
    '--integration',
    'custom-x',
  ]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/main\.js send /);
});

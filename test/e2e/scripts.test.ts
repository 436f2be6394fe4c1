import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
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

it('scripts get the inherited environment without secrets, also after a reload, and never on a command line', async () => {
  home.configure(
    '<integration><name>custom-x</name></integration>' +
      '<integration><name>custom-y</name><api_key>${env:Y_KEY}</api_key></integration>',
  );
  home.addScript('custom-x', '#!/bin/sh\nenv > environment.new; mv environment.new environment\n');
  home.addScript('custom-y', '#!/bin/sh\ncat /proc/$PPID/environ > host\n');
  const settings = join(home.path, 'etc', 'integratord.yaml');
  writeFileSync(settings, 'environment: []\n');
  const env = {
    Y_KEY: 'hunter2-key',
    INTEGRATORD_TEST: 'x',
    NODE_NO_WARNINGS: '1',
    LATER: 'not a secret yet',
    https_proxy: 'http://me:hunter3@proxy.test:3128',
  };
  daemon = await DaemonProcess.start(home.path, [], env);
  expect(daemon.output).toContain('every script can read the password in https_proxy');
  home.append(alertLine(1));
  await until(() => linesOf('environment').length > 0, 'the script runs');
  const names = () => linesOf('environment').map((line) => line.split('=')[0]);
  expect(names()).toEqual(expect.arrayContaining(['PATH', 'LATER', 'https_proxy']));
  for (const name of ['Y_KEY', 'INTEGRATORD_TEST', 'NODE_NO_WARNINGS', 'NODE_CHANNEL_FD']) {
    expect(names()).not.toContain(name);
  }
  await until(() => existsSync(join(home.path, 'host')), 'the other script runs');
  expect(readFileSync(join(home.path, 'host'), 'utf8')).not.toMatch(/hunter2|NODE_NO_WARNINGS/);

  writeFileSync(settings, 'environment: [Y_KEY]\n# ${env:LATER}\n');
  daemon.signal('SIGHUP');
  await daemon.logged('configuration reloaded');
  home.append(alertLine(2));
  await until(() => names().includes('Y_KEY'), 'the script has the new environment');
  expect(names()).not.toContain('LATER');
});

it('argument 4 is debug at log level debug, and nothing follows the retries then', async () => {
  home.addScript('custom-x', '#!/bin/sh\necho "$# [$4] [$8]"\n');
  const send = (...args: string[]) =>
    integratord(['send', '--home', home.path, '--integration', 'custom-x', ...args]);
  expect((await send()).stdout).toContain('8 [] [> /dev/null 2>&1]');
  expect((await send('--log-level', 'debug')).stdout).toContain('7 [debug] []');
});

it('alert files are below /tmp whatever TMPDIR says, and gone with the daemon', async () => {
  home.addScript('custom-x', '#!/bin/sh\necho "$1" >> files; ls -d /tmp/integratord-* >> files\n');
  daemon = await DaemonProcess.start(home.path, [], { TMPDIR: home.path });
  home.append(alertLine(1));
  await daemon.logged('delivered');
  expect(linesOf('files')[0]).toMatch(/^\/tmp\/custom-x-\d{10}-\d+\.alert$/);
  const [record = ''] = readdirSync(join(home.state, 'scripts'));
  const directory = `/tmp/${record.split('.').at(-1)}`;
  expect(linesOf('files')).toContain(directory);
  expect(existsSync(linesOf('files')[0] ?? '')).toBe(false);
  expect(await daemon.stop()).toBe(0);
  expect(existsSync(directory)).toBe(false);
  expect(readdirSync(join(home.state, 'scripts'))).toEqual([]);
});

it('what a killed daemon has left below /tmp is gone with the next start', async () => {
  const running = await withRunningScript();
  const [record = ''] = readdirSync(join(home.state, 'scripts'));
  const [, mark, directory] = record.split('.');
  const alerts = () => readdirSync('/tmp').filter((name) => name.includes(`-${mark}`));
  expect(alerts()).toHaveLength(1);
  await running.daemon.kill();
  writeFileSync(join(home.path, 'go'), '');
  daemon = await DaemonProcess.start(home.path);
  expect(alerts()).toEqual([]);
  expect(existsSync(`/tmp/${directory}`)).toBe(false);
});

it('blocks that share a script are named by check, and take turns', async () => {
  home.configure(
    ['<level>1</level>', '<level>2</level>', '<level>3</level>']
      .map((own) => `<integration><name>custom-x</name>${own}</integration>`)
      .join(''),
  );
  home.addScript(
    'custom-x',
    '#!/bin/sh\nmkdir lock || { echo overlap >> overlaps; exit 0; }\nsleep 0.02; rmdir lock; echo >> runs\n',
  );
  const check = await integratord(['check', '--home', home.path]);
  expect(check.stdout).toMatch(
    /custom-x, custom-x#2, custom-x#3: they share the script .*custom-x and take turns/,
  );
  const json = await integratord(['check', '--home', home.path, '--json']);
  expect(JSON.parse(json.stdout)).toMatchObject({
    integrations: [{ shares_script_with: ['custom-x#2', 'custom-x#3'] }, {}, {}],
  });
  daemon = await DaemonProcess.start(home.path);
  home.append(...Array.from({ length: 10 }, (_, number) => alertLine(number)));
  await until(() => linesOf('runs').length + linesOf('overlaps').length === 30, 'all have run');
  expect(linesOf('overlaps')).toEqual([]);
});

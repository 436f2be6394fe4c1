import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { alertLine } from '../support/home.ts';
import {
  ancestry,
  commandLine,
  IS_ROOT,
  isRunning,
  ManagerHome,
  type Starter,
  whyNotInstallable,
} from '../support/manager-home.ts';
import { COMMAND, until } from '../support/program.ts';
import { Sink } from '../support/sink.ts';

const HOOK = '/services/T0SECRET/h00k-that-nobody-may-see';
const starters: readonly Starter[] = IS_ROOT ? ['root', 'unprivileged'] : ['unprivileged'];
const obstacle = whyNotInstallable();

let home: ManagerHome;
let sink: Sink | undefined;

beforeAll(() => {
  if (obstacle !== undefined) process.stderr.write(`SKIPPED: ${obstacle}\n`);
});
afterEach(async () => {
  await sink?.close();
  sink = undefined;
  home.remove();
});

async function slack(level = 10): Promise<string> {
  sink = await Sink.start();
  return `<integration><name>slack</name><hook_url>${sink.url}${HOOK}</hook_url><level>${level}</level></integration>`;
}

const LINE =
  /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d wazuh-integratord: (?:INFO|WARNING|ERROR|CRITICAL): .+$/;

describe.skipIf(obstacle !== undefined).each(starters)(
  'in the place of the original, started by %s',
  (starter) => {
    it('goes through the life that wazuh-control gives it', async () => {
      home = new ManagerHome(await slack(), starter);
      const installed = await home.install();
      expect(installed).toMatchObject({ code: 0, stderr: '' });
      expect((await home.install()).stdout).toBe('already installed; nothing to do\n');

      // wazuh-control start: a test of all daemons, then this one, which must come back.
      expect(await home.integrator('-t')).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(home.log()).toBe('');
      expect(await home.integrator()).toEqual({ code: 0, stdout: '', stderr: '' });
      const pid = home.pid();
      expect(home.pidFiles()).toEqual([`wazuh-integratord-${pid}.pid`]);
      const pidFile = statSync(join(home.path, 'var', 'run', `wazuh-integratord-${pid}.pid`));
      expect([pidFile.mode & 0o777, pidFile.size]).toEqual([0o640, String(pid).length + 1]);

      // It is on its own, under the original's name, and not root any more.
      expect(ancestry(pid).parent).not.toBe(process.pid);
      expect(ancestry(pid).session).toBe(pid);
      expect(commandLine(pid)).toBe('wazuh-integratord');
      expect(statSync(`/proc/${pid}`).uid).toBe(IS_ROOT ? 65_534 : process.getuid?.());

      // wazuh-control status
      execFileSync('ps', ['-p', String(pid)]);
      process.kill(pid, 0);

      await home.logged(': ready: ');
      const expected = JSON.stringify({
        integration: [
          {
            name: 'slack',
            hook_url: `${sink?.url}${HOOK}`,
            level: 10,
            max_log: 165,
            timeout: 10,
            retries: 3,
          },
        ],
      });
      expect(await home.ask('getconfig integration')).toBe(`ok ${expected}`);

      home.append(alertLine(1), alertLine(2, { level: 9 }), alertLine(3));
      await until(() => sink?.requests.length === 2, 'the alerts arrived');
      expect(sink?.numbers).toEqual([1, 3]);

      // wazuh-control stop
      await home.stop();
      expect(home.pidFiles()).toEqual([]);
      await expect(home.ask('getconfig integration')).rejects.toThrow(/ENOENT/);
      const lines = home.log().trimEnd().split('\n');
      expect(lines.filter((line) => !LINE.test(line))).toEqual([]);
      const texts = lines.map((line) => line.slice(20));
      expect(texts[0]).toMatch(
        /^wazuh-integratord: INFO: integratord \d+\.\d+\.\d+ runs in place of wazuh-integratord; how it differs: \/.*\/docs\/drop-in\.md$/,
      );
      expect(existsSync(texts[0]?.replace(/^.*: /, '') ?? '')).toBe(true);
      expect(texts.slice(1, 3)).toEqual([
        `wazuh-integratord: INFO: Started (pid: ${pid}).`,
        "wazuh-integratord: INFO: Enabling integration for: 'slack'.",
      ]);
      expect(texts).toContain(
        'wazuh-integratord: INFO: (1225): SIGNAL [(15)-(Terminated)] Received. Exit Cleaning...',
      );
      expect(home.log()).not.toContain('h00k-that-nobody');
      expect(statSync(join(home.path, 'logs', 'ossec.log')).mode & 0o777).toBe(0o660);

      // What came meanwhile is delivered after the next start.
      home.append(alertLine(4));
      expect((await home.integrator('-d')).code).toBe(0);
      await until(() => sink?.requests.length === 3, 'the alert arrived');
      expect(sink?.numbers).toEqual([1, 3, 4]);
      await home.stop();
      const debug = home
        .log()
        .split('\n')
        .filter((line) => line.includes('DEBUG: '));
      expect(debug.length).toBeGreaterThan(0);
      for (const line of debug) {
        expect(line.slice(20)).toMatch(
          /^wazuh-integratord\[\d+\] [\w-]+\.js:\d+ at [\w.$]+\(\): DEBUG: /,
        );
      }
    }, 120_000);
  },
);

describe.skipIf(obstacle !== undefined)('in the place of the original', () => {
  const starter = starters[0] as Starter;

  it('loses no alert and no line of the log when both are rotated', async () => {
    home = new ManagerHome(await slack(), starter);
    await home.install();
    await home.integrator();
    await home.logged(': ready: ');
    const log = join(home.path, 'logs', 'ossec.log');
    for (let n = 1; n <= 20; n += 1) {
      process.kill(home.pid(), 'SIGHUP');
      await home.logged('configuration reloaded');
      renameSync(log, `${log}.${n}`);
      home.append(alertLine(n));
    }
    await until(() => sink?.requests.length === 20, 'the alerts arrived');
    await home.stop();
    const names = readdirSync(dirname(log)).filter((name) => name.startsWith('ossec.log.'));
    const reloads = names.map((name) => home.log(name).split('configuration reloaded').length - 1);
    expect(reloads).toEqual(Array.from({ length: 20 }, () => 1));
    expect(home.log()).toContain('(1225)');
  }, 120_000);

  it('does not keep the manager from starting for reasons of its own, and fixes itself', async () => {
    home = new ManagerHome(await slack(), starter);
    await home.install();
    const state = join(home.path, 'queue', 'integratord');
    rmSync(state, { recursive: true });
    writeFileSync(state, ''); // no directory, no outbox
    home.write('etc/integratord.yaml', 'integrations: [broken');
    expect((await home.integrator('-t')).code).toBe(0);
    expect((await home.integrator()).code).toBe(0);
    await home.logged(
      /ERROR: nothing is delivered: .*integratord\.yaml:1:.*trying again every 30 s/,
    );
    expect(await home.ask('getconfig integration')).toContain('"name":"slack"');
    home.write('etc/integratord.yaml', '');
    process.kill(home.pid(), 'SIGHUP');
    await home.logged(
      /ERROR: nothing is delivered: The state directory .*integratord cannot be used/,
    );
    rmSync(state);
    makeState(state);
    process.kill(home.pid(), 'SIGHUP');
    await home.logged(': ready: ');
    home.append(alertLine(1));
    await until(() => sink?.requests.length === 1, 'the alert arrived');
    await home.stop();
    // Also while it still waits, it ends when it is told to.
    rmSync(state, { recursive: true });
    writeFileSync(state, '');
    await home.integrator();
    await home.logged(/(?:nothing is delivered: The state[^]*){2}/);
    await home.stop();
  }, 120_000);

  it('follows a changed configuration on SIGHUP', async () => {
    home = new ManagerHome(await slack(), starter);
    await home.install();
    await home.integrator();
    await home.logged(': ready: ');
    home.configure(`${await slack(3)}<integration><name>telegram</name></integration>`);
    process.kill(home.pid(), 'SIGHUP');
    await home.logged(
      "Unable to enable integration for: 'telegram'. File not found inside 'integrations'.",
    );
    expect(await home.ask('getconfig integration')).toMatch(/"level":3.*"name":"telegram"/);
    await home.stop();
  });

  it('runs a script that the settings file puts in place of a built-in', async () => {
    home = new ManagerHome(await slack(), starter);
    await home.install();
    home.write('etc/integratord.yaml', 'integrations: { slack: { script: true } }\n');
    const script = '#!/bin/sh\necho "$0 $3 $(cat "$1")" >> logs/script.log\n';
    home.write('integrations/slack', script, starter === 'root' ? 0o750 : 0o550);
    await home.integrator();
    await home.logged("Enabling integration for: 'slack'.");
    await home.logged(': ready: ');
    home.append(alertLine(7));
    await until(() => home.log('script.log').endsWith('\n'), 'the script ran');
    expect(home.log('script.log')).toContain(
      `${home.path}/integrations/slack ${sink?.url}${HOOK} alertdate=`,
    );
    expect(home.log('script.log')).toContain('alert 7');
    expect(sink?.requests).toEqual([]);
    await home.stop();
  });

  it('starts again after it was killed', async () => {
    home = new ManagerHome(await slack(), starter);
    await home.install();
    await home.integrator();
    const pid = home.pid();
    process.kill(pid, 'SIGKILL');
    await until(() => !isRunning(pid), 'it is gone');
    rmSync(join(home.path, 'var', 'run', `wazuh-integratord-${pid}.pid`)); // as wazuh-control does
    expect((await home.integrator()).code).toBe(0);
    await home.logged(/(?:: ready: [^]*){1}/);
    expect(await home.ask('getconfig integration')).toContain('"name":"slack"');
    await home.stop();
  });

  it('stays for integrations that only integratord.yaml defines, and does not show them to the API', async () => {
    home = new ManagerHome('', starter);
    await home.install();
    home.write('etc/integratord.yaml', 'integrations: { x: { type: custom-a, level: 3 } }\n');
    expect((await home.integrator()).code).toBe(0);
    await home.logged(/(?:: ready: [^]*){1}/);
    expect(await home.ask('getconfig integration')).toBe('ok {"integration":[]}');
    await home.stop();
  });

  it('ends at once with nothing to do, and with what the original refuses', async () => {
    home = new ManagerHome('', starter);
    await home.install();
    const nothing = await home.integrator();
    expect(nothing.code).toBe(0);
    expect(nothing.stderr.slice(20)).toBe(
      'wazuh-integratord: INFO: Remote integrations not configured. Clean exit.\n',
    );
    expect(home.log()).toBe(nothing.stderr);
    expect((await home.integrator('-t')).stderr).toBe('');

    home.configure('<integration><level>3</level></integration>');
    const refused = await home.integrator();
    expect(refused.code).toBe(1);
    expect(refused.stderr.split('\n').map((line) => line.slice(20))).toEqual([
      'wazuh-integratord: ERROR: (5310): Invalid integratord configuration.',
      "wazuh-integratord: ERROR: (1202): Configuration error at 'etc/ossec.conf'.",
      "wazuh-integratord: CRITICAL: (1202): Configuration error at 'etc/ossec.conf'.",
      '',
    ]);
    expect(home.log().endsWith(refused.stderr)).toBe(true);
    expect(home.pidFiles()).toEqual([]);
  });

  it('writes the log files that the configuration asks for', async () => {
    const logging = '<logging><log_format>plain,json</log_format></logging>';
    home = new ManagerHome('', starter);
    await home.install();
    home.configure(await slack(), logging);
    await home.integrator();
    await home.logged(': ready: ');
    await home.stop();
    const plain = home.log().trimEnd().split('\n');
    const json = home.log('ossec.json').trimEnd().split('\n');
    expect(json).toHaveLength(plain.length);
    for (const [position, line] of json.entries()) {
      const record = JSON.parse(line) as {
        timestamp: string;
        tag: string;
        level: string;
        description: string;
      };
      const { timestamp, tag, level, description } = record;
      expect(plain[position]).toBe(`${timestamp} ${tag}: ${level.toUpperCase()}: ${description}`);
    }
    home.configure(await slack(), logging.replace('json', 'xml'));
    expect(await home.integrator('-t')).toMatchObject({ code: 1 });
    expect(home.log()).toContain("ERROR: (1235): Invalid value for element 'log_format': xml.");
  });

  it('stays in the foreground with -f, and ends with 1', async () => {
    home = new ManagerHome(await slack(), starter);
    await home.install();
    const ended = home.integrator('-f');
    await home.logged(': ready: ');
    process.kill(home.pid(), 'SIGTERM');
    const { code, stderr } = await ended;
    expect(code).toBe(1);
    expect(stderr).toBe(home.log());
    expect(home.pidFiles()).toEqual([]);
  });

  it('leaves the place to the original when it cannot run, and when it is uninstalled', async () => {
    home = new ManagerHome(await slack(), starter);
    await home.install();
    const { code, stdout } = await home.run('/bin/sh', [
      '-c',
      `sed -i "s|^program=.*|program='/none'|" '${home.program}' && '${home.program}' -d`,
    ]);
    expect([code, stdout]).toEqual([0, 'original: -d\n']);
    expect((await home.install()).stdout).toMatch(/^renew the launcher/);
    const uninstall = ['uninstall', '--home', home.path];
    const dry = await home.run(process.execPath, [COMMAND, ...uninstall, '--dry-run']);
    expect(dry.stdout).toMatch(/^would restore the original/);
    expect((await home.run(process.execPath, [COMMAND, ...uninstall])).code).toBe(0);
    expect((await home.integrator('-t')).stdout).toBe('original: -t\n');
  });

  it.runIf(IS_ROOT)('says in one line that install and uninstall are for root', async () => {
    home = new ManagerHome('', 'root');
    const stranger = { uid: 54_321, gid: 54_321 };
    for (const command of ['install', 'uninstall']) {
      for (const mode of [0o750, 0o755]) {
        chmodSync(home.path, mode);
        chmodSync(join(home.path, 'bin'), 0o750);
        const { status, stderr } = spawnSync(
          process.execPath,
          [COMMAND, command, '--home', home.path],
          { ...stranger, cwd: '/', encoding: 'utf8' },
        );
        expect(stderr).toMatch(/^[^\n]*permission denied[^\n]*; run this as root\n$/);
        expect(status).toBe(1);
      }
    }
  });

  it('works as a link with the original’s name, and as `integratord wazuh`', async () => {
    home = new ManagerHome(await slack(), starter);
    const account = starter === 'root' ? ['-u', '65534', '-g', '65534'] : [];
    rmSync(home.program);
    symlinkSync(COMMAND, home.program);
    const node = (...args: string[]) => home.run(process.execPath, args);
    expect(await node(home.program, '-t', ...account)).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    makeState(join(home.path, 'queue', 'integratord'));
    for (const start of [[home.program], [COMMAND, 'wazuh', '--home', home.path]]) {
      expect((await node(...start, ...account)).code).toBe(0);
      expect(commandLine(home.pid())).toBe('wazuh-integratord');
      await home.logged(': ready: ');
      await home.stop();
    }
    expect((await node(COMMAND, 'wazuh', '-x')).code).toBe(1);
    expect((await node(COMMAND, '--json', 'wazuh', '-t')).code).toBe(2);
    expect((await node(COMMAND, 'wazuh', '--home', '/nowhere', '-t')).code).toBe(1);
  });
});

/** As `install` makes it. */
function makeState(state: string): void {
  mkdirSync(state, { mode: 0o700 });
  if (IS_ROOT) chownSync(state, 65_534, 65_534);
}

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { tempDir } from '../../../test/support/temp-dir.ts';
import { isLauncher, type LauncherSettings, launcherText } from './launcher.ts';

let home: string;
let settings: LauncherSettings;
let launcher: string;

beforeEach(() => {
  // A name that a shell would take apart.
  home = join(tempDir(), `o'dd $HOME "x" \`y\``);
  for (const directory of ['bin', 'logs']) mkdirSync(join(home, directory), { recursive: true });
  settings = {
    name: 'wazuh-integratord',
    home,
    node: join(home, 'node'),
    program: join(home, 'wazuh.js'),
    user: undefined,
    group: undefined,
  };
  launcher = join(home, 'bin', 'wazuh-integratord');
  writeFileSync(settings.program, '');
  script(
    settings.node,
    'echo "node:"; printf "<%s>" "$@"; echo; echo "options:$NODE_OPTIONS"; exit ${CODE:-0}',
  );
  script(`${launcher}.original`, 'echo "original: $*"; exit ${ORIGINAL:-0}');
  writeFileSync(join(home, 'logs', 'ossec.log'), 'before\n');
});

function script(path: string, text: string): void {
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
}

function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  own: Partial<LauncherSettings> = {},
) {
  writeFileSync(launcher, launcherText({ ...settings, ...own }));
  chmodSync(launcher, 0o755);
  const { status, stdout, stderr } = spawnSync(launcher, args, {
    env: { ...process.env, NODE_OPTIONS: '--no-such-option', ...env },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

const log = () => readFileSync(join(home, 'logs', 'ossec.log'), 'utf8');

describe('the launcher', () => {
  it('starts integratord with the home and all flags', () => {
    const { status, stdout, stderr } = run(['-d', '-u', 'a b', '']);
    const { program } = settings;
    expect(stdout).toBe(
      `node:\n<${program}><--home><${home}><--as><wazuh-integratord><--launched><-d><-u><a b><>\noptions:\n`,
    );
    expect({ status, stderr, log: log() }).toEqual({ status: 0, stderr: '', log: 'before\n' });
  });

  it('names the account that was asked for, which flags can still change', () => {
    const { stdout } = run(['-u', 'c'], {}, { user: "a'b", group: 'g h' });
    expect(stdout).toContain("<--launched><-u><a'b><-g><g h><-u><c>\n");
  });

  it('passes a refusal on', () => {
    const { status, stdout, stderr } = run(['-t'], { CODE: '3' });
    expect({ status, stderr, log: log() }).toEqual({ status: 1, stderr: '', log: 'before\n' });
    expect(stdout).not.toContain('original');
  });

  it.each(['1', '9', '70', '127', '139'])('starts the original when ours ends with %s', (code) => {
    const { status, stdout, stderr } = run(['-d', '-t'], { CODE: code });
    expect(status).toBe(0);
    expect(stdout).toMatch(/original: -d -t\n$/);
    const line = `wazuh-integratord: ERROR: integratord does not run: it ended with exit code ${code}\n`;
    expect(stderr).toMatch(/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d /);
    expect(stderr.slice(20)).toBe(line);
    expect(log()).toBe(`before\n${stderr}`);
  });

  it('gives the original’s exit code then', () => {
    expect(run([], { CODE: '1', ORIGINAL: '7' }).status).toBe(7);
  });

  it.each(['node', 'program'] as const)('starts the original when our %s is gone', (which) => {
    rmSync(settings[which]);
    const { status, stdout, stderr } = run(['-t']);
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'original: -t\n' });
    expect(stderr).toContain('is missing');
  });

  it('lets the manager start when nothing is left to run', () => {
    rmSync(`${launcher}.original`);
    rmSync(settings.node);
    rmSync(join(home, 'logs', 'ossec.log'));
    const { status, stdout, stderr } = run([]);
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
    expect(stderr).toContain('ERROR: integratord does not run');
    expect(existsSync(join(home, 'logs', 'ossec.log'))).toBe(false); // it would be root's
  });

  it.each([['-f'], ['-df'], ['-d', '-f']])(
    'becomes integratord in the foreground: %s',
    (...args) => {
      const { status, stdout } = run(args, { CODE: '5' });
      expect(status).toBe(5);
      expect(stdout).toContain('<--as><wazuh-integratord><-');
      expect(stdout).not.toContain('launched');
    },
  );

  it('is known again, and nothing else is taken for one', () => {
    expect(isLauncher(Buffer.from(launcherText(settings)))).toBe(true);
    for (const other of [
      '',
      '#!/bin/sh\n',
      '\x7fELF',
      `#!/bin/sh\n${'#'.repeat(300)}\n# integratord launcher`,
    ]) {
      expect(isLauncher(Buffer.from(other))).toBe(false);
    }
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHome, type Home } from '../support/home.ts';
import { datagramProgram } from './support/datagram-program.ts';
import { madeFile } from './support/made-packages.ts';

describe('the package of npm', () => {
  let project: string;
  let home: Home;

  beforeAll(() => {
    project = mkdtempSync(join(tmpdir(), 'integratord-npm-'));
    home = createHome('');
    writeFileSync(join(project, 'package.json'), '{ "name": "empty", "version": "1.0.0" }');
    const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
    execFileSync('npm', ['install', ...quiet, madeFile(/^integratord-[\d.]+[^_]*\.tgz$/)], {
      cwd: project,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  });
  afterAll(() => {
    rmSync(project, { recursive: true, force: true });
    home.remove();
  });

  function run(...args: string[]) {
    const command = join(project, 'node_modules', '.bin', 'integratord');
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: project, encoding: 'utf8' });
    return { status, output: stdout + stderr };
  }

  it('may be published, and shows nothing of its inside', () => {
    const text = readFileSync(join(project, 'node_modules/integratord/package.json'), 'utf8');
    const its = JSON.parse(text) as Record<string, unknown>;
    expect(its).toMatchObject({ name: 'integratord', license: 'Apache-2.0' });
    expect(its).not.toHaveProperty('private');
    const script = "import('integratord/dist/cli/main.js').catch(({ code }) => console.log(code))";
    const inside = execFileSync(process.execPath, ['-e', script], {
      cwd: project,
      encoding: 'utf8',
    });
    expect(inside.trim()).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED');
  });

  it('runs without a build', () => {
    const help = run('--help');
    expect([help.status, help.output]).toEqual([0, expect.stringContaining('Usage: integratord')]);
    const check = run('check', '--home', home.path);
    expect([check.status, check.output]).toEqual([0, expect.stringContaining(home.config)]);
  });

  it('has what sends datagrams', () => {
    const installed = join(project, 'node_modules/integratord');
    const args = datagramProgram(installed, join(project, 'queue'));
    expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toBe(
      `${process.arch}, unreachable, here it is\n`,
    );
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createHome, type Home } from '../support/home.ts';
import { isMissing } from '../support/requirement.ts';
import { datagramProgram } from './support/datagram-program.ts';
import { madeFile } from './support/made-packages.ts';

const NOBODY = 65_534;
const cannotMount = isMissing('A read-only file system takes root, unshare and mount.', () => {
  execFileSync('unshare', ['--mount', 'true'], { stdio: 'ignore' });
});

let place: string;
let program: string;
let home: Home;

beforeAll(() => {
  place = mkdtempSync(join(tmpdir(), 'integratord-tarball-'));
  chmodSync(place, 0o755);
  program = join(place, 'put where ever, “ünïcode” & blanks');
  mkdirSync(program);
  const unpack = ['-xzf', madeFile(/-linux-x64\.tar\.gz$/), '-C', program, '--strip-components=1'];
  execFileSync('tar', unpack);
  mkdirSync(join(place, 'path'));
  // Another Node would be found first.
  writeFileSync(join(place, 'path', 'node'), '#!/bin/sh\necho wrong Node\n', { mode: 0o755 });
  home = createHome('<integration><name>custom-x</name></integration>', place);
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

/** Runs its command in the same way. */
function run(...args: readonly string[]) {
  return runProgram(join(program, 'bin', 'integratord'), ...args);
}

/** Runs a program as somebody else, on a file system that cannot be written. */
function runProgram(command: string, ...args: readonly string[]) {
  const script = `mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"`;
  const user = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'];
  const { status, stdout, stderr } = spawnSync(
    'unshare',
    ['--mount', 'sh', '-c', script, 'sh', program, ...user, command, ...args],
    {
      cwd: '/',
      env: { PATH: `${join(place, 'path')}:/usr/bin:/bin` },
      encoding: 'utf8',
    },
  );
  return { status, stdout, stderr };
}

describe('the tarball', () => {
  it('has at most 60 MB, and one directory that is named after it', () => {
    const path = madeFile(/-linux-x64\.tar\.gz$/);
    expect(statSync(path).size).toBeLessThan(60_000_000);
    const listed = execFileSync('tar', ['-tzf', path], { encoding: 'utf8', maxBuffer: 64 << 20 });
    const top = new Set(
      listed
        .trim()
        .split('\n')
        .map((line) => line.split('/')[0]),
    );
    expect([...top]).toEqual([/[^/]+(?=\.tar\.gz$)/.exec(path)?.[0]]);
  });

  it.skipIf(cannotMount)(
    'starts for anybody from a read-only file system, and from a path with blanks and Unicode',
    () => {
      const version = run('--version');
      expect(version).toEqual({
        status: 0,
        stdout: expect.stringMatching(/^\d+\.\d+/),
        stderr: '',
      });
      chmodSync(home.path, 0o755);
      const check = run('check', '--home', home.path);
      // The script of this integration is missing, which only a configuration that was read tells.
      expect(check.stdout).toContain('custom-x');
      // What its console shows is found there, too.
      expect(run('demo', '--seconds', '1').stdout).not.toContain('console cannot be used');
      // All of its libraries, native ones included.
      const probe = [join(program, 'dist', 'cli', 'wazuh.js'), '--home', home.path, '--probe'];
      const node = join(program, 'bin', 'node');
      expect(runProgram(node, ...probe)).toMatchObject({ status: 0, stderr: '' });
      const sockets = join(place, 'sockets');
      mkdirSync(sockets);
      chmodSync(sockets, 0o777);
      expect(runProgram(node, ...datagramProgram(program, join(sockets, 'queue')))).toEqual({
        status: 0,
        stdout: 'x64, unreachable, here it is\n',
        stderr: '',
      });
    },
  );
});

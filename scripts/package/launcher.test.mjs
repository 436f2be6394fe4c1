import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { tempDir } from '../../test/support/temp-dir.ts';
import { launcher } from './launcher.mjs';

const NODE = '#!/bin/sh\nprintf "%s\\n" "$@" "options: ${NODE_OPTIONS-none}"\n';

let place;
let root;
beforeEach(() => {
  place = tempDir();
  root = join(place, 'with blanks, ünïcode and $HOME');
  mkdirSync(join(root, 'bin'), { recursive: true });
  mkdirSync(join(place, 'tools'));
  program(join(root, 'bin/node'), NODE);
  write({});
});

function program(path, text) {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
}

function write(settings) {
  const text = launcher({
    glibc: '2.28',
    interpreter: '/bin/sh',
    variables: ['NODE_OPTIONS'],
    unit: false,
    ...settings,
  });
  program(join(root, 'bin/integratord'), text);
}

/** Runs the launcher on a system with another version of the C library. */
function run(path, getconf = 'echo glibc 2.36', args = ['a b', '*']) {
  program(join(place, 'tools/getconf'), `#!/bin/sh\n${getconf}\n`);
  const PATH = `${join(place, 'tools')}:${process.env.PATH}`;
  const env = { ...process.env, PATH, NODE_OPTIONS: '--require=x' };
  const { status, stdout, stderr } = spawnSync(path, args, { cwd: '/', env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

it('starts the Node beside it, from any path and through links, as it was called', () => {
  const link = join(place, 'integratord');
  symlinkSync(join(root, 'bin/integratord'), link);
  const expected = `${join(root, 'dist/cli/main.js')}\na b\n*\noptions: none\n`;
  for (const path of [link, join(root, 'bin/integratord')]) {
    expect(run(path)).toEqual({ status: 0, stdout: expected, stderr: '' });
  }
});

it.each(['2.17', '2.27', '1.99'])('says in one line that glibc %s is too old', (version) => {
  const { status, stdout, stderr } = run(join(root, 'bin/integratord'), `echo glibc ${version}`);
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(
    /^integratord: it needs glibc 2\.28 or later \(.+\); this system has [\d.]+\n$/,
  );
  expect(stderr).toContain(version);
});

it.each(['echo glibc 2.28', 'echo glibc 2.28.9000', 'echo glibc 3.0', 'exit 1', 'echo ?'])(
  'starts where getconf does `%s`',
  (getconf) => expect(run(join(root, 'bin/integratord'), getconf).status).toBe(0),
);

it('says in one line that there is no glibc', () => {
  write({ interpreter: '/none/ld-linux.so' });
  const { status, stderr } = run(join(root, 'bin/integratord'));
  expect(status).toBe(1);
  expect(stderr).toMatch(/^integratord: it needs a Linux with the GNU C library .+\n$/);
});

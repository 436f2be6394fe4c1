import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { expect, it } from 'vitest';
import { tempDir } from '../test/support/temp-dir.ts';
import { entry } from './entry.mjs';
import { LEAST, nodeProblem } from './node-version.cjs';

const root = fileURLToPath(new URL('..', import.meta.url));

it.each(['20.19.0', '20.20.2', '21.0.0', '22.1.0', '24.0.0', '26.12.1', '100.0.0', '26.0.0-rc.1'])(
  'Node %s is new enough',
  (version) => {
    expect(nodeProblem(version, '/usr/bin/node', LEAST)).toBeUndefined();
  },
);

it.each(['0.12.18', '10.24.1', '18.20.8', '20.9.0', '20.18.3'])(
  'Node %s is told what is needed and where to get it, in one line',
  (version) => {
    const problem = nodeProblem(version, '/usr/bin/node', LEAST);
    expect(problem).toMatch(
      /^integratord needs Node\.js 20\.19 or later, and \/usr\/bin\/node is [\d.]+\. .*https:\/\/nodejs\.org/,
    );
    expect(problem).not.toContain('\n');
  },
);

it('package.json asks for the same version, and npm is not told to refuse others', () => {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(`${engines.node}.0`).toBe(`>=${LEAST}`);
  expect(readFileSync(join(root, '.npmrc'), 'utf8')).not.toContain('engine-strict');
});

it('what is called from outside can be read as a script, by a Node without modules', () => {
  const text = entry('./start-command.js').replace(/^#!.*\n/, '');
  expect(() => new Script(text)).not.toThrow();
  expect(text).not.toMatch(/=>|`|\b(?:const|let|async|await)\b|\?[?.]/);
});

it.each(['dist/cli/main.js', 'dist/cli/wazuh.js', 'scripts/setup.cjs', 'scripts/start.mjs'])(
  '%s ends with that line under an older Node',
  (file) => {
    const older = join(tempDir(), 'older.cjs');
    writeFileSync(older, "Object.defineProperty(process.versions, 'node', { value: '18.20.8' });");
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--require', older, join(root, file), 'install'],
      { encoding: 'utf8' },
    );
    const problem = nodeProblem('18.20.8', process.execPath, LEAST);
    expect({ status, stdout, stderr }).toEqual({ status: 1, stdout: '', stderr: `${problem}\n` });
  },
);

it('what is called from outside says so when libraries are missing', () => {
  const directory = tempDir();
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
  writeFileSync(join(directory, 'main.js'), entry('./start.js'));
  writeFileSync(join(directory, 'start.js'), "import 'no-such-library';");
  const { status, stderr } = spawnSync(process.execPath, [join(directory, 'main.js')], {
    encoding: 'utf8',
  });
  expect(stderr).toMatch(/^integratord is incomplete: .*'no-such-library'.*\n$/);
  expect(status).toBe(1);
});

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fetchNode, fetchNpm } from '../../scripts/node-releases.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Lines of Node that are too old, each with an npm of its time. */
const OLDER = [
  ['10', '6'],
  ['12', '6'],
  ['14', '6'],
  ['16', '8'],
  ['18', '10'],
  ['20.18', '10'],
];

describe.each(OLDER)('under Node %s', (line, npm) => {
  const bin = fetchNode(line);
  const run = (args) => {
    const { status, stdout, stderr } = spawnSync(`${bin}/node`, args, {
      cwd: root,
      env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, NODE_OPTIONS: '' },
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };
  const said = /^integratord needs Node\.js 20\.19 or later, and \S+ is [\d.]+\. Get .+$/;

  it.each([
    ['dist/cli/main.js', '--version'],
    ['dist/cli/main.js', 'install', '--home', '/var/ossec'],
    ['dist/cli/wazuh.js', '-t'],
    ['scripts/setup.cjs', '--build'],
  ])('%s %s ends with one line that says what is needed', (...args) => {
    const { status, stdout, stderr } = run(args);
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr.split('\n')).toEqual([expect.stringMatching(said), '']);
  });

  it.each(['start', 'test'])('npm %s says it, and shows no stack', (command) => {
    const { status, stdout, stderr } = run([fetchNpm(npm), command]);
    expect(status).toBe(1);
    const lines = `${stdout}\n${stderr}`.split('\n');
    expect(lines.filter((one) => said.test(one))).toHaveLength(1);
    expect(lines.filter((one) => /^\s+at |Error:/.test(one))).toEqual([]);
  });
});

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, it } from 'vitest';
import { tempDir } from '../../test/support/temp-dir.ts';
import { notesOf, releaseProblems, versionFor } from './plan.mjs';

const script = fileURLToPath(new URL('../release.mjs', import.meta.url));
const CHANGELOG = '# Changelog\n\n## Unreleased\n\n### Added\n\n- A thing.\n\n## 0.1.0\n\n- All.\n';

it.each([
  [undefined, '0.2.0'],
  ['patch', '0.2.1'],
  ['minor', '0.3.0'],
  ['major', '1.0.0'],
  ['0.9.9', '0.9.9'],
  ['next', undefined],
  ['v1.0.0', undefined],
])('asked for %s after 0.2.0, the version is %s', (asked, version) => {
  expect(versionFor(asked, '0.2.0')).toBe(version);
});

const state = {
  branch: 'main',
  changes: [],
  tags: ['v0.1.0', 'v0.10.0', 'start'],
  changelog: CHANGELOG,
  present: '0.10.0',
  licences: [],
};

it.each([
  ['0.11.0', {}, []],
  ['0.11.0', { branch: 'x' }, ['this is the branch x: releases are made on main']],
  ['0.11.0', { changes: [' M a'] }, ['there are changes that are not committed:  M a']],
  ['0.9.0', {}, ['0.9.0 is older than 0.10.0, which has been released']],
  ['0.9.0', { tags: [] }, ['0.9.0 is older than 0.10.0, which package.json names']],
  ['0.10.0', { tags: [] }, []],
  ['0.11.0', { licences: ['x 1.0.0 is under GPL'] }, ['x 1.0.0 is under GPL']],
])('%s with %j is kept from by %j', (version, change, problems) => {
  expect(releaseProblems(version, { ...state, ...change })).toEqual(problems);
});

it('a version that is there, or a changelog that says nothing, is refused', () => {
  expect(releaseProblems('0.10.0', state)[0]).toContain('v0.10.0 is there already');
  for (const changelog of ['# C\n', '# C\n\n## Unreleased\n\n## 0.1.0\n\n- x\n']) {
    expect(releaseProblems('1.0.0', { ...state, changelog })[0]).toContain('CHANGELOG.md says');
  }
});

describe('npm run release', () => {
  let root;
  const git = (...args) => execFileSync('git', args, { cwd: root, encoding: 'utf8' });
  const text = (name) => readFileSync(join(root, name), 'utf8');
  const release = (...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
      cwd: root,
      encoding: 'utf8',
    });
    return { status, stdout, stderr };
  };

  beforeEach(() => {
    root = tempDir();
    const write = (name, value) =>
      writeFileSync(join(root, name), typeof value === 'string' ? value : JSON.stringify(value));
    write('package.json', {
      name: 'ours',
      version: '0.1.0',
      scripts: { docs: 'echo 0.2.0 > page' },
    });
    write('package-lock.json', {
      name: 'ours',
      version: '0.1.0',
      lockfileVersion: 3,
      packages: { '': { name: 'ours', version: '0.1.0' } },
    });
    write('CHANGELOG.md', CHANGELOG);
    mkdirSync(join(root, '.hooks'));
    git('init', '--quiet', '--initial-branch=main');
    for (const [name, value] of [
      ['user.name', 'A'],
      ['user.email', 'a@example.com'],
      ['commit.gpgsign', 'false'],
      ['core.hooksPath', '.hooks'],
    ]) {
      git('config', name, value);
    }
    git('add', '--all');
    git('commit', '--quiet', '--message', 'Begin');
  });

  it('sets the version, dates the changes, commits and tags', () => {
    expect(release('0.2.0')).toMatchObject({ status: 0, stderr: '' });
    expect(JSON.parse(text('package.json')).version).toBe('0.2.0');
    const lock = JSON.parse(text('package-lock.json'));
    expect([lock.version, lock.packages[''].version]).toEqual(['0.2.0', '0.2.0']);
    expect(text('CHANGELOG.md')).toMatch(
      /^## Unreleased\n\n## 0\.2\.0 - \d{4}-\d\d-\d\d\n\n### A/m,
    );
    expect(notesOf(text('CHANGELOG.md'))).toBe('');
    expect(git('show', '--stat', 'HEAD')).toMatch(/Release 0\.2\.0[^]*page/);
    expect(git('tag', '--list', '-n9', 'v0.2.0')).toMatch(/### Added[^]*- A thing\.\n/);
    expect(git('status', '--porcelain')).toBe('');
    expect(release('0.2.0').stderr).toContain('v0.2.0 is there already');
  });

  it('changes nothing with --dry-run, and says what it would do', () => {
    const { status, stdout } = release('minor', '--dry-run');
    expect(status).toBe(0);
    expect(stdout).toMatch(/would set the version 0\.2\.0 [^]*would tag v0\.2\.0[^]*nothing was/);
    expect([git('status', '--porcelain'), git('tag'), git('log', '--oneline')]).toEqual([
      '',
      '',
      expect.stringMatching(/^\w+ Begin\n$/),
    ]);
  });

  it('refuses a dirty tree, another branch and a wrong call, each with what is wrong', () => {
    writeFileSync(join(root, 'new'), '');
    git('switch', '--quiet', '--create', 'other');
    const { status, stderr } = release('0.2.0');
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^no release: this is the branch other: .+\nno release: there are .+ new\n$/,
    );
    expect(release('soon')).toMatchObject({ status: 2 });
    expect(release('--force')).toMatchObject({ status: 2 });
  });
});

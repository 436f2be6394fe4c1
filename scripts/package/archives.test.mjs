import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { tempDir } from '../../test/support/temp-dir.ts';
import { deb } from './deb.mjs';
import { gzip, tar } from './tar.mjs';
import { complete, file, link } from './tree.mjs';

const TIME = 1_700_000_000;
const LONG = `${'a long directory/'.repeat(9)}ünïcode`;

let place;
beforeEach(() => {
  place = tempDir();
});

describe('tar', () => {
  const entries = complete([
    file('b/run', '#!/bin/sh\n', 0o755),
    file(LONG, 'content'),
    link('a', LONG),
  ]);

  it('writes what tar reads: names of any length, links, modes, and root as the owner', () => {
    writeFileSync(join(place, 'x.tar.gz'), gzip(tar(entries, TIME)));
    const listed = execFileSync(
      'tar',
      ['-tvzf', join(place, 'x.tar.gz'), '--quoting-style=literal'],
      {
        encoding: 'utf8',
        env: { ...process.env, TZ: 'UTC' },
      },
    );
    const lines = listed.trim().split('\n');
    expect(lines).toHaveLength(entries.length);
    expect(lines[0]).toMatch(/^lrwxrwxrwx root\/root .* a -> a long directory\//);
    expect(listed).toMatch(/-rwxr-xr-x root\/root +10 2023-11-14 22:13 b\/run/);
    expect(listed).toContain(LONG);
  });

  it('is the same for the same contents, and has no time of its own', () => {
    const one = gzip(tar(entries, TIME));
    expect(one.equals(gzip(tar(entries, TIME)))).toBe(true);
    expect(one.readUInt32LE(4)).toBe(0);
    expect(one.equals(gzip(tar(entries, TIME + 1)))).toBe(false);
  });

  it('takes no path twice', () => {
    expect(() => complete([file('a', ''), file('a', '')])).toThrow('a is in the package twice');
  });
});

/** What is in an archive of `ar`, by name. */
function members(archive) {
  const found = new Map();
  for (let at = 8; at < archive.length; ) {
    const name = archive.toString('latin1', at, at + 16).trim();
    const size = Number(archive.toString('latin1', at + 48, at + 58));
    found.set(name, archive.subarray(at + 60, at + 60 + size));
    at += 60 + size + (size % 2);
  }
  return found;
}

describe('deb', () => {
  const needs = { glibc: '2.28', gcc: 7, libraries: ['libc.so.6', 'libatomic.so.1'] };
  const about = { arch: 'arm64', version: '1.2.3', needs, seconds: TIME };

  it('is a package that names what it needs', () => {
    const { name, content } = deb([file('usr/bin/x', 'x', 0o755)], about);
    expect(name).toBe('integratord_1.2.3-1_arm64.deb');
    const found = members(content);
    expect([...found.keys()]).toEqual(['debian-binary', 'control.tar.gz', 'data.tar.gz']);
    const control = execFileSync('tar', ['-xzO', './control'], {
      input: found.get('control.tar.gz'),
      encoding: 'utf8',
    });
    expect(control).toContain('Version: 1.2.3-1\nArchitecture: arm64\n');
    expect(control).toContain(
      'Depends: libc6 (>= 2.28), libgcc-s1 | libgcc1, libstdc++6 (>= 7), libatomic1\n',
    );
  });
});

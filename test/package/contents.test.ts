import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isMissing, mustRun } from '../support/requirement.ts';
import { tempDir } from '../support/temp-dir.ts';
import { madeFile, ROOT } from './support/made-packages.ts';

const ELF = fileURLToPath(new URL('../../scripts/package/elf.mjs', import.meta.url));
interface Elf {
  readonly arch: string;
  readonly needs: readonly { readonly version: string }[];
}
const { readElf, highest } = (await import(ELF)) as {
  readElf: (file: Buffer) => Elf;
  highest: (needs: Elf['needs'], family: string) => string | undefined;
};

const noLintian = isMissing('lintian looks for mistakes (apt-get install lintian).', () =>
  mustRun('lintian', '--version'),
);

function unpacked(archive: string): string {
  const directory = tempDir();
  execFileSync('tar', ['-xf', archive, '-C', directory, '--strip-components=1']);
  return directory;
}

/** The programs and native libraries below a directory. */
function natives(directory: string): Map<string, Elf> {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  const found = names.filter((name) => name === 'bin/node' || name.endsWith('.node'));
  return new Map(found.map((name) => [name, readElf(readFileSync(join(directory, name)))]));
}

describe.each(['x64', 'arm64'])('what is in the packages for %s', (arch) => {
  it('is made for it, and needs no newer glibc than the documentation says', () => {
    const directory = unpacked(madeFile(new RegExp(`-linux-${arch}\\.tar\\.gz$`)));
    const found = natives(directory);
    // Once each, and for no other C library.
    expect([...found.keys()].map((name) => basename(name)).toSorted()).toEqual([
      '@photostructure+sqlite.glibc.node',
      'koffi.node',
      'node',
    ]);
    for (const [name, elf] of found) expect([name, elf.arch]).toEqual([name, arch]);
    const glibc = highest(
      [...found.values()].flatMap(({ needs }) => needs),
      'GLIBC',
    );
    const stated = /\bglibc (\d+\.\d+) or later/.exec(
      readFileSync(join(ROOT, 'docs/packages.md'), 'utf8'),
    );
    expect(glibc).toBe(stated?.[1]);
    expect(readFileSync(join(directory, 'bin/integratord'), 'utf8')).toContain(
      `glibc ${glibc} or later`,
    );
  });

  it('has the licence of everything, and nothing that is only compiled or read by people', () => {
    const directory = unpacked(madeFile(new RegExp(`-linux-${arch}\\.tar\\.gz$`)));
    const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
    expect(names.filter((name) => /\.(ts|map|h|hh|cc|cpp|S)$/.test(name))).toEqual([]);
    expect(names).toContain('licenses/node');
    const libraries = names
      .filter((name) => /(^|\/)node_modules\/(@[^/]+\/)?[^/@]+\/package\.json$/.test(name))
      .map((name) => name.replace('/package.json', ''));
    expect(libraries.length).toBeGreaterThan(30);
  });
});

describe('the .deb', () => {
  it.skipIf(noLintian)(
    'is what lintian accepts',
    () => {
      const args = ['--allow-root', '--fail-on', 'error', madeFile(/_amd64\.deb$/)];
      const { status, stdout, stderr } = spawnSync('lintian', args, { encoding: 'utf8' });
      expect(stdout + stderr).not.toMatch(/^E:/m);
      expect(status).toBe(0);
    },
    600_000,
  );

  it('is for the same machine as what is in it', () => {
    const directory = tempDir();
    const path = madeFile(/_arm64\.deb$/);
    expect(execFileSync('dpkg-deb', ['-f', path, 'Architecture'], { encoding: 'utf8' })).toBe(
      'arm64\n',
    );
    execFileSync('dpkg-deb', ['-x', path, directory]);
    const found = natives(join(directory, 'usr/lib/integratord'));
    expect(new Set([...found.values()].map((elf) => elf.arch))).toEqual(new Set(['arm64']));
  });
});

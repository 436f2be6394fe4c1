import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compareVersions, highest, readElf, useOlderVersion } from './elf.mjs';

const prebuilds = fileURLToPath(
  new URL('../../node_modules/@photostructure/sqlite/prebuilds', import.meta.url),
);
const library = (arch) =>
  readFileSync(join(prebuilds, `linux-${arch}`, '@photostructure+sqlite.glibc.node'));
const MATHS = {
  library: 'libm.so.6',
  version: 'GLIBC_2.29',
  functions: ['exp', 'log', 'log2', 'pow'],
};

describe.each(['x64', 'arm64'])('the SQLite of %s', (arch) => {
  const original = library(arch);

  it('tells what it is made for, and what it needs', () => {
    const elf = readElf(original);
    expect(elf.arch).toBe(arch);
    expect(elf.libraries).toContain('libm.so.6');
    const newest = elf.needs.find(({ version }) => version === 'GLIBC_2.29');
    expect(newest.symbols.toSorted()).toEqual(MATHS.functions);
    expect(highest(elf.needs, 'GLIBC')).toBe('2.29');
  });

  it('takes the functions of an older glibc, and is the same otherwise', () => {
    const older = useOlderVersion(original, MATHS);
    const { needs } = readElf(older);
    expect(highest(needs, 'GLIBC')).toBe('2.28');
    const different = original.filter((byte, at) => older[at] !== byte);
    expect(older).toHaveLength(original.length);
    expect(different.length).toBeLessThanOrEqual(8);
    const first = needs.filter(({ symbols }) => symbols.includes('pow'));
    expect(first.map(({ version }) => version)).toEqual([
      arch === 'x64' ? 'GLIBC_2.2.5' : 'GLIBC_2.17',
    ]);
    expect(useOlderVersion(older, MATHS)).toBe(older);
  });

  it('is left alone where a function may be new', () => {
    const fewer = { ...MATHS, functions: ['exp', 'log', 'log2'] };
    expect(() => useOlderVersion(original, fewer)).toThrow('pow may not exist before GLIBC_2.29');
  });
});

it('orders versions by their numbers', () => {
  expect(['2.9', '2.28', '2.2.5', '2.29'].toSorted(compareVersions)).toEqual([
    '2.2.5',
    '2.9',
    '2.28',
    '2.29',
  ]);
});

it('refuses what is no program', () => {
  expect(() => readElf(Buffer.from('#!/bin/sh\n'))).toThrow('not a 64-bit ELF file');
});

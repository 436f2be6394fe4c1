import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

interface LockedPackage {
  readonly integrity?: string;
  readonly resolved?: string;
}

const file = fileURLToPath(new URL('../package-lock.json', import.meta.url));
const { packages } = JSON.parse(readFileSync(file, 'utf8')) as {
  packages: Record<string, LockedPackage>;
};
/** All but the project itself, whose path is empty. */
const dependencies = Object.entries(packages).filter(([path]) => path !== '');

it('the lock file holds a strong checksum of every package', () => {
  const without = dependencies.filter(([, { integrity = '' }]) => !integrity.startsWith('sha512-'));
  expect(dependencies.length).toBeGreaterThan(100);
  expect(without.map(([path]) => path)).toEqual([]);
});

it('the lock file names no download address: packages come from the registry that npm is set to', () => {
  const addressed = dependencies.filter(([, { resolved }]) => resolved !== undefined);
  expect(addressed.map(([path]) => path)).toEqual([]);
});

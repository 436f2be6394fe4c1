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

/**
 * The parts of node-unix-socket for machines that nobody here builds on: their checksums could not be
 * had where the lock file is maintained. It is loaded for events of enrichments only, and never as root.
 */
const WITHOUT_CHECKSUM = [
  'darwin-arm64',
  'darwin-x64',
  'linux-arm-gnueabihf',
  'linux-arm64-gnu',
  'linux-arm64-musl',
].map((system) => `node_modules/node-unix-socket-${system}`);

it('the lock file holds a strong checksum of every package, with five known exceptions', () => {
  const without = dependencies.filter(([, { integrity = '' }]) => !integrity.startsWith('sha512-'));
  expect(dependencies.length).toBeGreaterThan(100);
  expect(without.map(([path]) => path)).toEqual(WITHOUT_CHECKSUM);
});

it('the lock file names no download address: packages come from the registry that npm is set to', () => {
  const addressed = dependencies.filter(([, { resolved }]) => resolved !== undefined);
  expect(addressed.map(([path]) => path)).toEqual([]);
});

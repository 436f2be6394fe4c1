// The Node that goes into the packages: its version and checksums are in node-runtime.json.
//
// Of the lines with long-term support, the newest whose builds run wherever integratord does. Node 26 needs
// libatomic, which many systems don't have. To take another version: change it, delete the checksums, run
// `npm run package`, which says what they are, and compare them with those that the registry publishes.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fetchArchive } from '../npm-registry.mjs';
import { copy } from './tree.mjs';

const { version, integrity } = JSON.parse(
  readFileSync(new URL('node-runtime.json', import.meta.url), 'utf8'),
);

/** The version of Node in the packages. */
export const NODE_VERSION = version;

/**
 * Fetches Node from the npm registry, unless it was before, and checks it.
 * @param arch {'x64' | 'arm64'}
 * @param work {string} a directory that outlives this
 * @returns {import('./tree.mjs').Entry[]} `bin/node`, and its licence
 * @throws Error when it is not the one that was checked in
 */
export function nodeRuntime(arch, work) {
  const name = `node-linux-${arch}`;
  const archive = join(work, `${name}-${version}.tgz`);
  mkdirSync(work, { recursive: true });
  if (!existsSync(archive)) {
    const fresh = mkdtempSync(join(work, 'fetch-'));
    renameSync(fetchArchive(name, version, fresh), archive);
    rmSync(fresh, { recursive: true });
  }
  const found = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (found !== integrity[arch]) {
    rmSync(archive);
    throw new Error(`${name}@${version} is not the one expected: its checksum is ${found}`);
  }
  const unpacked = join(work, `${name}-${version}`);
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked);
  const wanted = ['package/bin/node', 'package/LICENSE'];
  execFileSync('tar', ['-xzf', archive, '-C', unpacked, '--strip-components=1', ...wanted]);
  return [
    copy('bin/node', join(unpacked, 'bin/node')),
    copy('licenses/node', join(unpacked, 'LICENSE')),
  ];
}

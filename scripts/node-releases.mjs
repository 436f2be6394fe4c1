// Other versions of Node.js, from the npm registry's own packages, for tests.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fetchArchive, npm } from './npm-registry.mjs';

/**
 * Fetches a version of Node.js, unless it was fetched before; npm checks its checksum.
 * @param line such as `22`, `18.20.8` or `latest`: the newest of that line
 * @param cache where they are kept
 * @returns the folder that its `node` is in, for PATH
 */
export function fetchNode(line, cache = defaultCache()) {
  return join(fetchPackage(`node-linux-${process.arch}`, line, cache), 'bin');
}

/** Fetches a version of npm. @returns the file to run with Node */
export function fetchNpm(line, cache = defaultCache()) {
  return join(fetchPackage('npm', line, cache), 'bin', 'npm-cli.js');
}

function defaultCache() {
  return join(tmpdir(), `integratord-nodes-${userInfo().uid}`);
}

const fetched = new Map();

/** The folder of a package, unpacked. It has no dependencies that would have to be installed. */
function fetchPackage(name, line, cache) {
  const key = `${name}@${line}`;
  if (!fetched.has(key)) fetched.set(key, unpacked(name, line, cache));
  return fetched.get(key);
}

function unpacked(name, line, cache) {
  // Tests run it as other users, too; only we may write there.
  mkdirSync(cache, { recursive: true, mode: 0o755 });
  const version = newest(name, line);
  const place = join(cache, `${name}-${version}`);
  if (existsSync(place)) return place;
  const fresh = mkdtempSync(join(cache, 'fetch-'));
  execFileSync('tar', ['-xzf', fetchArchive(name, version, fresh), '-C', fresh]);
  renameSync(join(fresh, 'package'), place);
  rmSync(fresh, { recursive: true });
  return place;
}

/** The registry may list a line oldest first. */
function newest(name, line) {
  const answer = JSON.parse(npm(['view', `${name}@${line}`, 'version', '--json']));
  return [answer]
    .flat()
    .sort((one, other) => one.localeCompare(other, 'en', { numeric: true }))
    .at(-1);
}

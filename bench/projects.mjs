// The versions that are measured: this checkout, and another one to compare with.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, statSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { removed } from './lib/removed.mjs';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..');

/** A built checkout. */
export function project(root) {
  const file = (name) => join(root, 'dist', name);
  return { root, file, load: (name) => import(pathToFileURL(file(name)).href) };
}

const git = (...args) =>
  execFileSync('git', args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] });
const isDirectory = (path) => existsSync(path) && statSync(path).isDirectory();

/** Whether there is such a version: a commit, branch or tag of this repository, or a built checkout. */
export function isVersion(version) {
  if (isDirectory(version)) return existsSync(project(version).file('cli/main.js'));
  try {
    git('rev-parse', '--verify', '--quiet', '--end-of-options', `${version}^{commit}`);
    return true;
  } catch {
    return false;
  }
}

/**
 * Builds another version in a directory of its own, unless it is a checkout which is built.
 * @returns its directory, and how to remove what was made.
 */
export async function otherVersion(version, directory) {
  if (isDirectory(version)) return { root: resolve(version), remove() {} };
  const remove = () => {
    removed(directory);
    git('worktree', 'prune');
  };
  process.stderr.write(`building ${version} ...\n`);
  try {
    git('worktree', 'add', '--detach', directory, version);
    symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const args = [tsc, '-p', 'tsconfig.build.json', '--outDir', 'dist'];
    // Also when it is interrupted, this waits for its end: nothing more is written then.
    await promisify(execFile)(process.execPath, args, { cwd: directory });
  } catch (error) {
    remove();
    throw error;
  }
  return { root: directory, remove };
}

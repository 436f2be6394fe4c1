// The libraries that run in production, for one kind of machine, without what is never loaded.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isElf, useOlderVersion } from './elf.mjs';
import { contentOf, copyAll } from './tree.mjs';

/** Folders of a library that no program loads. */
const FOLDERS = /(^|\/)(test|tests|benchmarks?|examples?|docs|\.github|\.husky)\//;
/** What its authors and its compilers need. Licences have no extension, or are kept by name. */
const FILES =
  /(\.(map|ts|cts|mts|md|yml|yaml|html|zip|tsbuildinfo|h|c|cc|cpp|hh|inc|def|S|asm|gyp|gypi|sh)|\/CMakeLists\.txt|\/bench(mark)?\.js|\/\.[^/]+)$/;
/** For another C library. */
const MUSL = /\.musl\.[^/]+$|\/musl_[^/]+\/[^/]+$/;
const LICENSE = /(^|\/)(licen[cs]e|copying|notice)[^/]*$/i;

/** Whole folders below node_modules: what is compiled, compiles or explains, and what the build has copied into dist. */
const UNUSED = [
  '.bin/',
  'koffi/cnoke.cjs',
  'koffi/doc/',
  'koffi/vendor/',
  'node-addon-api/',
  'uplot/',
  'zod/src/',
  '@photostructure/sqlite/src/',
  '@photostructure/sqlite/scripts/',
];

/** Made by glibc 2.29 for speed; 2.28 has them, too. */
const OLDER = {
  library: 'libm.so.6',
  version: 'GLIBC_2.29',
  functions: ['exp', 'log', 'log2', 'pow'],
};

/**
 * @param root {string} the project
 * @param arch {'x64' | 'arm64'} need not be this machine's
 * @param work {string} a directory that outlives this
 * @returns {import('./tree.mjs').Entry[]} `node_modules`
 * @throws Error where a native part is missing
 */
export function productionLibraries(root, arch, work) {
  const modules = join(installed(root, arch, work), 'node_modules');
  const entries = copyAll('node_modules', modules, (name) => isLoaded(name, arch));
  assertNative(entries, arch);
  return entries.map((entry) => ({
    ...withOldGlibc(entry),
    mode: 0o644, // nothing here is a command
  }));
}

/** @throws Error where the registry had no native part for that kind of machine: npm then leaves it out without a word */
export function assertNative(entries, arch) {
  const native = `node_modules/@koromix/koffi-linux-${arch}/linux_${arch}/koffi.node`;
  if (!entries.some(({ path }) => path === native)) throw new Error(`there is no ${native}`);
}

/** Installs what the lock file names, once for each lock file. */
function installed(root, arch, work) {
  const files = ['package.json', 'package-lock.json', '.npmrc'];
  const hash = createHash('sha256');
  for (const name of files) hash.update(readFileSync(join(root, name)));
  const place = join(work, `libraries-${arch}-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(place)) return place;
  const fresh = `${place}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  for (const name of files) copyFileSync(join(root, name), join(fresh, name));
  const target = ['--os=linux', `--cpu=${arch}`, '--libc=glibc'];
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  execFileSync('npm', ['ci', '--omit=dev', ...target, ...quiet], {
    cwd: fresh,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  renameSync(fresh, place);
  return place;
}

function isLoaded(name, arch) {
  if (UNUSED.some((folder) => name.startsWith(folder))) return false;
  const [, prebuilt] = /\/prebuilds\/(.+)/.exec(name) ?? [];
  if (prebuilt !== undefined && !prebuilt.startsWith(`linux-${arch}/`)) return false;
  if (MUSL.test(name)) return false;
  if (LICENSE.test(name)) return true;
  return !FOLDERS.test(name) && !FILES.test(name);
}

function withOldGlibc(entry) {
  if (!entry.path.endsWith('.node')) return entry;
  const content = contentOf(entry);
  return isElf(content) ? { ...entry, data: useOlderVersion(content, OLDER) } : entry;
}

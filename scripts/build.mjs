// Compiles src to dist with tsc, and adds the files of the console's pages and what is called from outside.
import './node-version.cjs';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyAssets } from './assets.mjs';
import { entry } from './entry.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const command = join(dist, 'cli', 'main.js');

/** What is called from outside, and what each of these starts: the command, and what the launcher runs. */
const ENTRIES = { 'main.js': './start-command.js', 'wazuh.js': './start-in-place.js' };

/** True when dist is newer than every source file and every setting that shapes it. */
export function isBuilt() {
  if (!existsSync(command)) return false;
  const built = statSync(command).mtimeMs;
  const sources = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name));
  const settings = [
    'tsconfig.json',
    'tsconfig.build.json',
    'package.json',
    'scripts/entry.mjs',
    'scripts/node-version.cjs',
  ].map((name) => join(root, name));
  return [...sources, ...settings].every((file) => statSync(file).mtimeMs <= built);
}

/** Compiles everything again, then swaps it in, so that a failed build leaves the old one. */
export function build() {
  process.stderr.write('Building …\n');
  const fresh = `${dist}.new`;
  rmSync(fresh, { recursive: true, force: true });
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', fresh], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  copyAssets(root, join(fresh, 'console', 'assets'));
  for (const [name, module] of Object.entries(ENTRIES)) {
    writeFileSync(join(fresh, 'cli', name), entry(module), { mode: 0o755 });
  }
  rmSync(dist, { recursive: true, force: true });
  renameSync(fresh, dist);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) build();

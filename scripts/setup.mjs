// Makes a clone ready: installs what package-lock.json names and, with --build, compiles src to dist.
// Runs before `npm start` and `npm test`, by setup.cjs, and does nothing when everything is up to date.
import './node-version.cjs';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, isBuilt } from './build.mjs';
import { install } from './install.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** True when node_modules was installed from the lock file as it is now. */
function isInstalled() {
  const installed = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return false;
  return statSync(installed).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

if (!isInstalled()) {
  process.stderr.write('Installing dependencies …\n');
  const problem = install(root);
  if (problem !== undefined) {
    process.stderr.write(`${problem}\n`);
    process.exit(1);
  }
}
if (process.argv.includes('--build') && !isBuilt()) build();

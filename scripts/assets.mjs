// Copies what the console's pages load into dist, each file with a hash of its contents in its name, so that
// browsers may keep it for ever, and a list of the names.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** Where each file comes from, below the repository. */
const FILES = {
  'uplot.js': 'node_modules/uplot/dist/uPlot.iife.min.js',
  'uplot.css': 'node_modules/uplot/dist/uPlot.min.css',
  'console.css': 'src/console/assets/console.css',
  'console.js': 'src/console/assets/console.js',
  'now.js': 'src/console/assets/now.js',
  'steering.css': 'src/console/assets/steering.css',
  'steering.js': 'src/console/assets/steering.js',
  'icon.svg': 'src/console/assets/icon.svg',
};

/** @param target the folder in dist. */
export function copyAssets(root, target) {
  mkdirSync(target, { recursive: true });
  const names = {};
  for (const [name, source] of Object.entries(FILES)) {
    const bytes = readFileSync(join(root, source));
    const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 12);
    const ending = extname(name);
    names[name] = `${name.slice(0, -ending.length)}-${hash}${ending}`;
    writeFileSync(join(target, names[name]), bytes);
  }
  writeFileSync(join(target, 'assets.json'), `${JSON.stringify(names, null, 2)}\n`);
}

// `npm run test:nodes`: the tests of the whole program under other versions of Node.js, which are fetched from
// the npm registry, and what is said under versions that are too old.
//
//     npm run test:nodes -- [22] [24] [latest]
import './node-version.cjs';
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchNode } from './node-releases.mjs';

/** The lines with long-term support that `npm test` does not run under, and the newest of all. */
const LINES = ['22', '24', 'latest'];

const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');

function run(node, args, env = process.env) {
  const { status } = spawnSync(node, [vitest, 'run', ...args], {
    cwd: root,
    env,
    stdio: 'inherit',
  });
  return status === 0;
}

const lines = process.argv.length > 2 ? process.argv.slice(2) : LINES;
const failed = [];
if (!run(process.execPath, ['--config', 'vitest.nodes.config.ts'])) failed.push('older');
for (const line of lines) {
  const bin = fetchNode(line);
  const node = join(bin, 'node');
  process.stdout.write(`\nThe whole program under ${node}\n`);
  // Vitest starts the program with the Node that runs itself; scripts find it by PATH.
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  if (!run(node, ['test/e2e'], env)) failed.push(line);
}
if (failed.length > 0) {
  process.stderr.write(`failed under: ${failed.join(', ')}\n`);
  process.exit(1);
}

// `npm run test:nodes`: the tests of the whole program under other versions of Node.js, which are fetched from
// the npm registry, and what is said under versions that are too old.
//
//     npm run test:nodes -- [22] [24] [latest] [VERSION]
import './node-version.cjs';
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchNode } from './node-releases.mjs';

/** All tests of the whole program, for the line that is in the packages. */
const ALL = ['test/e2e'];
/** Those that touch what differs between versions: native parts, processes, signals, sockets, streams, HTTP. */
const SOME = ['commands', 'delivery', 'drop-in', 'exposition', 'feedback', 'queue', 'scripts'].map(
  (name) => `test/e2e/${name}.test.ts`,
);
/** The lines with long-term support that `npm test` does not run under, and the newest of all. */
const LINES = { 22: SOME, 24: ALL, latest: SOME };

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

const named = process.argv.slice(2);
const lines = named.length > 0 ? named : Object.keys(LINES);
const failed = [];
if (!run(process.execPath, ['--config', 'vitest.nodes.config.ts'])) failed.push('older');
for (const line of lines) {
  const bin = fetchNode(line);
  const node = join(bin, 'node');
  process.stdout.write(`\nThe whole program under ${node}\n`);
  // Vitest starts the program with the Node that runs itself; scripts find it by PATH.
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  if (!run(node, LINES[line] ?? ALL, env)) failed.push(line);
}
if (failed.length > 0) {
  process.stderr.write(`failed under: ${failed.join(', ')}\n`);
  process.exit(1);
}

// How fast somebody sees what is stored: the console and `integratord status` with very many deliveries.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load } from '../lib/ask-console.mjs';
import { startDaemon } from '../lib/daemon.mjs';
import { createHome } from '../lib/home.mjs';
import { blocks, takingAll } from '../lib/integrations.mjs';
import { atMost, plain } from '../lib/rows.mjs';
import { median } from '../lib/stats.mjs';
import { storeDeliveries } from '../lib/stored.mjs';

const SIZES = {
  full: { count: 1_000_000, rounds: 15, searches: 5 },
  quick: { count: 1_000_000, rounds: 5, searches: 2 },
  smoke: { count: 2000, rounds: 1, searches: 1 },
};
const WATCH = fileURLToPath(new URL('../lib/loop-watch.mjs', import.meta.url));
const PAGE_GOAL = 200;
const STATUS_GOAL = 2.5;
const STALL_GOAL = 20;
const PAGES = [
  ['Now', '/'],
  ['Deliveries', '/deliveries'],
  ['Deliveries, in the middle', (count) => `/deliveries?before=${count / 2}`],
  ['Deliveries, dead', '/deliveries?state=dead'],
  ['Deliveries, of a rule', '/deliveries?rule=5701'],
  ['Deliveries, of an agent', '/deliveries?agent=agent-7'],
  ['Dead letters', '/dead'],
  ['a delivery', (count) => `/delivery/${count / 2}`],
  ['Activity', '/activity'],
];

export async function measure({ project, directory, size }) {
  const { count, rounds, searches } = SIZES[size];
  const socketPath = join(directory, 'console.sock');
  const home = createHome(join(directory, 'home'), {
    blocks: blocks(takingAll('shuffle', 4), 'http://127.0.0.1:9'),
    settings: `console: { listen: ${socketPath} }\n`,
  });
  await storeDeliveries(project, home, count);
  const rows = [plain('deliveries stored', '', count)];
  const status = () => timesNode([project.file('cli/main.js'), 'status', '--home', home.home]);
  const stopped = await repeated(rounds, status);
  let daemon = await startDaemon(project, home);
  const running = await repeated(rounds, status);
  rows.push(
    atMost('status, times as long as a bare Node.js', '', median(running), STATUS_GOAL),
    atMost('  with the daemon stopped', '', median(stopped), STATUS_GOAL),
  );
  for (const [name, path] of PAGES) {
    const get = () => loaded(socketPath, typeof path === 'string' ? path : path(count));
    const first = await get();
    const others = await repeated(rounds, get);
    rows.push(
      atMost(name, 'ms', median(others), PAGE_GOAL),
      plain('  the first, and the slowest after it', 'ms', Math.max(first, ...others)),
    );
  }
  await daemon.stop();

  const lateness = join(directory, 'lateness');
  process.env.LOOP_WATCH = lateness;
  daemon = await startDaemon(project, home, [], ['--import', WATCH]);
  const search = () => loaded(socketPath, '/deliveries?q=in+no+alert+at+all');
  const seconds = median(await repeated(searches, search)) / 1000;
  await daemon.stop();
  const { p99 } = JSON.parse(readFileSync(lateness, 'utf8'));
  return [
    ...rows,
    plain('a search for what no alert holds', 's', seconds),
    atMost('  event loop of the daemon late meanwhile, p99', 'ms', p99, STALL_GOAL),
  ];
}

async function repeated(times, run) {
  const results = [];
  for (let time = 0; time < times; time += 1) results.push(await run());
  return results;
}

/** How many times as long as a bare Node.js a command takes. */
function timesNode(args) {
  return timeOf(args) / timeOf(['-e', '0']);
}

function timeOf(args) {
  const from = performance.now();
  spawnSync(process.execPath, args);
  return performance.now() - from;
}

/** Resolves with the milliseconds that a page takes. */
async function loaded(socketPath, path) {
  const from = performance.now();
  const status = await load(socketPath, path);
  if (status !== 200) throw new Error(`${path} answered ${status}`);
  return performance.now() - from;
}

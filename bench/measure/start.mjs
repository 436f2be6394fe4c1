// How long the daemon takes to start, and what it costs while nothing happens.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDaemon } from '../lib/daemon.mjs';
import { createHome } from '../lib/home.mjs';
import { blocks, TYPICAL } from '../lib/integrations.mjs';
import { atMost, plain } from '../lib/rows.mjs';
import { median } from '../lib/stats.mjs';

// After about ten seconds V8 tidies up its memory, once.
const SIZES = {
  full: { rounds: 9, settlingSeconds: 12, seconds: 15 },
  quick: { rounds: 5, settlingSeconds: 2, seconds: 5 },
  smoke: { rounds: 1, settlingSeconds: 0, seconds: 0.2 },
};

export async function measure({ project, directory, size }) {
  const { rounds, settlingSeconds, seconds } = SIZES[size];
  const home = createHome(join(directory, 'home'), {
    blocks: blocks(TYPICAL, 'http://127.0.0.1:9'),
  });
  const ready = [];
  const node = [];
  const check = [];
  for (let round = 0; round < rounds; round += 1) {
    const daemon = await startDaemon(project, home);
    ready.push(daemon.readyMs);
    await daemon.stop();
    node.push(timed(['-e', '0']));
    check.push(timed([project.file('cli/main.js'), 'check', '--home', home.home]));
  }
  const daemon = await startDaemon(project, home);
  await sleep(settlingSeconds * 1000);
  const before = daemon.cpuMs();
  await sleep(seconds * 1000);
  const percent = (daemon.cpuMs() - before) / (seconds * 10);
  const memory = daemon.memory();
  await daemon.stop();
  return [
    atMost('start to ready', 'ms', median(ready), 400),
    plain('  of which Node.js itself', 'ms', median(node)),
    plain('integratord check', 'ms', median(check)),
    atMost('CPU when nothing happens', '% of a core', percent, 0.5),
    plain('memory when nothing happens', 'MiB', memory),
  ];
}

function timed(args) {
  const from = performance.now();
  spawnSync(process.execPath, args);
  return performance.now() - from;
}

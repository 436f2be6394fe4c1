// How the daemon starts when very much waits to be delivered.
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fill } from '../lib/backlog.mjs';
import { startDaemon } from '../lib/daemon.mjs';
import { openEngine } from '../lib/engine.mjs';
import { createHome } from '../lib/home.mjs';
import { blocks, takingAll } from '../lib/integrations.mjs';
import { atMost, plain } from '../lib/rows.mjs';
import { startServer } from '../lib/server.mjs';

const SIZES = {
  full: { count: 1_000_000, seconds: 10 },
  quick: { count: 200_000, seconds: 3 },
  smoke: { count: 1000, seconds: 0.2 },
};

export async function measure({ project, directory, size }) {
  const { count, seconds } = SIZES[size];
  const server = await startServer();
  const integrations = [...takingAll('slack'), ...takingAll('shuffle', 3)];
  const home = createHome(join(directory, 'home'), { blocks: blocks(integrations, server.origin) });
  const engine = await openEngine(project, home);
  fill(engine, count);
  await engine.close();
  const daemon = await startDaemon(project, home);
  const atStart = daemon.memory();
  const before = await server.count();
  await sleep(seconds * 1000);
  const delivered = (await server.count()) - before;
  const peak = daemon.peakMemory();
  await daemon.stop();
  server.stop();
  const waiting = `${count.toLocaleString('en')} waiting`;
  return [
    atMost(`start to ready, ${waiting}`, 'ms', daemon.readyMs, 2000),
    plain(`memory when ready, ${waiting}`, 'MiB', atStart),
    atMost(`memory at most, ${waiting} and being delivered`, 'MiB', peak, 200),
    plain(`deliveries by 4 lanes, ${waiting}`, '/s', delivered / seconds),
  ];
}

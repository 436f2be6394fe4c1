// The speed of delivery, and of the start, while more and more waits in the outbox.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fill } from '../lib/backlog.mjs';
import { startDaemon } from '../lib/daemon.mjs';
import { openEngine } from '../lib/engine.mjs';
import { createHome } from '../lib/home.mjs';
import { blocks, takingAll } from '../lib/integrations.mjs';
import { itself, perUnit, series } from '../lib/rows.mjs';
import { startServer } from '../lib/server.mjs';
import { median } from '../lib/stats.mjs';

const SIZES = {
  full: { waiting: [1000, 10_000, 100_000, 1_000_000], count: 2000, starts: 3 },
  quick: { waiting: [1000, 10_000, 100_000], count: 1000, starts: 2 },
  smoke: { waiting: [100, 1000], count: 10, starts: 1 },
};

export async function backlogGrowth({ project, directory, size }) {
  const { waiting, count, starts } = SIZES[size];
  const server = await startServer();
  const measured = async (backlog) => {
    const home = createHome(join(directory, `backlog-${backlog}`), {
      blocks: blocks(takingAll('shuffle'), server.origin),
    });
    const rate = await deliverSome(project, home, backlog, count);
    const ready = [];
    for (let i = 0; i < starts; i += 1) {
      const daemon = await startDaemon(project, home);
      ready.push(daemon.readyMs);
      await daemon.stop();
    }
    rmSync(home.home, { recursive: true });
    return { input: backlog, label: backlog.toLocaleString('en'), rate, ready: median(ready) };
  };
  await measured(waiting[0]); // the code gets warm
  const points = [];
  for (const backlog of waiting) points.push(await measured(backlog));
  server.stop();
  const of = (name) => points.map((point) => ({ ...point, value: point[name] }));
  return [
    series('deliveries of one lane by deliveries waiting', '/s', of('rate'), perUnit),
    series('start to ready by deliveries waiting', 'ms', of('ready'), itself),
  ];
}

/** Delivers so many, once the lane is at full speed, and leaves `backlog` waiting. */
async function deliverSome(project, home, backlog, count) {
  const engine = await openEngine(project, home);
  fill(engine, backlog + 2 * count);
  await engine.deliver(count);
  const from = performance.now();
  await engine.deliver(count);
  const ms = performance.now() - from;
  await engine.close();
  return (count * 1000) / ms;
}

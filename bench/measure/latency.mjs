// How long an alert takes from the file to the service, when nothing else is going on.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { alertLines, dice } from '../lib/alerts.mjs';
import { startDaemon } from '../lib/daemon.mjs';
import { createHome } from '../lib/home.mjs';
import { blocks, takingAll } from '../lib/integrations.mjs';
import { atMost } from '../lib/rows.mjs';
import { startServer } from '../lib/server.mjs';
import { median, quantile } from '../lib/stats.mjs';

const SIZES = {
  full: { count: 300, longestPauseMs: 120 },
  quick: { count: 200, longestPauseMs: 50 },
  smoke: { count: 5, longestPauseMs: 30 },
};
const SHORTEST_PAUSE_MS = 20;

export async function measure({ project, directory, size }) {
  const { count, longestPauseMs } = SIZES[size];
  const server = await startServer();
  const home = createHome(join(directory, 'home'), {
    blocks: blocks(takingAll('shuffle'), server.origin),
  });
  const daemon = await startDaemon(project, home);
  const random = dice(7);
  const milliseconds = [];
  for (const line of alertLines({ count, seed: 5 })) {
    await sleep(SHORTEST_PAUSE_MS + (longestPauseMs - SHORTEST_PAUSE_MS) * random());
    const { arrival } = await server.watch();
    const from = process.hrtime.bigint();
    appendFileSync(home.alerts, `${line}\n`);
    milliseconds.push(Number((await arrival) - from) / 1e6);
  }
  await daemon.stop();
  server.stop();
  const figure = 'from append to the first byte at the server';
  return [
    atMost(`${figure}, median`, 'ms', median(milliseconds), 5),
    atMost(`${figure}, p99`, 'ms', quantile(milliseconds, 0.99), 25),
  ];
}

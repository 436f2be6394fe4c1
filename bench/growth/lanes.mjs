// The speed and the memory of a real daemon with more and more integrations that all get alerts.
import { join } from 'node:path';
import { alertLines } from '../lib/alerts.mjs';
import { startDaemon } from '../lib/daemon.mjs';
import { createHome } from '../lib/home.mjs';
import { blocks, takingAll } from '../lib/integrations.mjs';
import { itself, perUnit, series } from '../lib/rows.mjs';
import { throughDaemon } from '../lib/sending.mjs';
import { startServer } from '../lib/server.mjs';
import { compare } from '../lib/stats.mjs';

const SIZES = {
  full: { lanes: [1, 10, 50, 200], deliveries: 10_000, rounds: 2 },
  quick: { lanes: [1, 10, 50, 200], deliveries: 5000, rounds: 1 },
  smoke: { lanes: [1, 5], deliveries: 20, rounds: 1 },
};

export async function laneGrowth({ project, directory, size }) {
  const { lanes, deliveries, rounds } = SIZES[size];
  const server = await startServer();
  const points = [];
  for (const input of lanes) {
    const home = createHome(join(directory, `lanes-${input}`), {
      blocks: blocks(takingAll('shuffle', input), server.origin),
    });
    const daemon = await startDaemon(project, home);
    const lines = alertLines({ count: deliveries / input });
    const { all } = await compare({ all: throughDaemon(home, server, lines, input) }, { rounds });
    const memory = daemon.peakMemory();
    points.push({ input, label: String(input), rate: all.rate, memory });
    await daemon.stop();
  }
  server.stop();
  const of = (name) => points.map((point) => ({ ...point, value: point[name] }));
  return [
    series('deliveries of all lanes by number of lanes', '/s', of('rate'), perUnit),
    series('memory at most by number of lanes', 'MiB', of('memory'), itself),
  ];
}

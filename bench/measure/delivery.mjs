// How fast alerts are delivered to a server that answers at once, and what a bare client does there.
import { join } from 'node:path';
import { alertLines } from '../lib/alerts.mjs';
import { startDaemon } from '../lib/daemon.mjs';
import { openEngine } from '../lib/engine.mjs';
import { createHome } from '../lib/home.mjs';
import { blocks, takingAll } from '../lib/integrations.mjs';
import { speed } from '../lib/rows.mjs';
import { delivering, posting, throughDaemon } from '../lib/sending.mjs';
import { startServer } from '../lib/server.mjs';
import { compare } from '../lib/stats.mjs';

const SIZES = {
  full: { perLane: 500, daemon: 20_000, rounds: 5 },
  quick: { perLane: 150, daemon: 5000, rounds: 3 },
  smoke: { perLane: 5, daemon: 50, rounds: 1 },
};
const CONCURRENCIES = [16, 4, 1];

export async function measure({ project, directory, size }) {
  const { perLane, daemon, rounds } = SIZES[size];
  const server = await startServer();
  const rows = [];
  for (const concurrency of CONCURRENCIES) {
    const home = shuffleHome(join(directory, `lanes-${concurrency}`), server, concurrency);
    const lines = alertLines({ count: perLane * (concurrency + 4) });
    const alerts = lines.map((line) => Buffer.from(line));
    const engine = await openEngine(project, home);
    const bodies = messages(engine, alerts);
    const { baseline, lanes } = await compare(
      {
        baseline: posting(server.origin, bodies, concurrency),
        lanes: delivering(engine, alerts),
      },
      { rounds },
    );
    await engine.close();
    const figure = `delivery to a fast local server, ${concurrency} at a time`;
    rows.push(speed(figure, '/s', lanes, baseline.rate, concurrency === 1 ? undefined : 0.5));
  }
  rows.push(await wholeWay(project, join(directory, 'daemon'), server, daemon, rounds));
  server.stop();
  return rows;
}

/** From the alert file through a real daemon to the server, beside the bare client. */
async function wholeWay(project, directory, server, count, rounds) {
  const concurrency = CONCURRENCIES[0];
  const home = shuffleHome(directory, server, concurrency);
  const lines = alertLines({ count });
  const engine = await openEngine(project, home);
  const bodies = messages(
    engine,
    lines.map((line) => Buffer.from(line)),
  );
  await engine.close();
  const daemon = await startDaemon(project, home);
  const { baseline, whole } = await compare(
    {
      baseline: posting(server.origin, bodies, concurrency),
      whole: throughDaemon(home, server, lines),
    },
    { rounds },
  );
  await daemon.stop();
  const figure = `${count.toLocaleString('en')} alerts at once, file to server, ${concurrency} at a time`;
  return speed(figure, '/s', whole, baseline.rate);
}

function shuffleHome(directory, server, concurrency) {
  return createHome(directory, {
    blocks: blocks(takingAll('shuffle'), server.origin),
    settings: `integrations: { shuffle: { concurrency: ${concurrency} } }\n`,
  });
}

/** The bodies that the engine's integration sends for these alerts. */
function messages(engine, alerts) {
  const { integration, destination } = engine.routes[0];
  return alerts.map((raw) => {
    const job = { alert: engine.alert(raw), integration, key: 'k'.repeat(32), attempts: 0 };
    return destination.plan(job).requests[0].body;
  });
}

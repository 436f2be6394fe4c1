// What open pages of the console, and a simulation there, cost the daemon while it delivers.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { alertLines } from '../lib/alerts.mjs';
import { startDaemon } from '../lib/daemon.mjs';
import { createHome } from '../lib/home.mjs';
import { blocks, takingAll } from '../lib/integrations.mjs';
import { startPages } from '../lib/pages.mjs';
import { atMost, plain } from '../lib/rows.mjs';
import { startServer } from '../lib/server.mjs';
import { median, quantile } from '../lib/stats.mjs';

const SIZES = {
  full: { pairs: 40, windowMs: 3000 },
  quick: { pairs: 10, windowMs: 2000 },
  smoke: { pairs: 1, windowMs: 200 },
};
const PAGES = 5;
const NOBODY = { pages: 0, simulates: false };
/** In percent. */
const MOST = 3;
const LANES = 4;
/** So many alerts are appended at once: few, so that each window has about as many of them. */
const BATCH = 250;
/** So many deliveries wait at least. */
const WAITING = 8000;

/**
 * One daemon has more than it can do. In turn it has five open pages and none, then a simulation and none, for
 * some seconds each. Counted is the time on a processor for each delivery, of the daemon and of it alone: how
 * fast they are also depends on what else the machine does.
 */
export async function measure({ project, directory, size }) {
  const { pairs, windowMs } = SIZES[size];
  const server = await startServer();
  const socket = join(directory, 'console.sock');
  const home = createHome(join(directory, 'home'), {
    blocks: blocks(takingAll('shuffle', LANES), server.origin),
    settings: `console: { listen: ${socket}, write: true }\nintegrations: { shuffle: { concurrency: 16 } }\n`,
  });
  const text = alertLines({ count: BATCH })
    .map((line) => `${line}\n`)
    .join('');
  const daemon = await startDaemon(project, home);
  const pages = startPages(socket);
  let asked = Promise.resolve();
  /** How many were taken: asked for one at a time. */
  const count = () => {
    asked = asked.then(() => server.count());
    return asked;
  };
  let appended = 0;
  const feed = setInterval(() => {
    void count().then((taken) => {
      for (; appended < taken + WAITING; appended += BATCH * LANES) {
        appendFileSync(home.alerts, text);
      }
    });
  }, 50);
  const window = async (wanted) => {
    await pages.open(wanted);
    const [cpu, taken, from] = [daemon.cpuMs(), await count(), performance.now()];
    await new Promise((resolve) => setTimeout(resolve, windowMs));
    const taking = (await count()) - taken;
    const spent = daemon.cpuMs() - cpu;
    const seconds = (performance.now() - from) / 1000;
    await pages.close();
    return { each: spent / taking, rate: taking / seconds };
  };
  const compared = async (what, pairs) => {
    await window(what);
    const costs = [];
    const rates = [];
    const without = [];
    for (let pair = 0; pair < pairs; pair += 1) {
      // To and fro, so that what changes in time is on both sides.
      const isFirst = pair % 2 === 0;
      const first = await window(isFirst ? NOBODY : what);
      const second = await window(isFirst ? what : NOBODY);
      const [none, some] = isFirst ? [first, second] : [second, first];
      costs.push((some.each / none.each - 1) * 100);
      rates.push((1 - some.rate / none.rate) * 100);
      without.push(none.each * 1000);
    }
    return { costs, rates, without };
  };
  const open = await compared({ pages: PAGES, simulates: false }, pairs);
  const simulating = await compared({ pages: 0, simulates: true }, Math.ceil(pairs / 2));
  clearInterval(feed);
  pages.stop();
  await daemon.stop();
  server.stop();
  return [
    atMost(`CPU for each delivery, more with ${PAGES} open pages`, '%', median(open.costs), MOST),
    ...spread(open),
    plain('  the same while someone simulates', '%', median(simulating.costs)),
    ...spread(simulating),
    plain('  CPU for each delivery without', 'µs', median(open.without)),
  ];
}

function spread({ costs, rates }) {
  return [
    plain('  a quarter of the pairs less than', '%', quantile(costs, 0.25)),
    plain('  a quarter of the pairs more than', '%', quantile(costs, 0.75)),
    plain('  fewer deliveries a second, beside all else that runs', '%', median(rates)),
  ];
}

// What to expect: the speed of intake by how many alerts match, and what they take on the disk.
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { alertText } from '../lib/alerts.mjs';
import { fill } from '../lib/backlog.mjs';
import { openEngine } from '../lib/engine.mjs';
import { alertFile, createHome } from '../lib/home.mjs';
import { blocks, TYPICAL, takingAll } from '../lib/integrations.mjs';
import { reading } from '../lib/reading.mjs';
import { plain, series } from '../lib/rows.mjs';
import { startServer } from '../lib/server.mjs';
import { compare } from '../lib/stats.mjs';

const SIZES = {
  full: { count: 40_000, rounds: 4, stored: 30_000 },
  quick: { count: 20_000, rounds: 2, stored: 10_000 },
  smoke: { count: 200, rounds: 1, stored: 100 },
};
/** The share that matches, and how often the file holds the alerts, so that it takes a while. */
const FILES = [
  { share: 0, repeated: 5 },
  { share: 0.01, repeated: 5 },
  { share: 0.05, repeated: 3 },
  { share: 0.5, repeated: 1 },
  { share: 1, repeated: 1 },
];
/** What the daemon does in one step, src/app/retention.ts. */
const ROWS_PER_STEP = 500;
const PAGES_PER_STEP = 1000;

export async function measure(task) {
  return [await byHitRate(task), ...(await onDisk(task))];
}

async function byHitRate({ project, directory, size }) {
  const { count, rounds } = SIZES[size];
  const contenders = FILES.map(({ share, repeated }) => {
    const text = alertText({ count, share });
    const file = alertFile(join(directory, `alerts-${share}`), text, repeated);
    const options = { integrations: TYPICAL, file, lines: repeated * count, share };
    return [String(share), reading(project, join(directory, `share-${share}`), options)];
  });
  const rates = await compare(Object.fromEntries(contenders), { rounds });
  const points = FILES.map(({ share }) => ({
    input: share,
    label: `${share * 100} %`,
    value: rates[share].rate,
  }));
  return series('intake by share of alerts that match', 'alerts/s', points);
}

async function onDisk({ project, directory, size }) {
  const { stored } = SIZES[size];
  const server = await startServer();
  const home = createHome(join(directory, 'disk'), {
    blocks: blocks(takingAll('shuffle'), server.origin),
  });
  const engine = await openEngine(project, home);
  const fileSize = () => {
    engine.database.execute('PRAGMA wal_checkpoint(TRUNCATE)');
    return statSync(join(home.state, 'outbox.db')).size;
  };
  const empty = fileSize();
  fill(engine, stored);
  const waiting = fileSize();
  await engine.deliver(stored);
  const delivered = fileSize();
  const soon = Date.now() + 1000;
  while (engine.purge.purge('delivered', soon, ROWS_PER_STEP) > 0);
  while (engine.purge.compact(PAGES_PER_STEP));
  const removed = fileSize();
  await engine.close();
  server.stop();
  const perAlert = (bytes) => (bytes - empty) / stored;
  const all = `${stored.toLocaleString('en')} alerts`;
  return [
    plain('disk per alert of 1 KB, waiting', 'bytes', perAlert(waiting)),
    plain('disk per alert of 1 KB, delivered', 'bytes', perAlert(delivered)),
    plain(`outbox with ${all} of 1 KB, delivered`, 'MiB', delivered / 2 ** 20),
    plain('  when they were removed', 'MiB', removed / 2 ** 20),
  ];
}

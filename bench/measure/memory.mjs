// Memory while very many alerts go through a real daemon, of which some are delivered.
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseSync } from '@photostructure/sqlite';
import { alertText } from '../lib/alerts.mjs';
import { startDaemon } from '../lib/daemon.mjs';
import { createHome } from '../lib/home.mjs';
import { blocks, TYPICAL } from '../lib/integrations.mjs';
import { atMost, plain } from '../lib/rows.mjs';
import { startServer } from '../lib/server.mjs';
import { median } from '../lib/stats.mjs';

const SIZES = { full: 10_000_000, quick: 2_000_000, smoke: 40_000 };
/** One in so many alerts is delivered. */
const SHARE = 0.002;
const AT_ONCE = 20_000;
/** So far ahead of the daemon the file is written, in bytes. */
const AHEAD = 256 * 2 ** 20;
const BLOCK = 4096;

export async function measure({ project, directory, size }) {
  const count = SIZES[size];
  const server = await startServer();
  const home = createHome(join(directory, 'home'), { blocks: blocks(TYPICAL, server.origin) });
  const daemon = await startDaemon(project, home);
  const text = alertText({ count: AT_ONCE, share: SHARE, bytes: 1024 });
  const outbox = new DatabaseSync(join(home.state, 'outbox.db'), { readOnly: true });
  const progress = progressOf(outbox);

  const samples = [];
  const file = openSync(home.alerts, 'a');
  const from = performance.now();
  for (let written = 0; written < count; written += AT_ONCE) {
    writeSync(file, text);
    const size = statSync(home.alerts).size;
    while (size - progress() > AHEAD) await sleep(20);
    freeDisk(home.alerts, progress());
    samples.push(daemon.memory());
  }
  while (progress() < statSync(home.alerts).size) await sleep(20);
  const seconds = (performance.now() - from) / 1000;
  closeSync(file);
  outbox.close();
  const delivered = await server.count();
  const peak = daemon.peakMemory();
  await daemon.stop();
  server.stop();

  const quarter = Math.floor(samples.length / 4);
  const growth =
    quarter === 0
      ? 0
      : median(samples.slice(-quarter)) - median(samples.slice(quarter, 2 * quarter));
  const through = `${count.toLocaleString('en')} alerts of 1 KB through`;
  return [
    atMost(`memory at most, ${through}`, 'MiB', peak, 150),
    atMost('  growth from the second to the last quarter', 'MiB', growth, 10),
    plain('  alerts per second, from file to daemon', '/s', count / seconds),
    plain('  deliveries meanwhile', '', delivered),
  ];
}

/** Gives the disk back what was read: ten million alerts are ten gigabytes. */
function freeDisk(path, offset) {
  const length = Math.floor(offset / BLOCK) * BLOCK - 2 * BLOCK;
  if (length <= 0) return;
  try {
    // The first block stays: by it the file is recognised.
    execFileSync('fallocate', ['--punch-hole', '-o', BLOCK, '-l', length - BLOCK, path], {
      stdio: 'ignore',
    });
  } catch {
    // Not every system can do that. Then it takes its gigabytes until the end.
  }
}

/** How far the alert file has been read, as the outbox says; also in that of an older version. */
function progressOf(outbox) {
  const isOld = outbox.prepare('PRAGMA user_version').get().user_version === 1;
  const checkpoint = outbox.prepare(
    isOld
      ? `SELECT value AS state FROM setting WHERE key = 'checkpoint'`
      : `SELECT state FROM checkpoint WHERE source = 'file'`,
  );
  return () => JSON.parse(checkpoint.get().state).position.offset;
}

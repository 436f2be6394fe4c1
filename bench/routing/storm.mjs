// A storm: very many alerts that match, of many keys, through a real daemon with the default limits.
import { closeSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DatabaseSync } from '@photostructure/sqlite';
import { alertLines } from '../lib/alerts.mjs';
import { startDaemon } from '../lib/daemon.mjs';
import { createHome } from '../lib/home.mjs';
import { blocks, takingAll } from '../lib/integrations.mjs';
import { atMost, plain } from '../lib/rows.mjs';
import { startServer } from '../lib/server.mjs';

const SIZES = {
  full: { count: 1_000_000, keys: 10_000, every: '10s' },
  quick: { count: 100_000, keys: 10_000, every: '5s' },
  smoke: { count: 1000, keys: 100, every: '1s' },
};
/** The default of outbox.max_megabytes. */
const MOST_MIB = 2048;
const AGENT = /"agent":\{"id":"\d+"/;
const WATCH = fileURLToPath(new URL('../lib/loop-watch.mjs', import.meta.url));

export async function storm({ project, directory, size }) {
  const { count, keys, every } = SIZES[size];
  const rules = { digest: { by: ['rule.id', 'agent.id'], every } };
  const server = await startServer();
  const home = createHome(join(directory, 'storm'), {
    blocks: blocks(takingAll('shuffle'), server.origin),
    settings: JSON.stringify({ integrations: { shuffle: rules } }),
  });
  const stalls = join(directory, 'stalls');
  process.env.LOOP_WATCH = stalls;
  const daemon = await startDaemon(project, home, [], ['--import', WATCH]);
  const outbox = new DatabaseSync(join(home.state, 'outbox.db'), { readOnly: true });

  const text = Buffer.from(stormLines(keys).join(''));
  const from = performance.now();
  const file = openSync(home.alerts, 'a');
  for (let written = 0; written < count; written += keys) writeSync(file, text);
  closeSync(file);
  const end = statSync(home.alerts).size;
  let largest = 0;
  while (!isDone(outbox, end)) {
    largest = Math.max(largest, sizeOf(home));
    await sleep(50);
  }
  const seconds = (performance.now() - from) / 1000;
  const { alone, together, messages, notices } = await server.covered();
  const memory = daemon.peakMemory();
  outbox.close();
  await daemon.stop();
  server.stop();
  const { max: stall } = JSON.parse(readFileSync(stalls, 'utf8'));

  const all = `storm of ${count.toLocaleString('en')} alerts of ${keys.toLocaleString('en')} keys`;
  return [
    plain(`${all}, as digests`, 's', seconds),
    atMost('  alerts that no message accounts for', '', Math.abs(count - alone - together), 0),
    plain('  messages that cover several', '', messages),
    plain('  alerts sent alone, and notices', '', alone + notices),
    atMost('  largest size of the outbox', 'MiB', largest, MOST_MIB),
    plain('  memory at most', 'MiB', memory),
    plain('  longest time that nothing else went on', 'ms', stall),
  ];
}

/** One alert of each key. */
function stormLines(keys) {
  // Some alerts have no agent.
  return alertLines({ count: 2 * keys, bytes: 1024 })
    .filter((line) => AGENT.test(line))
    .slice(0, keys)
    .map((line, i) => `${line.replace(AGENT, `"agent":{"id":"${1000 + i}"`)}\n`);
}

/** True when everything was read, and nothing waits for anything. */
function isDone(outbox, end) {
  const checkpoint = outbox.prepare(`SELECT state FROM checkpoint WHERE source = 'file'`).get();
  if (JSON.parse(checkpoint.state).position.offset < end) return false;
  if (outbox.prepare('SELECT 1 FROM cursor LIMIT 1').get() !== undefined) return false;
  const waiting = `SELECT SUM(bytes) AS bytes FROM usage WHERE kind = 'waiting'`;
  return outbox.prepare(waiting).get().bytes === 0;
}

/** In MiB, with what is not in its file yet. */
function sizeOf({ state }) {
  const bytes = (name) => statSync(join(state, name), { throwIfNoEntry: false })?.size ?? 0;
  return (bytes('outbox.db') + bytes('outbox.db-wal')) / 2 ** 20;
}

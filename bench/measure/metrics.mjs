// What it costs the daemon to tell its metrics, with very many integrations.
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { startDaemon } from '../lib/daemon.mjs';
import { createHome } from '../lib/home.mjs';
import { blocks } from '../lib/integrations.mjs';
import { atMost, plain } from '../lib/rows.mjs';

const INTEGRATIONS = 200;
/** The first ones are slower: a server that asks four times a minute has had them in some minutes. */
const SIZES = {
  full: { first: 20, rounds: 200 },
  quick: { first: 20, rounds: 60 },
  smoke: { first: 1, rounds: 2 },
};

export async function measure({ project, directory, size }) {
  const { first, rounds } = SIZES[size];
  const integrations = Array.from({ length: INTEGRATIONS }, () => ({ name: 'slack', filter: '' }));
  const home = createHome(join(directory, 'home'), {
    blocks: blocks(integrations, 'http://127.0.0.1:9'),
  });
  const daemon = await startDaemon(project, home);
  const socketPath = join(home.state, 'control.sock');
  let bytes = 0;
  /** The time on a processor for each of some. */
  const costOf = async (count) => {
    const before = daemon.cpuMs();
    for (let round = 0; round < count; round += 1) bytes = await scrape(socketPath);
    return (daemon.cpuMs() - before) / count;
  };
  const begin = await costOf(first);
  const then = await costOf(rounds);
  await daemon.stop();
  return [
    atMost(`metrics of ${INTEGRATIONS} integrations, CPU`, 'ms', then, 20),
    plain(`  each of the first ${first}`, 'ms', begin),
    plain('  their text', 'KiB', bytes / 1024),
  ];
}

/** Asks for the metrics. Resolves with how many bytes they are. */
async function scrape(socketPath) {
  const asked = request({ socketPath, path: '/metrics', agent: false });
  asked.end();
  const [response] = await once(asked, 'response');
  let bytes = 0;
  for await (const chunk of response) bytes += chunk.length;
  if (response.statusCode !== 200) throw new Error(`it answered ${response.statusCode}`);
  return bytes;
}

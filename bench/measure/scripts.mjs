// How many scripts are run, and how many processes can be started one after another.
import { chmodSync, copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { alertLines } from '../lib/alerts.mjs';
import { openEngine } from '../lib/engine.mjs';
import { createHome } from '../lib/home.mjs';
import { speed } from '../lib/rows.mjs';
import { delivering } from '../lib/sending.mjs';
import { startSpawner } from '../lib/spawner.mjs';
import { compare } from '../lib/stats.mjs';

const SIZES = {
  full: { count: 400, rounds: 9 },
  quick: { count: 200, rounds: 5 },
  smoke: { count: 5, rounds: 1 },
};
const TRUE = ['/bin/true', '/usr/bin/true'].find(existsSync);

export async function measure({ project, directory, size }) {
  const { count, rounds } = SIZES[size];
  const home = createHome(join(directory, 'home'), {
    blocks: `<integration><name>custom-true</name><alert_format>json</alert_format></integration>`,
  });
  const script = join(home.home, 'integrations/custom-true');
  copyFileSync(TRUE, script);
  chmodSync(script, 0o550);
  const alerts = alertLines({ count }).map((line) => Buffer.from(line));
  const engine = await openEngine(project, home);
  const spawner = startSpawner(TRUE, count);
  const { baseline, lanes } = await compare(
    { baseline: () => spawner.run(), lanes: delivering(engine, alerts) },
    { rounds },
  );
  spawner.stop();
  await engine.close();
  return [speed('scripts, one at a time (the default)', 'runs/s', lanes, baseline.rate, 0.5)];
}

// How fast `integratord simulate` goes through past alerts.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { exampleHistory, typicalHistory } from '../lib/history.mjs';
import { createHome } from '../lib/home.mjs';
import { blocks, TYPICAL } from '../lib/integrations.mjs';
import { parsing } from '../lib/reading.mjs';
import { atMost, speed } from '../lib/rows.mjs';
import { compare } from '../lib/stats.mjs';

const SIZES = {
  full: { count: 100_000, rounds: 5 },
  quick: { count: 40_000, rounds: 3 },
  smoke: { count: 500, rounds: 1 },
};
const EXAMPLE = new URL('../../examples/ossec.conf', import.meta.url);
const KEY = '0123456789abcdef'.repeat(4);
/** What the example takes from its environment. */
const ENVIRONMENT = {
  EXAMPLE_SLACK_URL: 'http://127.0.0.1:9/slack',
  EXAMPLE_VULNERABILITIES_URL: 'http://127.0.0.1:9/vulnerabilities',
  EXAMPLE_PAGERDUTY_URL: 'http://127.0.0.1:9/pagerduty',
  EXAMPLE_PAGERDUTY_KEY: KEY.slice(0, 32),
  EXAMPLE_SHUFFLE_URL: 'http://127.0.0.1:9/shuffle',
  EXAMPLE_VIRUSTOTAL_KEY: KEY,
  EXAMPLE_VIRUSTOTAL_URL: 'http://127.0.0.1:9/virustotal',
  EXAMPLE_CUSTOM_URL: 'http://127.0.0.1:9/custom',
};

export async function measure({ project, directory, size }) {
  // A version to compare with may not have it.
  if (!existsSync(project.file('app/simulation.js'))) return [];
  const { count, rounds } = SIZES[size];
  const typical = createHome(join(directory, 'typical'), {
    blocks: blocks(TYPICAL, 'http://127.0.0.1:9'),
  });
  const example = createHome(join(directory, 'example'), { blocks: '' });
  writeFileSync(example.config, readFileSync(EXAMPLE));
  const write = (name, bytes) => {
    const path = join(directory, name);
    writeFileSync(path, bytes);
    return path;
  };
  const few = typicalHistory(count, 0.05);
  const many = exampleHistory(count);
  const [plain, compressed] = [write('few.json', few), write('few.json.gz', gzipSync(few))];
  const over = (home, file) => simulating(project, home, file, count);
  const some = await compare(
    {
      baseline: parsing(few),
      plain: over(typical, plain),
      compressed: over(typical, compressed),
    },
    { rounds },
  );
  const most = await compare(
    { baseline: parsing(many), plain: over(example, write('many.json', many)) },
    { rounds },
  );
  const seconds = 1_000_000 / most.plain.rate;
  return [
    speed('simulate, 5 % match', 'alerts/s', some.plain, some.baseline.rate, 2),
    speed('  from a compressed archive', 'alerts/s', some.compressed, some.baseline.rate),
    speed('simulate, the example, 60 % match', 'alerts/s', most.plain, most.baseline.rate, 0.5),
    atMost('  a million of those', 's', seconds, 10),
  ];
}

/** Sends a file through a configuration, as the command does. */
function simulating(project, home, file, count) {
  return async () => {
    const [{ readSetup }, { simulate }, { AlertHistory, ALWAYS }, { systemClock }] =
      await Promise.all(
        ['app/setup', 'app/simulation', 'sources/file/history', 'core/clock'].map((name) =>
          project.load(`${name}.js`),
        ),
      );
    const after = readSetup(
      { ...home, settings: join(home.home, 'none.yaml'), settingsOptional: true },
      ENVIRONMENT,
    );
    const history = new AlertHistory({ path: home.alerts, clock: systemClock });
    const from = performance.now();
    const found = await history.named([file]);
    const read = () => history.read(found, ALWAYS);
    const result = await simulate({ after, before: undefined, read, now: 0 });
    const ms = performance.now() - from;
    await history.close();
    if (result.alerts !== count || !result.integrations.some(({ after }) => after > 0)) {
      throw new Error(
        `${result.alerts} of ${count} alerts were read, ${result.integrations.length} integrations`,
      );
    }
    return { units: count, ms };
  };
}

// `npm run bench`: measures, and prints tables. See docs/performance.md.
import '../scripts/node-version.cjs';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { busyShare, machine } from './lib/machine.mjs';
import { removed } from './lib/removed.mjs';
import { report } from './lib/report.mjs';
import { measured } from './measured.mjs';
import { isVersion, otherVersion, ROOT } from './projects.mjs';

/** What can be measured, in the order in which it is. */
const MEASUREMENTS = [
  'intake',
  'routing',
  'delivery',
  'latency',
  'crowd',
  'start',
  'scripts',
  'recovery',
  'memory',
  'growth',
  'usage',
  'metrics',
  'console',
  'stored',
  'simulate',
];

const USAGE = `Usage: npm run bench -- [options]
  --only NAME,...  measure these only: ${MEASUREMENTS.join(', ')}
  --quick          with less work: a first impression
  --smoke          with hardly any: whether it runs at all; the figures mean nothing
  --compare REV    also measure another commit, or the directory of a built checkout, in turn
  --json FILE      also write the figures to this file, as JSON
`;

/** More than this share of the processors at work before we begin would spoil the figures. */
const BUSY = 0.15;

const options = readOptions();
if (options === undefined) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else {
  process.exitCode = await main(options);
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        only: { type: 'string' },
        quick: { type: 'boolean', default: false },
        smoke: { type: 'boolean', default: false },
        compare: { type: 'string' },
        json: { type: 'string' },
      },
    });
    const names = values.only?.split(',') ?? MEASUREMENTS;
    const unknown = names.find((name) => !MEASUREMENTS.includes(name));
    if (unknown !== undefined) throw new Error(`There is no measurement "${unknown}".`);
    if (values.compare !== undefined && !isVersion(values.compare)) {
      throw new Error(`"${values.compare}" is no commit of this repository and no built checkout.`);
    }
    const size = values.smoke ? 'smoke' : values.quick ? 'quick' : 'full';
    return { names, size, compare: values.compare, json: values.json };
  } catch (error) {
    process.stderr.write(`${error.message}\n`);
    return undefined;
  }
}

/** Returns the exit code: that of missed goals is 0, for this measures and does not test. */
async function main({ names, size, compare, json }) {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => interruption.abort());
  const { signal } = interruption;
  const directory = mkdtempSync(join(tmpdir(), 'integratord-bench-'));
  let other;
  try {
    if (size !== 'smoke') await warnIfBusy();
    other = compare && (await otherVersion(compare, join(directory, 'other')));
    const rows = [];
    let failures = 0;
    for (const name of names) {
      const measure = async (root, title, folder) => {
        const task = { name, root, size, directory: join(directory, `${name}-${folder}`) };
        const result = await measured(task, title, signal);
        if (result === undefined) failures += 1;
        return result ?? [];
      };
      const these = await measure(ROOT, name, 'this');
      const those = other ? await measure(other.root, `${name} of ${compare}`, 'that') : [];
      rows.push(...paired(these, those));
    }
    process.stdout.write(report(rows, compare));
    if (json !== undefined) {
      const result = { machine: machine(ROOT), size, compare, rows };
      writeFileSync(json, `${JSON.stringify(result, undefined, 2)}\n`);
    }
    return failures > 0 ? 1 : 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    process.stderr.write('interrupted\n');
    return 130;
  } finally {
    if (other) other.remove();
    removed(directory);
  }
}

async function warnIfBusy() {
  const share = await busyShare();
  if (share <= BUSY) return;
  const percent = Math.round(100 * share);
  process.stderr.write(`The processors are ${percent} % busy already: the figures will suffer.\n`);
}

/** Each figure, with what the other version reached. */
function paired(rows, others) {
  return rows.map((row) => ({ ...row, other: others.find(({ figure }) => figure === row.figure) }));
}

// The speed of intake by the length of lines, and by the number and lists of integrations.
import { join } from 'node:path';
import { alertLines, alertText } from '../lib/alerts.mjs';
import { alertFile } from '../lib/home.mjs';
import {
  MOST_GROUPS,
  manyGroups,
  manyIntegrations,
  manyRules,
  TYPICAL,
  takingAll,
} from '../lib/integrations.mjs';
import { reading } from '../lib/reading.mjs';
import { perUnit, series } from '../lib/rows.mjs';
import { compare } from '../lib/stats.mjs';

const SIZES = {
  full: { megabytes: 64, storedMegabytes: 32, count: 100_000, rounds: 4 },
  quick: { megabytes: 32, storedMegabytes: 8, count: 50_000, rounds: 2 },
  smoke: { megabytes: 1, storedMegabytes: 0.5, count: 500, rounds: 1 },
};

const LENGTHS = [
  { input: 520, label: '0.5 KB' },
  { input: 2048, label: '2 KB' },
  { input: 8192, label: '8 KB' },
  { input: 32_768, label: '32 KB' },
  { input: 131_072, label: '128 KB' },
];
const INTEGRATIONS = [4, 50, 500, 1000];
const GROUPS = [1, 10, 100, 1000, MOST_GROUPS];
const RULES = [1, 10, 100, 1000, 10_000];
/** Different lines in a file; it repeats them. */
const DIFFERENT = 512;

export async function intakeGrowth({ project, directory, size }) {
  const { megabytes, storedMegabytes, count, rounds } = SIZES[size];
  /** A series of what is read by several configurations, or of several files. */
  const measured = async (figure, points) => {
    const contenders = points.map(({ label, ...options }) => [
      label,
      reading(project, join(directory, figure, label), options),
    ]);
    const rates = await compare(Object.fromEntries(contenders), { rounds });
    const values = points.map(({ input, label }) => ({ input, label, value: rates[label].rate }));
    return series(figure, 'alerts/s', values, perUnit);
  };

  const byLength = (figure, millions, integrations, share) =>
    measured(
      figure,
      LENGTHS.map(({ input, label }) => {
        const lines = Math.ceil((millions * 2 ** 20) / input);
        const file = join(directory, `${figure}, ${label}.json`);
        return { input, label, integrations, share, ...fileOf(file, lines, input) };
      }),
    );
  const ordinary = alertFile(join(directory, 'ordinary.json'), alertText({ count }), 1);
  const byConfiguration = (figure, inputs, integrationsOf) =>
    measured(
      figure,
      inputs.map((input) => ({
        input,
        label: input.toLocaleString('en'),
        integrations: integrationsOf(input),
        file: ordinary,
        lines: count,
      })),
    );
  return [
    await byLength('intake by line length, nothing matches', megabytes, TYPICAL, 0),
    await byLength('intake by line length, all match', storedMegabytes, takingAll('shuffle'), 1),
    await byConfiguration('intake by number of integrations', INTEGRATIONS, manyIntegrations),
    await byConfiguration('intake by names in <group>', GROUPS, manyGroups),
    await byConfiguration('intake by numbers in <rule_id>', RULES, manyRules),
  ];
}

/** Writes a file of at least so many lines, all of the same length. */
function fileOf(path, lines, bytes) {
  const different = alertLines({ count: Math.min(lines, DIFFERENT), bytes });
  const times = Math.ceil(lines / different.length);
  const file = alertFile(path, `${different.join('\n')}\n`, times);
  return { file, lines: times * different.length };
}

// Mutation testing: changes one thing at a time in a room, and says which changes no test notices.
//
//     npm run mutate -- PATH [--seed N] [--count 100] [--minutes 20]
import './node-version.cjs';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { coverageOf, isCovered } from './mutate/coverage.mjs';
import { mutantsOf } from './mutate/mutators.mjs';
import { withSourceFiles } from './mutate/parse.mjs';
import { describeMutant, summary } from './mutate/report.mjs';
import { sample } from './mutate/sample.mjs';
import { endAll, runTests } from './mutate/vitest.mjs';

const root = resolve(fileURLToPath(new URL('..', import.meta.url)));
const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '100' },
    minutes: { type: 'string', default: '20' },
  },
});
if (positionals.length !== 1) {
  process.stderr.write('usage: npm run mutate -- PATH [--seed N] [--count 100] [--minutes 20]\n');
  process.exit(2);
}
const log = (line) => process.stdout.write(`${line}\n`);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    endAll();
    process.exit(1);
  });
}

const room = resolve(positionals[0]);
const under = (folder) =>
  readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name))
    .sort();
const mutants = [];
withSourceFiles(
  join(root, 'tsconfig.json'),
  under(room).filter((path) => !path.endsWith('.test.ts')),
  (path, sourceFile) => {
    for (const mutant of mutantsOf(sourceFile)) mutants.push({ ...mutant, path });
  },
);
// Tests of the built program do not see what is changed in its source.
const tests = under(join(root, 'src')).filter((path) => path.endsWith('.test.ts'));
const cache = join(root, 'node_modules', '.cache', 'mutate');
const coverage = await coverageOf(root, room, tests, cache, log);

const chosen = sample(mutants, Number(values.count), Number(values.seed));
log(`${relative(root, room)}: ${chosen.length} of ${mutants.length} mutants, seed ${values.seed}`);
const end = performance.now() + Number(values.minutes) * 60_000;
const results = [];
for (const mutant of chosen) {
  if (performance.now() > end) break;
  const covering = [...coverage]
    .filter(([, { statements }]) => isCovered(statements[mutant.path], mutant))
    .sort(([, a], [, b]) => a.ms - b.ms);
  const expected = covering.reduce((sum, [, { ms }]) => sum + ms, 0);
  const { result } =
    covering.length === 0
      ? { result: 'passed' }
      : await runTests(
          covering.map(([path]) => relative(root, path)),
          { mutant, limitMs: 10_000 + 3 * expected },
        );
  results.push({ mutant, result, isCovered: covering.length > 0 });
  if (results.length % 25 === 0) log(`tried ${results.length} of ${chosen.length}`);
  if (result !== 'failed') {
    const text = readFileSync(mutant.path, 'utf8');
    log(`${result === 'passed' ? 'survived' : result}: ${describeMutant(root, text, mutant)}`);
  }
}
log(summary(results, chosen.length));

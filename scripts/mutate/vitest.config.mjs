// The configuration of the tests, with a mutant put in place while its file is loaded: no file on
// the disk is ever changed.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer } from 'vitest/node';
import base from '../../vitest.config.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { mutant, order } = JSON.parse(readFileSync(process.env.MUTATE_PLAN, 'utf8'));

/** Runs the files in the order of the plan: the quick ones first. */
class PlannedOrder extends BaseSequencer {
  async sort(files) {
    const place = ({ moduleId }) => order.findIndex((name) => moduleId.endsWith(name));
    return [...files].sort((a, b) => place(a) - place(b));
  }
}

const mutation = {
  name: 'mutation',
  enforce: 'pre',
  transform(code, id) {
    if (id !== mutant?.path) return undefined;
    return code.slice(0, mutant.start) + mutant.replacement + code.slice(mutant.end);
  },
};

export default defineConfig({
  root,
  plugins: [mutation],
  test: {
    ...base.test,
    maxWorkers: 1,
    fileParallelism: false,
    sequence: { sequencer: PlannedOrder },
  },
});

// Starts a program again and again, one after another.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const SPAWNER = fileURLToPath(new URL('spawn-process.mjs', import.meta.url));

/**
 * A contender for `compare` in a small process of its own: what a start costs grows with the memory
 * of whoever starts. `stop` ends it.
 */
export function startSpawner(program, count) {
  const child = fork(SPAWNER);
  return {
    async run() {
      child.send({ program, count });
      const [ms] = await once(child, 'message');
      return { units: count, ms };
    },
    stop: () => child.kill('SIGKILL'),
  };
}

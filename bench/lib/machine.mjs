// What the figures were measured on.
import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** For the JSON of a result. */
export function machine(root) {
  return {
    node: process.version,
    processors: cpus().length,
    model: cpus()[0]?.model,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    commit: commit(root),
  };
}

/** The commit of a checkout, `-dirty` when it has changes; undefined where there is no git. */
function commit(root) {
  try {
    const args = ['describe', '--always', '--dirty', '--abbrev=12'];
    const options = { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] };
    return execFileSync('git', args, options).toString().trim();
  } catch {
    return undefined;
  }
}

/** What share of all processors is at work, 0 to 1, over half a second. */
export async function busyShare() {
  const before = times();
  await sleep(500);
  const after = times();
  const total = after.total - before.total;
  return total === 0 ? 0 : 1 - (after.idle - before.idle) / total;
}

function times() {
  const all = cpus().map((cpu) => cpu.times);
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  return {
    idle: sum(all.map(({ idle }) => idle)),
    total: sum(all.flatMap((one) => Object.values(one))),
  };
}

// Runs measurements, each in a process of its own, which nothing before it has warmed up or filled.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { removed } from './lib/removed.mjs';

/** How long a measurement that is told to end may take to do so. */
const GRACE_MS = 3000;

/**
 * Runs `child.mjs`, and says on standard error how long that took.
 * @param task what `child.mjs` takes: name, root, directory, size.
 * @returns its rows; undefined when it failed, which is reported.
 * @throws when the signal aborts.
 */
export async function measured(task, title, signal) {
  signal.throwIfAborted();
  process.stderr.write(`measuring ${title} ... `);
  const from = performance.now();
  const child = fork(fileURLToPath(new URL('child.mjs', import.meta.url)));
  const end = () => {
    if (child.connected) child.disconnect();
    setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref();
  };
  signal.addEventListener('abort', end, { once: true });
  let answer;
  child.on('message', (message) => {
    answer = message;
  });
  const exited = once(child, 'exit');
  child.send(task);
  await exited;
  signal.removeEventListener('abort', end);
  removed(task.directory);
  signal.throwIfAborted();
  const seconds = ((performance.now() - from) / 1000).toFixed(1);
  if (answer?.rows !== undefined) {
    process.stderr.write(`${seconds} s\n`);
    return answer.rows;
  }
  process.stderr.write(`failed after ${seconds} s\n${answer?.error ?? 'without a word'}\n`);
  return undefined;
}

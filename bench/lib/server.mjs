// A local server in a process of its own, so that it uses another core.
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('server-process.mjs', import.meta.url));

/** Starts a server that takes every message at once. It ends with this process at the latest. */
export async function startServer() {
  const child = fork(program);
  const waiting = new Map();
  const told = (kind) =>
    new Promise((resolve) => {
      waiting.set(kind, resolve);
    });
  child.on('message', ({ kind, value }) => {
    waiting.get(kind)?.(value);
  });
  const ask = (kind, value) => {
    const answer = told(kind);
    child.send({ kind, value });
    return answer;
  };
  const port = await told('port');
  return {
    origin: `http://127.0.0.1:${port}`,
    /** How many messages it took so far. */
    count: () => ask('count'),
    /**
     * What the messages covered, of those in the shape of Shuffle: alerts that came alone, alerts that
     * came together, in so many messages, and notices of our own.
     */
    covered: () => ask('covered'),
    /** Resolves when it has taken so many. */
    reached: (count) => ask('reached', count),
    /**
     * Watches for the next message. Resolves, once it does, with a promise of the moment when that
     * began to arrive, in nanoseconds of `process.hrtime`.
     */
    async watch() {
      const arrival = told('arrival');
      await ask('watch');
      return { arrival: arrival.then(BigInt) };
    },
    stop: () => child.kill('SIGKILL'),
  };
}

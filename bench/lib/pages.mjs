// Open pages of a console, in a process of their own, as browsers keep them: streams of events, which are
// read, and what a page asks for every ten seconds.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('pages-process.mjs', import.meta.url));

const NOBODY = { pages: 0, simulates: false };

/** Someone who opens and closes pages on a console's socket. They end with this process at the latest. */
export function startPages(socket) {
  const child = fork(program, [socket]);
  const gone = once(child, 'exit').then(() => {
    throw new Error('the process of the pages ended: what it printed says why');
  });
  gone.catch(() => undefined);
  const ask = async (wanted) => {
    child.send(wanted);
    const [answer] = await Promise.race([once(child, 'message'), gone]);
    return answer;
  };
  return {
    /**
     * Opens so many, and simulates meanwhile where that is wanted; resolves when each page has been told
     * something.
     */
    open: (wanted) => ask(wanted),
    /** Closes all. Resolves with how many events they were told. */
    close: () => ask(NOBODY),
    stop: () => child.kill('SIGKILL'),
  };
}

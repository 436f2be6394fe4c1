import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/**
 * Starts a program of ours that works for the console, in a process of its own. It gets nothing of the
 * environment, which may hold secrets, and keeps nobody from ending.
 * @param heap how large its heap may become, in MiB.
 */
export function startHelper(program: URL, args: readonly string[], heap = 128): ChildProcess {
  const helper = fork(fileURLToPath(program), [...args], {
    env: {},
    execArgv: [`--max-old-space-size=${heap}`],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  helper.unref();
  helper.channel?.unref();
  return helper;
}

/**
 * Starts a helper that is told something once, and answers once; undefined where it ends without an answer.
 * @param limit ends it by force where it takes too long: called with what does that, returns what calls it off.
 */
export function askOnce<Answer>(
  program: URL,
  args: readonly string[],
  order: object,
  limit: (end: () => void) => () => void = () => () => {},
): Promise<Answer | undefined> {
  return new Promise((resolve) => {
    const helper = startHelper(program, args);
    const callOff = limit(() => helper.kill('SIGKILL'));
    const end = (answer?: Answer) => {
      callOff();
      resolve(answer);
    };
    helper.on('message', (answer: Answer) => end(answer));
    helper.on('error', () => end());
    // It may have exited before its answer is read: the channel closes after that.
    helper.on('disconnect', () => end());
    helper.send(order);
  });
}

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

import { type ChildProcess, spawn } from 'node:child_process';
import { type Clock, systemClock } from '../core/clock.ts';
import type { Ending } from './ending.ts';

/** After this time the child is believed to be on its way. */
const PATIENCE_MS = 60_000;

/** How the start of the child went. */
export interface Begun {
  readonly ending: Ending;
  /** What to tell when it is `broken`. */
  readonly problem: string;
}

/**
 * Starts this program again, in the background: without a terminal, in a session of its own, and
 * outliving this process. Resolves when it says that it has begun or that it will not, or when it
 * ends without a word. `wazuh-control` waits for that long.
 * @param args what to start: a path and options
 */
export function startInBackground(
  args: readonly string[],
  clock: Clock = systemClock,
): Promise<Begun> {
  return new Promise((resolve) => {
    // It is not for the process that waits: to whoever started it, its end is the end of the child.
    process.on('SIGHUP', () => {});
    const child: ChildProcess = spawn(process.execPath, [...process.execArgv, ...args], {
      detached: true,
      // An inherited pipe would keep whoever reads it waiting for as long as the daemon runs.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const finish = (ending: Ending, problem = '') => {
      cancel();
      if (child.connected) child.disconnect();
      child.unref();
      resolve({ ending, problem });
    };
    const cancel = clock.after(PATIENCE_MS, () => finish('done'));
    child.once('message', (ending) => finish(ending as Ending));
    child.once('error', (error) => finish('broken', `it could not be started: ${error.message}`));
    child.once('exit', (code, signal) => {
      finish('broken', `it exited on startup (${signal ?? `exit code ${code}`})`);
    });
  });
}

/** Tells the process that waits in {@link startInBackground} how the start went. */
export function tellParent(ending: Ending): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined || !process.connected) {
      resolve();
      return;
    }
    process.send(ending, undefined, undefined, () => {
      if (process.connected) process.disconnect();
      resolve();
    });
  });
}

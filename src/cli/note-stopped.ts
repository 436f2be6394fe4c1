import { daemonOf } from '../outbox/daemon-lock.ts';
import { complain } from '../telemetry/standard-error.ts';

/** Tells someone at a terminal that what follows is not of a daemon that runs. @param state its directory. */
export function noteStopped(state: string): void {
  if (!process.stderr.isTTY || daemonOf(state) !== undefined) return;
  complain('integratord: the daemon is not running: this is what its outbox holds\n');
}

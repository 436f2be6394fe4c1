import { type Clock, sleep } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Daemon } from './daemon.ts';
import type { Signals } from './signals.ts';

/** From the signal on, attempts may go on for so long. A request that takes 9 seconds ends in time. */
const ATTEMPTS_MS = 9200;
/** Then all the rest must be over, which leaves a moment to write the log. */
const CLOSED_MS = 9800;

/** Stops a daemon within the time that the process has left. What hangs then is left as it is. */
export async function stopInTime(
  daemon: Daemon,
  signals: Signals,
  { clock, log }: { clock: Clock; log: Log },
): Promise<void> {
  const stopping = daemon.stop(signals.left(ATTEMPTS_MS)).then(() => true);
  const timeIsUp = sleep(clock, signals.left(CLOSED_MS)).then(() => false);
  const isClosed = await Promise.race([stopping, timeIsUp]);
  if (!isClosed) log.warn('not everything could be closed in time; exiting');
}

import { type Clock, sleep } from '../core/clock.ts';

/** What other threads do for us. A process that exits waits until they are done with it. */
const IN_THREADS = new Set([
  'FSReqCallback',
  'FSReqPromise',
  'FileHandleCloseReq',
  'GetAddrInfoReqWrap',
  'GetNameInfoReqWrap',
]);
/** How long work of another thread may take that is about to be done. */
const PATIENCE_MS = 200;
const LOOK_MS = 10;

/**
 * Ends the process with this exit code: at once, or, where another thread works, after a moment. One
 * that hangs (a name that is looked up, a disk that does not answer) would keep the process: then the
 * signal ends it, as if nobody had taken it.
 */
export async function leave(
  code: number,
  clock: Clock,
  signal: NodeJS.Signals = 'SIGTERM',
): Promise<never> {
  for (let waited = 0; isHeldUp() && waited < PATIENCE_MS; waited += LOOK_MS) {
    await sleep(clock, LOOK_MS);
  }
  return leaveNow(code, signal);
}

/** As {@link leave}, without waiting a moment. */
export function leaveNow(code: number, signal: NodeJS.Signals = 'SIGTERM'): never {
  if (isHeldUp()) {
    process.emit('exit', code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
  process.exit(code);
}

function isHeldUp(): boolean {
  return process.getActiveResourcesInfo().some((name) => IN_THREADS.has(name));
}

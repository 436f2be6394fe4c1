import { constants } from 'node:os';
import { leaveNow } from '../app/leave.ts';
import type { Signals } from '../app/signals.ts';
import type { ManagerLog } from '../telemetry/manager-log.ts';

/** The signals that end the original, in the words of the C library. */
const ENDING = { SIGTERM: 'Terminated', SIGINT: 'Interrupt', SIGQUIT: 'Quit' } as const;
/** With which the original ends after a signal. */
export const EXIT_CODE = 1;

/**
 * Takes the signals as the original does: the first that asks to end is logged, and a second one ends
 * the process at once.
 */
export function followSignals(signals: Signals, log: ManagerLog): void {
  void signals.stopped.then(({ signal }) => {
    const number = constants.signals[signal];
    const text = `(1225): SIGNAL [(${number})-(${ENDING[signal]})] Received. Exit Cleaning...`;
    log.write({ level: 'INFO', text });
  });
  signals.onSecond = (signal) => leaveNow(EXIT_CODE, signal);
}

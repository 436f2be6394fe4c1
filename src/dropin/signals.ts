import { constants } from 'node:os';
import type { ManagerLog } from '../telemetry/manager-log.ts';

/** The signals that end the original, in the words of the C library. */
const ENDING = { SIGTERM: 'Terminated', SIGINT: 'Interrupt', SIGQUIT: 'Quit' } as const;

export interface Signals {
  /** Aborted by the first signal that asks to end. */
  readonly stop: AbortSignal;
  /** Resolves then. */
  readonly stopped: Promise<void>;
  /** Sets what SIGHUP does from now on; before, it does nothing. */
  readonly onHangup: (callback: () => void) => void;
}

/**
 * Takes the signals. The first that asks to end is logged as the original does it; a second one ends
 * the process at once.
 */
export function listenForSignals(log: ManagerLog): Signals {
  const controller = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    controller.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  for (const [signal, words] of Object.entries(ENDING) as [keyof typeof ENDING, string][]) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(1);
      const number = constants.signals[signal];
      const text = `(1225): SIGNAL [(${number})-(${words})] Received. Exit Cleaning...`;
      log.write({ level: 'INFO', text });
      controller.abort();
    });
  }
  let hangup = () => {};
  process.on('SIGHUP', () => hangup());
  return {
    stop: controller.signal,
    stopped,
    onHangup: (callback) => {
      hangup = callback;
    },
  };
}

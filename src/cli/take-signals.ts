import { Signals, type StopSignal } from '../app/signals.ts';

/** The signals of this process, for the commands that take them. */
export const signals = new Signals();

const STOP_SIGNALS: readonly StopSignal[] = ['SIGTERM', 'SIGINT'];

/**
 * Takes the signals as early as possible where the command line may be that of a daemon. Whoever
 * reads it with more care releases them when it is not.
 * @param argv Node's
 */
export function takeSignals(argv: readonly string[]): void {
  if (isDropIn(argv)) takeDropInSignals();
  else if (argv.includes('run', 2)) signals.take(STOP_SIGNALS);
}

/** Takes the signals of the manager's Integrator. */
export function takeDropInSignals(): void {
  signals.take([...STOP_SIGNALS, 'SIGQUIT']);
}

function isDropIn(argv: readonly string[]): boolean {
  return argv[2] === 'wazuh' || /(?:^|\/)(?:wazuh|ossec)-integratord$/.test(argv[1] ?? '');
}

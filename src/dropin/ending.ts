import { LAUNCHED_REFUSAL } from './enter.ts';

/**
 * How a call ended. `refused`: the original would refuse, too, such as a wrong configuration.
 * `broken`: the fault is ours, and none of the manager's business.
 */
export type Ending = 'done' | 'refused' | 'broken';

const LAUNCHED_FAILURE = 70;

/**
 * The exit code. `wazuh-control` starts nothing at all when a daemon ends with another code than 0,
 * so our own failure is not a reason for one. The launcher hears of it, and starts the original.
 */
export function exitCode(ending: Ending, isLaunched: boolean): number {
  switch (ending) {
    case 'done':
      return 0;
    case 'refused':
      return isLaunched ? LAUNCHED_REFUSAL : 1;
    case 'broken':
      return isLaunched ? LAUNCHED_FAILURE : 0;
  }
}

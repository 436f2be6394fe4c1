import { constants, setPriority } from 'node:os';
import type { TrialMessage, TrialOrder } from '../../../console/steering/orders.ts';
import { systemClock } from '../../../core/clock.ts';
import { runTrial } from './trial-jobs.ts';

/**
 * What tries settings for the console: started with the home of the manager, its configuration, the alert
 * file and the settings file, if there is one. It does one thing, with the least priority that there is,
 * and ends; or when the daemon does.
 */
const [home = '', config = '', alerts = '', settings] = process.argv.slice(2);
try {
  setPriority(constants.priority.PRIORITY_LOW);
} catch {
  // Where that is forbidden, it is as quick as the others.
}
process.on('disconnect', () => process.exit());
process.once('message', (order: TrialOrder) => {
  const say = (message: TrialMessage, then = () => {}) => process.send?.(message, then);
  const onProgress = (progress: object) => say({ kind: 'progress', ...progress } as TrialMessage);
  const paths = { home, config, alerts, settings };
  void runTrial(order, { paths, clock: systemClock, onProgress })
    .then((value): TrialMessage => ({ kind: 'done', value }))
    .catch((error: Error): TrialMessage => ({ kind: 'failed', message: error.message }))
    .then((message) => say(message, () => process.disconnect()));
});

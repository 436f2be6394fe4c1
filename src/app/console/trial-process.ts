import { yieldToLanes } from '../../console/reader/yield.ts';
import type { SilenceTrial } from '../../console/silence-data.ts';
import { systemClock } from '../../core/clock.ts';
import type { Paths } from '../../core/paths.ts';
import type { NewSilence } from '../../core/silence.ts';
import { readSetup } from '../setup.ts';
import { trySilence } from './trial.ts';

/** A silence that is to be tried, and where the configuration and the alerts are. */
export interface TrialOrder {
  readonly silence: NewSilence;
  readonly paths: Paths;
}

/** What tries silences for the console: it reads the last day, answers once, and ends. */
yieldToLanes();
process.on('disconnect', () => process.exit());
process.once('message', ({ silence, paths }: TrialOrder) => {
  void answer(silence, paths).then((trial) => {
    process.send?.(trial, () => process.disconnect());
  });
});

async function answer(silence: NewSilence, paths: Paths): Promise<SilenceTrial | string> {
  try {
    return await trySilence(silence, readSetup(paths, {}), paths, systemClock);
  } catch (error) {
    return (error as Error).message;
  }
}

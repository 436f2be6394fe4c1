import { startHelper } from '../../console/reader/helper.ts';
import type { SilenceTrial } from '../../console/silence-data.ts';
import type { Clock } from '../../core/clock.ts';
import type { Paths } from '../../core/paths.ts';
import type { NewSilence } from '../../core/silence.ts';

const PROGRAM = new URL('./trial-process.js', import.meta.url);
/** It ends by itself before this. */
const LONGEST_MS = 20_000;

/** Tries a silence on the alerts of the last day; a text says why that could not be. */
export type TrySilence = (silence: NewSilence) => Promise<SilenceTrial | string>;

/** Tries silences in a process of its own, one at a time: the last day may be millions of alerts. */
export function silenceTrials(paths: Paths, clock: Clock): TrySilence {
  let isBusy = false;
  return async (silence) => {
    if (isBusy) return 'another one is being tried: do it again in a moment';
    isBusy = true;
    try {
      return await inProcess(silence, paths, clock);
    } finally {
      isBusy = false;
    }
  };
}

function inProcess(silence: NewSilence, paths: Paths, clock: Clock) {
  return new Promise<SilenceTrial | string>((resolve) => {
    const helper = startHelper(PROGRAM, []);
    const cancel = clock.after(LONGEST_MS, () => helper.kill('SIGKILL'));
    const end = (result: SilenceTrial | string) => {
      cancel();
      resolve(result);
    };
    helper.on('message', (result: SilenceTrial | string) => end(result));
    const failed = () => end('the process that tries it ended: `integratord silence test` can');
    helper.on('error', failed);
    helper.on('exit', failed);
    helper.send({ silence, paths });
  });
}

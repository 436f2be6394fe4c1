import { askOnce } from '../../console/reader/helper.ts';
import type { SilenceTrial } from '../../console/silence-data.ts';
import type { Clock } from '../../core/clock.ts';
import type { Paths } from '../../core/paths.ts';
import type { NewSilence } from '../../core/silence.ts';
import type { TrialOrder } from './trial-process.ts';

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

async function inProcess(silence: NewSilence, paths: Paths, clock: Clock) {
  const order: TrialOrder = { silence, paths };
  const limit = (end: () => void) => clock.after(LONGEST_MS, end);
  const trial = await askOnce<SilenceTrial | string>(PROGRAM, [], order, limit);
  return trial ?? 'the process that tries it ended: `integratord silence test` can';
}

import { type Clock, sleep } from '../core/clock.ts';

export interface Persistence<T extends object> {
  /** Gives what is wanted, or says why not. */
  readonly attempt: () => Promise<T | string>;
  readonly clock: Clock;
  /** Ends the trying. */
  readonly stop: AbortSignal;
  /** Names a function that is called when trying at once makes sense. */
  readonly wake: (callback: () => void) => void;
  /** Gets a problem when it is new, and then every ten minutes. */
  readonly complain: (problem: string) => void;
}

const PAUSE_MS = 30_000;
const REPEAT_AFTER = 20;

/** Tries until it succeeds. Undefined when it was stopped before. */
export async function persist<T extends object>(options: Persistence<T>): Promise<T | undefined> {
  const { attempt, clock, stop, wake, complain } = options;
  let last: string | undefined;
  let silent = 0;
  while (!stop.aborted) {
    const result = await attempt();
    if (typeof result !== 'string') return result;
    silent = result === last ? silent + 1 : 0;
    if (silent % REPEAT_AFTER === 0) complain(`${result}; trying again every ${PAUSE_MS / 1000} s`);
    last = result;
    const pause = new AbortController();
    wake(() => pause.abort());
    await sleep(clock, PAUSE_MS, AbortSignal.any([stop, pause.signal]));
  }
  return undefined;
}

import { systemClock } from '../core/clock.ts';
import { OutboxTroubles } from '../core/outbox-troubles.ts';
import type { DaemonOptions } from './daemon-options.ts';
import { openOrGoBack } from './go-back.ts';
import { tuneHeap } from './heap.ts';
import { warnOfLittleMemory } from './memory-limit.ts';
import type { OpenOutbox, OpenParts } from './open-outbox.ts';
import { reportAll } from './reloading.ts';
import { readSetup, type Setup } from './setup.ts';
import { type StartFailure, whyNotStart } from './start-failure.ts';

/** What a daemon begins with. */
export interface Prepared {
  readonly setup: Setup;
  readonly state: OpenOutbox;
  readonly troubles: OutboxTroubles;
  /** For what else waits until the outbox can be used. */
  readonly waiting: OpenParts;
}

/**
 * Reads the configuration and opens the outbox. Waits while that cannot be used for a reason that may
 * pass.
 * @throws OutboxError when it cannot be used for another reason.
 */
export async function prepare(options: DaemonOptions): Promise<Prepared | StartFailure> {
  tuneHeap();
  const { paths, log, stop } = options;
  warnOfLittleMemory(log);
  const troubles = new OutboxTroubles(systemClock, log);
  const waiting: OpenParts = { clock: systemClock, troubles, log, stop };
  let setup = readAgain(options);
  const failure = whyNotStart(setup);
  if (failure !== undefined) {
    reportAll(setup, log);
    return failure;
  }
  const state = await openOrGoBack(paths, setup, waiting);
  if (state === undefined) return { kind: 'stopped' };
  if (troubles.has()) {
    // It has waited, maybe for hours.
    const newer = readAgain(options);
    if (whyNotStart(newer) === undefined) setup = newer;
  }
  return { setup, state, troubles, waiting };
}

/** Reads the configuration as it is now. */
export function readAgain({ paths, env, debug, scrubber }: DaemonOptions): Setup {
  const setup = readSetup(paths, env, { debug });
  scrubber.learn(setup.secrets);
  return setup;
}

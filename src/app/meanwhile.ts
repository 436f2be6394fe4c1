import { systemClock } from '../core/clock.ts';
import { OutboxError } from '../core/outbox-error.ts';
import type { Paths } from '../core/paths.ts';
import type { Checkpoint } from '../core/source.ts';
import { withCheckpoint } from '../outbox/stored-checkpoint.ts';
import { FILE_SOURCE } from '../sources/file/file-source.ts';
import { endOfAlerts, nothingAgain, readAgain } from './read-again.ts';
import { readSetup } from './setup.ts';

/** What was written since the daemon last read, while something else may have delivered it. */
export interface Meanwhile {
  /** Alerts that at least one integration would get. */
  readonly alerts: number;
  /** How many each integration would get, by its id. */
  readonly integrations: Readonly<Record<string, number>>;
  /** When the first and the last of them were written, in milliseconds since 1970, where that is known. */
  readonly first?: number | undefined;
  readonly last?: number | undefined;
  /** How many were written before something else could deliver them. */
  readonly before?: number | undefined;
}

/**
 * Counts the alerts after the stored checkpoint that would be delivered at the next start.
 * @param since when something else could begin to deliver them, in milliseconds since 1970
 * @param skip moves the checkpoint behind them, so that none of them is
 * @throws OutboxError when the outbox cannot be used. While a daemon runs, nothing is counted.
 */
export async function readMeanwhile(
  paths: Paths,
  env: NodeJS.ProcessEnv,
  since: number,
  skip: boolean,
): Promise<Meanwhile> {
  let counted = nothingAgain();
  const work = async (stored: Checkpoint | undefined): Promise<Checkpoint | undefined> => {
    if (stored === undefined) return undefined;
    const setup = readSetup(paths, env);
    const end = await endOfAlerts(paths, setup);
    if (end === undefined) return undefined;
    counted = await readAgain(stored, end, paths, setup, since);
    return skip ? end : undefined;
  };
  try {
    await withCheckpoint(paths.state, FILE_SOURCE, work, new Date(systemClock.now()));
  } catch (error) {
    if (!(error instanceof OutboxError && error.trouble === 'in use')) throw error;
  }
  const { alerts, integrations, first, last, before } = counted;
  return { alerts, integrations, first, last, before };
}

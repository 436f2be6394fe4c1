import { join } from 'node:path';
import { type Clock, systemClock } from '../core/clock.ts';
import type { Operator } from '../core/operator.ts';
import { OutboxError } from '../core/outbox-error.ts';
import type { Paths } from '../core/paths.ts';
import type { Loss } from '../core/source.ts';
import type { RestoreRecord } from '../outbox/audit.ts';
import { lockStateDirectory } from '../outbox/daemon-lock.ts';
import { type KeptCopy, keptCopy } from '../outbox/kept-copy.ts';
import { PRESENT_FORMAT } from '../outbox/migrations.ts';
import { deliveredSince, formatOfOutbox, placesIn, restoreCopy } from '../outbox/restore.ts';
import { OUTBOX_FILE, ofNewer } from '../outbox/state-directory.ts';
import { FILE_SOURCE } from '../sources/file/file-source.ts';
import { type OpenOutbox, type OpenParts, openOutbox } from './open-outbox.ts';
import { endOfAlerts, nothingAgain, type ReadAgain, readAgain } from './read-again.ts';
import type { Setup } from './setup.ts';

/** What going back to the outbox from before the last upgrade means. */
export interface GoingBack {
  readonly copy: KeptCopy;
  /** The shape of the outbox that is in place. */
  readonly newerFormat: number;
  /** How many deliveries were delivered since; undefined where nobody can tell. */
  readonly repeats: number | undefined;
  /** What was written to the alert file since: it is read again. */
  readonly again: ReadAgain;
  /** What should be read again and is no longer there. */
  readonly losses: readonly Loss[];
}

/**
 * Finds out what going back to a copy means. Reads all that was written to the alert file since: it must be
 * there still. Changes nothing.
 * @throws OutboxError when the outbox or the copy cannot be read
 */
export async function planGoingBack(
  copy: KeptCopy,
  paths: Paths,
  setup: Setup,
): Promise<GoingBack> {
  const { sources, lanes } = placesIn(copy);
  const from = sources.find(({ source }) => source === FILE_SOURCE);
  const end = await endOfAlerts(paths, setup);
  const isReadable = from !== undefined && end !== undefined;
  const again = isReadable ? await readAgain(from, end, paths, setup) : nothingAgain();
  const losses = [...again.losses];
  for (const place of end === undefined ? [] : lanes) {
    losses.push(...(await readAgain(place, end as typeof place, paths, setup)).losses);
  }
  return {
    copy,
    newerFormat: formatOfOutbox(paths.state),
    repeats: deliveredSince(paths.state, copy.madeAt),
    again,
    losses,
  };
}

/**
 * Goes back. The daemon must not run.
 * @returns where the outbox that was in place is kept
 * @throws OutboxError
 */
export function goBack(
  { copy, newerFormat, repeats, again }: GoingBack,
  directory: string,
  who: Operator,
  clock: Clock,
): string {
  const at = clock.now();
  const lock = lockStateDirectory(directory, new Date(at));
  try {
    const record: RestoreRecord = {
      madeAt: Math.round(copy.madeAt),
      format: copy.format,
      newerFormat,
      repeats,
      alerts: again.alerts,
    };
    return restoreCopy(directory, copy, { ...who, at }, record);
  } finally {
    lock.release();
  }
}

/**
 * Opens the outbox of a daemon. Where a newer version has upgraded it, and has kept a copy from before,
 * goes back to that: so the older version that someone installs again just runs.
 * @throws OutboxError also where something would be lost by it
 */
export async function openOrGoBack(
  paths: Paths,
  setup: Setup,
  parts: OpenParts,
): Promise<OpenOutbox | undefined> {
  try {
    return await openOutbox(paths.state, parts);
  } catch (error) {
    if (!(error instanceof OutboxError && error.trouble === 'newer')) throw error;
  }
  const going = await automatically(paths, setup);
  const newer = goBack(going, paths.state, { who: 'integratord, at its start' }, systemClock);
  parts.log.warn(
    'outbox from before the upgrade is restored; alerts since then may be sent again',
    {
      made_at: new Date(going.copy.madeAt).toISOString(),
      format: going.copy.format,
      newer_format: going.newerFormat,
      repeats: going.repeats ?? 'unknown',
      alerts: going.again.alerts,
      newer,
    },
  );
  return openOutbox(paths.state, parts);
}

async function automatically(paths: Paths, setup: Setup): Promise<GoingBack> {
  const { state } = paths;
  const refuse = (why: string) => ofNewer(join(state, OUTBOX_FILE), formatOfOutbox(state), why);
  const copy = keptCopy(state);
  if (copy === undefined || copy.format > PRESENT_FORMAT) {
    const what = copy === undefined ? 'There is no copy of it from before the upgrade' : NOT_OURS;
    throw refuse(`${what}: run that version again, or select another directory with --state.`);
  }
  const going = await planGoingBack(copy, paths, setup);
  const [loss] = going.losses;
  if (loss === undefined) return going;
  throw refuse(
    `The copy from before the upgrade is not restored, since something would be lost: ${loss.what}. ` +
      'Run that version again until nothing waits, or say `integratord restore-outbox --lossy`.',
  );
}

const NOT_OURS = 'Its copy from before the upgrade is from a newer version, too';

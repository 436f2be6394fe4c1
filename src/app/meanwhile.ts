import { recordAt } from '../alert/record-framing.ts';
import { systemClock } from '../core/clock.ts';
import { DAY_MS } from '../core/durations.ts';
import { silentLog } from '../core/log.ts';
import { OutboxError } from '../core/outbox-error.ts';
import type { Paths } from '../core/paths.ts';
import type { Batch, Checkpoint } from '../core/source.ts';
import { withCheckpoint } from '../outbox/stored-checkpoint.ts';
import { Router } from '../routing/router.ts';
import { FILE_SOURCE, FileSource } from '../sources/file/file-source.ts';
import { readSetup, routedIntegrations, type Setup } from './setup.ts';

/** What was written since the daemon last read, while something else may have delivered it. */
export interface Meanwhile {
  /** Alerts that at least one integration would get. */
  readonly alerts: number;
  /** How many each integration would get, by its id. */
  readonly integrations: Readonly<Record<string, number>>;
}

/**
 * Counts the alerts after the stored checkpoint that would be delivered at the next start.
 * @param skip moves the checkpoint behind them, so that none of them is
 * @throws OutboxError when the outbox cannot be used. While a daemon runs, nothing is counted.
 */
export async function readMeanwhile(
  paths: Paths,
  env: NodeJS.ProcessEnv,
  skip: boolean,
): Promise<Meanwhile> {
  const counted = { alerts: 0, integrations: {} as Record<string, number> };
  const work = async (stored: Checkpoint | undefined): Promise<Checkpoint | undefined> => {
    if (stored === undefined) return undefined;
    const setup = readSetup(paths, env);
    const end = await endOf(paths, setup);
    if (end === undefined) return undefined;
    await countUpTo(stored, end, paths, setup, counted);
    return skip ? end : undefined;
  };
  try {
    await withCheckpoint(paths.state, FILE_SOURCE, work, new Date(systemClock.now()));
  } catch (error) {
    if (!(error instanceof OutboxError && error.trouble === 'in use')) throw error;
  }
  return counted;
}

function sourceAt(paths: Paths, setup: Setup, checkpoint: Checkpoint | undefined): FileSource {
  const { lookBackDays, lookBackFiles, lookBackBytes } = setup.settings.reading;
  return new FileSource({
    path: paths.alerts,
    checkpoint,
    fromStart: false,
    clock: systemClock,
    log: silentLog,
    lookBack: {
      maxAgeMs: lookBackDays * DAY_MS,
      maxFiles: lookBackFiles,
      maxBytes: lookBackBytes,
    },
  });
}

/** Where a first start would begin now. */
async function endOf(paths: Paths, setup: Setup): Promise<Checkpoint | undefined> {
  const source = sourceAt(paths, setup, undefined);
  const end = await source.start();
  await source.close();
  return end;
}

async function countUpTo(
  from: Checkpoint,
  end: Checkpoint,
  paths: Paths,
  setup: Setup,
  counted: { alerts: number; integrations: Record<string, number> },
): Promise<void> {
  const source = sourceAt(paths, setup, from);
  const replay = source.resumeFrom(from, end);
  if ('gone' in replay) return;
  const routes = routedIntegrations(setup).map((entry, lane) => ({ ...entry, lane }));
  const router = new Router(routes);
  const { signal } = new AbortController();
  for (;;) {
    const batch = await replay.next(signal);
    if (batch === undefined || batch === 'end') break;
    for (const lanes of routesOf(batch, router)) {
      counted.alerts += 1;
      for (const lane of lanes) {
        const id = routes[lane]?.integration.id ?? '';
        counted.integrations[id] = (counted.integrations[id] ?? 0) + 1;
      }
    }
  }
  await replay.close();
  await source.close();
}

/** The lanes of each alert in a batch that has any. */
function* routesOf({ bytes }: Batch, router: Router): Generator<readonly number[]> {
  for (let start = 0; start < bytes.length; ) {
    const { end, next } = recordAt(bytes, start);
    const routing = router.route(bytes, start, end);
    if (routing.kind === 'read' && routing.lanes.length > 0) yield routing.lanes;
    start = next;
  }
}

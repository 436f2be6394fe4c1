import { recordAt } from '../alert/record-framing.ts';
import { recordTime } from '../alert/record-time.ts';
import { systemClock } from '../core/clock.ts';
import { DAY_MS } from '../core/durations.ts';
import { silentLog } from '../core/log.ts';
import type { Paths } from '../core/paths.ts';
import type { Batch, Checkpoint, Loss } from '../core/source.ts';
import { Router } from '../routing/router.ts';
import { FileSource } from '../sources/file/file-source.ts';
import { routedIntegrations, type Setup } from './setup.ts';

/** What of the alert file and its archives would be read and delivered from a place on. */
export interface ReadAgain {
  /** Alerts that at least one integration would get. */
  alerts: number;
  /** How many each integration would get, by its id. */
  readonly integrations: Record<string, number>;
  /** When the first and the last of these alerts were written, in milliseconds since 1970. */
  first: number | undefined;
  last: number | undefined;
  /** How many were written before the moment that was asked about. */
  before: number;
  /** What is no longer there. */
  losses: readonly Loss[];
}

export function nothingAgain(): ReadAgain {
  return { alerts: 0, integrations: {}, first: undefined, last: undefined, before: 0, losses: [] };
}

/** Where a first start would begin now; undefined where there is no alert file that can be read. */
export async function endOfAlerts(paths: Paths, setup: Setup): Promise<Checkpoint | undefined> {
  const source = sourceAt(paths, setup, undefined);
  const end = await source.start();
  await source.close();
  return end;
}

/**
 * Reads the alert file and its archives between two places, and counts what would be delivered of it.
 * @param moment those written before it are counted apart; milliseconds since 1970
 */
export async function readAgain(
  from: Checkpoint,
  end: Checkpoint,
  paths: Paths,
  setup: Setup,
  moment = 0,
): Promise<ReadAgain> {
  const counted = nothingAgain();
  const source = sourceAt(paths, setup, from);
  const replay = source.resumeFrom(from, end);
  if ('gone' in replay) return { ...counted, losses: [{ what: replay.gone, bytes: undefined }] };
  const routes = routedIntegrations(setup).map((entry, lane) => ({ ...entry, lane }));
  const router = new Router(routes);
  const { signal } = new AbortController();
  for (;;) {
    const batch = await replay.next(signal);
    if (batch === undefined || batch === 'end') break;
    for (const { lanes, writtenAt } of routesOf(batch, router)) {
      counted.alerts += 1;
      counted.first ??= writtenAt;
      counted.last = writtenAt ?? counted.last;
      if (writtenAt !== undefined && writtenAt < moment) counted.before += 1;
      for (const lane of lanes) {
        const id = routes[lane]?.integration.id ?? '';
        counted.integrations[id] = (counted.integrations[id] ?? 0) + 1;
      }
    }
  }
  counted.losses = replay.losses();
  await replay.close();
  await source.close();
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

interface Routed {
  readonly lanes: readonly number[];
  readonly writtenAt: number | undefined;
}

/** The alerts in a batch that somebody gets. */
function* routesOf({ bytes }: Batch, router: Router): Generator<Routed> {
  for (let start = 0; start < bytes.length; ) {
    const { end, next } = recordAt(bytes, start);
    const routing = router.route(bytes, start, end);
    if (routing.kind === 'read' && routing.lanes.length > 0) {
      yield { lanes: routing.lanes, writtenAt: recordTime(bytes, start, end) };
    }
    start = next;
  }
}

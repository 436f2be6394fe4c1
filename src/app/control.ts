import { type ControlRoutes, ControlServer, failure, success } from '../control/server.ts';
import type { Log } from '../core/log.ts';
import type { StatusReport } from '../core/status.ts';
import type { LiveFeed } from './live-feed.ts';
import type { Reloading } from './reloading.ts';

/** What the control interface can ask and do. */
export interface ControlParts {
  readonly status: () => StatusReport;
  /** All numbers, as Prometheus reads them. */
  readonly metrics: () => Promise<string>;
  readonly reloading: Pick<Reloading, 'reload'>;
  /** What happens. */
  readonly live: Pick<LiveFeed, 'watch'>;
  readonly log: Log;
}

/** Opens the control interface; undefined when that is not possible. */
export function startControl(
  path: string,
  parts: ControlParts,
): Promise<ControlServer | undefined> {
  const { reloading, log } = parts;
  const acting: ControlRoutes = { 'POST /reload': () => success(reloading.reload()) };
  return ControlServer.start(path, { ...readingRoutes(parts), ...acting }, log);
}

/** What changes nothing. */
export function readingRoutes({
  status,
  metrics,
  live,
}: Pick<ControlParts, 'status' | 'metrics' | 'live'>): ControlRoutes {
  return {
    'GET /status': () => success(status()),
    'GET /metrics': async () => ({
      status: 200,
      type: 'text/plain; version=0.0.4',
      body: await metrics(),
    }),
    'GET /events': () => ({ status: 200, body: '', stream: (tell) => live.watch(tell) }),
    'GET /': () => failure(404, 'ask /status'),
  };
}

import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { CONTROL_SOCKET } from '../control/client.ts';
import { letGroupIn } from '../control/group-rights.ts';
import { type ControlRoutes, ControlServer } from '../control/server.ts';
import type { Clock } from '../core/clock.ts';
import type { Paths } from '../core/paths.ts';
import type { ControlSettings } from '../core/settings.ts';
import type { StatusReport } from '../core/status.ts';
import { type ControlParts, readingRoutes } from './control.ts';
import { groupId } from './group-id.ts';
import { seldom } from './seldom.ts';

export interface ReadDoorParts extends Pick<ControlParts, 'status' | 'metrics' | 'live' | 'log'> {
  readonly paths: Pick<Paths, 'state'>;
  readonly clock: Clock;
}

/**
 * The socket for those who may only look: opened, closed and opened elsewhere as the settings say. Whoever
 * may connect can neither act by it nor cost the daemon much.
 */
export class ReadDoor {
  readonly #parts: ReadDoorParts;
  readonly #routes: ControlRoutes;
  #open: { readonly settings: ControlSettings; readonly server: ControlServer } | undefined;
  /** Opening and closing happen one after the other. */
  #last: Promise<void> = Promise.resolve();
  #hasStopped = false;

  constructor(parts: ReadDoorParts) {
    this.#parts = parts;
    const { status, metrics, live, clock } = parts;
    this.#routes = readingRoutes({
      status: seldom(clock, () => forOthers(status())),
      metrics: seldom(clock, metrics),
      live,
    });
  }

  /** Makes it what the settings say. What is the same goes on. Resolves when it is so, or was logged. */
  use(settings: ControlSettings | undefined): Promise<void> {
    this.#last = this.#last.then(() => this.#use(settings));
    return this.#last;
  }

  /** Closes it for good. */
  stop(): void {
    this.#hasStopped = true;
    this.#close();
  }

  #close(): void {
    this.#open?.server.close();
    this.#open = undefined;
  }

  async #use(settings: ControlSettings | undefined): Promise<void> {
    if (this.#hasStopped || isDeepStrictEqual(this.#open?.settings, settings)) return;
    this.#close();
    if (settings === undefined) return;
    const { readSocket: path, group } = settings;
    const { log } = this.#parts;
    try {
      this.#checkPlace(path);
      const wanted = group === undefined ? undefined : await groupId(group);
      const server = await ControlServer.startElsewhere(path, this.#routes);
      this.#open = { settings, server };
      if (this.#hasStopped) return this.#close();
      const rights = letGroupIn(path, wanted);
      if (rights.cause !== undefined) {
        const { group: has, cause } = rights;
        log.warn('read socket has another group than it should', {
          path,
          wanted: group,
          group: has,
          cause,
        });
      }
      log.info('read socket listens', { path, group: rights.group });
    } catch (error) {
      this.#close();
      log.error('read socket cannot be used', { path, cause: (error as Error).message });
    }
  }

  #checkPlace(path: string): void {
    const { state } = this.#parts.paths;
    if (resolve(path) === join(state, CONTROL_SOCKET)) {
      throw new Error('this is the socket by which the daemon is steered');
    }
  }
}

/** A status without lines of the configuration: those who only look may not be those who may read it. */
function forOthers(report: StatusReport): StatusReport {
  const { configuration } = report;
  const { refused } = configuration;
  if (refused === undefined) return report;
  const diagnostics = refused.diagnostics.map(({ severity, file, line, column, message }) => {
    return { severity, file, line, column, message };
  });
  return { ...report, configuration: { ...configuration, refused: { ...refused, diagnostics } } };
}

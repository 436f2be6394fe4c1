import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { ConsoleSettings } from '../core/settings.ts';
import { actingRoutes } from './acting-routes.ts';
import { FormIds } from './auth/form-ids.ts';
import { Login } from './auth/login.ts';
import type { Ticket } from './auth/ticket.ts';
import type { ConsoleActions, ConsoleSource } from './data.ts';
import { exportRoute } from './deliveries-routes.ts';
import { consoleApp } from './http/app.ts';
import { ASSETS_DIRECTORY, type Assets, loadAssets } from './http/assets.ts';
import type { Fetcher } from './http/server.ts';
import { Live } from './live.ts';
import { readingRoutes } from './reading-routes.ts';
import { silenceActions } from './silence-routes.ts';
import type { Steering } from './steering/data.ts';
import { steeringRoutes } from './steering/routes.ts';
import { Viewing } from './viewing.ts';

export interface ConsoleParts {
  readonly settings: ConsoleSettings;
  readonly source: ConsoleSource;
  readonly actions: ConsoleActions;
  readonly steering: Steering;
  readonly clock: Clock;
  readonly log: Log;
  /** The share of its time, from 0 to 1, that the daemon was busy since this was asked last. */
  readonly busyShare: () => number;
  /** An address that lets in, for a console on a port without a file of users. */
  readonly ticket?: Ticket | undefined;
  /** With `write`, where people may act: everywhere, unless it is given. */
  readonly actsBelow?: string | undefined;
  /** The files of the pages, unless a test brings its own. */
  readonly assets?: Assets;
}

/** A console that is not listening yet. */
export interface Console extends Fetcher {
  /** Ends what is live. */
  close(): void;
}

/**
 * Puts a console together.
 * @throws where the files of its pages are missing, and where a port would be open to everybody.
 */
export function createConsole(parts: ConsoleParts): Console {
  const { settings, source, actions, steering, clock, log, ticket, actsBelow = '/' } = parts;
  const { usersFile, write, hosts, hide } = settings;
  if (settings.listen.kind !== 'socket' && usersFile === undefined && ticket === undefined) {
    throw new Error(
      'every user of this machine reaches a port: somebody must be asked who they are',
    );
  }
  const writes = (path: string) => write && path.startsWith(actsBelow);
  const live = new Live({ source, clock, busyShare: parts.busyShare });
  const formIds = new FormIds();
  const viewing = new Viewing((text) => source.scrub(text), hide);
  const now = () => clock.now();
  const app = consoleApp({
    routes: [
      ...readingRoutes({ source, viewing, live, formIds, writes, now }),
      exportRoute({ source, viewing, formIds, writes, now, actions, log, clock }),
      ...steeringRoutes({ steering, hide, writes, now }),
      ...[
        ...actingRoutes({ actions, formIds, now, log }),
        ...silenceActions({ actions, formIds, now, log, source }),
      ].filter(({ path }) => writes(path)),
    ],
    assets: parts.assets ?? loadAssets(ASSETS_DIRECTORY),
    login: usersFile === undefined ? undefined : new Login(usersFile, clock, log),
    ticket,
    socketUser: { name: 'socket', role: write ? 'admin' : 'viewer' },
    hosts,
    scrub: (text) => source.scrub(text),
    log,
  });
  const close = () => {
    live.close();
    steering.runs.close();
  };
  return { fetch: (request) => app.fetch(request), close };
}

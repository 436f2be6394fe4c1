import { lstatSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { bind } from '../../core/bind.ts';
import type { ListenPlace } from '../../core/listen.ts';

const MOST_CONNECTIONS = 64;
const HEADERS_MS = 5000;
const REQUEST_MS = 15_000;
const MOST_HEADER_BYTES = 16_384;

/** What answers. */
export interface Fetcher {
  fetch(request: Request): Promise<Response>;
}

/** A server that listens. */
export interface Listening {
  /** The port; undefined for a socket. */
  readonly port: number | undefined;
  close(): void;
}

/**
 * Listens where it was told to. Rejects with a reason in words where that cannot be.
 * @param mode the rights of a socket.
 */
export async function listen(place: ListenPlace, mode: number, app: Fetcher): Promise<Listening> {
  const answer = getRequestListener((request) => app.fetch(request), {
    overrideGlobalObjects: false,
  });
  const server = createServer(
    { headersTimeout: HEADERS_MS, requestTimeout: REQUEST_MS, maxHeaderSize: MOST_HEADER_BYTES },
    (request, response) => void answer(request, response),
  );
  server.maxConnections = MOST_CONNECTIONS;
  server.unref();
  if (place.kind === 'socket') await takePlace(place.path);
  await bind(server, place.kind === 'socket' ? { path: place.path, mode } : place);
  const address = server.address();
  return {
    port: typeof address === 'object' ? address?.port : undefined,
    close() {
      server.closeAllConnections();
      server.close();
      if (place.kind === 'socket') rmSync(place.path, { force: true });
    },
  };
}

/** Removes what a killed daemon has left. @throws where it is something else, or somebody listens there. */
async function takePlace(path: string): Promise<void> {
  const directory = statSync(dirname(path));
  if ((directory.mode & 0o1002) === 0o002) {
    throw new Error(
      `everybody can write to the directory of ${path}, and put another in its place`,
    );
  }
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isSocket()) throw new Error(`${path} is there, and is no socket`);
  if (await isAnswered(path)) throw new Error(`another process listens at ${path}`);
  rmSync(path, { force: true });
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

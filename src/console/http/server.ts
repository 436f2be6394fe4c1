import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { bind } from '../../core/bind.ts';
import type { ListenPlace } from '../../core/listen.ts';
import { takePlace } from '../../core/take-place.ts';

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

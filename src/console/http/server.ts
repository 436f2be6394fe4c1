import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { bind } from '../../core/bind.ts';
import type { ListenPlace } from '../../core/listen.ts';
import { takePlace } from '../../core/take-place.ts';

const MOST_CONNECTIONS = 64;
const HEADERS_MS = 5000;
const REQUEST_MS = 15_000;
/** How often it is looked who takes longer than that. */
const LOOK_MS = 2500;
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
  // One begins after the other, and between them the lanes get on, whoever asks how often.
  let last = Promise.resolve();
  const begin = (request: Request) => {
    last = last.then(turnOfOthers);
    return last.then(() => app.fetch(request));
  };
  const answer = getRequestListener(begin, { overrideGlobalObjects: false });
  const server = createServer(
    {
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: LOOK_MS,
      maxHeaderSize: MOST_HEADER_BYTES,
    },
    (request, response) => void answer(request, response),
  );
  server.maxConnections = MOST_CONNECTIONS;
  // Many that are sent at once would be answered in one go, in which no lane gets on.
  server.maxRequestsPerSocket = 1;
  server.on('dropRequest', (_request, socket) => void socket.destroy());
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

function turnOfOthers(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

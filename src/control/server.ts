import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { bind } from '../core/bind.ts';
import type { Log } from '../core/log.ts';
import { type SocketPath, socketPath } from '../core/socket-path.ts';
import { takePlace } from '../core/take-place.ts';
import { Streams, type Subscribe } from './streams.ts';

/** What is asked of the daemon. */
export interface ControlRequest {
  /** `/status`, `/pause/slack`: the path, decoded, without its query. */
  readonly path: string;
  readonly query: URLSearchParams;
}

/** What it answers. */
export interface ControlAnswer {
  /** Set: the answer goes on, and this feeds it. */
  readonly stream?: Subscribe;
  readonly status: number;
  readonly type?: string;
  readonly body: string;
}

/** Answers requests by `GET /status` and the like. */
export type ControlRoutes = Readonly<
  Record<string, (request: ControlRequest) => ControlAnswer | Promise<ControlAnswer>>
>;

/** Commands are local and quick. A client that hangs costs nothing but its connection. */
const MOST_CONNECTIONS = 32;
const HEADERS_MS = 5000;
/** How often it is looked who takes longer than that. */
const LOOK_MS = 2500;

/**
 * The control interface: HTTP on a socket in the state directory, which only the daemon's user (and
 * root) can connect to. What it can do anyone can do who has these rights: it asks for no password. What
 * others may connect to has other routes, and its own limits: they take nothing from the daemon's user.
 */
export class ControlServer {
  readonly #place: SocketPath;
  readonly #server: Server;

  private constructor(place: SocketPath, server: Server) {
    this.#place = place;
    this.#server = server;
  }

  /**
   * Listens. A socket that a killed daemon has left is replaced: whoever starts this holds the lock of
   * the state directory. Undefined when it cannot listen; the daemon works without it.
   */
  static async start(
    path: string,
    routes: ControlRoutes,
    log: Log,
  ): Promise<ControlServer | undefined> {
    let place: SocketPath | undefined;
    try {
      place = socketPath(path);
      rmSync(place.path, { force: true });
      return await ControlServer.#listen(place, routes);
    } catch (error) {
      place?.close();
      log.warn('control socket cannot be used; status and reload work by files and signals only', {
        path,
        cause: (error as Error).message,
      });
      return undefined;
    }
  }

  /**
   * Listens at a place outside of the state directory, with rights for the daemon's own user alone, as ever.
   * @throws in words where it cannot, or must not: another process listens there, or everybody could.
   */
  static async startElsewhere(path: string, routes: ControlRoutes): Promise<ControlServer> {
    await takePlace(path);
    return ControlServer.#listen({ path, close: () => {} }, routes);
  }

  static async #listen(place: SocketPath, routes: ControlRoutes): Promise<ControlServer> {
    const streams = new Streams();
    const times = { headersTimeout: HEADERS_MS, connectionsCheckingInterval: LOOK_MS };
    const server = createServer(times, (request, response) => {
      void answer(routes, streams, request, response);
    });
    server.maxConnections = MOST_CONNECTIONS;
    // Many that are sent at once would be answered in one go, in which no lane gets on.
    server.maxRequestsPerSocket = 1;
    server.unref();
    await bind(server, { path: place.path, mode: 0o600 });
    return new ControlServer(place, server);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
    rmSync(this.#place.path, { force: true });
    this.#place.close();
  }
}

async function answer(
  routes: ControlRoutes,
  streams: Streams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const answered = await answerTo(routes, request);
  // Each connection has one answer, and ends with it: a body, which nobody sends for a reason, is not read.
  response.shouldKeepAlive = false;
  const { stream } = answered;
  if (stream !== undefined && streams.open(response, stream)) return;
  const {
    status,
    type = 'application/json',
    body,
  } = stream === undefined ? answered : failure(503, 'too many look on already');
  response.writeHead(status, {
    'content-type': `${type}; charset=utf-8`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(body);
}

async function answerTo(routes: ControlRoutes, request: IncomingMessage): Promise<ControlAnswer> {
  try {
    const url = new URL(request.url ?? '/', 'http://control');
    const path = decodeURIComponent(url.pathname);
    // A page in a browser cannot reach a socket; what has an origin comes by way of something that should
    // not forward it.
    if (request.headers.origin !== undefined) return failure(403, 'not for pages');
    const [name, ...rest] = path.slice(1).split('/');
    const pattern = `${request.method} /${name}${rest.length > 0 ? '/:id' : ''}`;
    const handler = routes[pattern];
    if (handler === undefined) return failure(404, `there is no ${pattern}`);
    return await handler({ path, query: url.searchParams });
  } catch (error) {
    return failure(500, (error as Error).message);
  }
}

/** An answer that says what went wrong. */
export function failure(status: number, error: string): ControlAnswer {
  return { status, body: JSON.stringify({ error }) };
}

/** An answer with a value. */
export function success(value: unknown): ControlAnswer {
  return { status: 200, body: JSON.stringify(value) };
}

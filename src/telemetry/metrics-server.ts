import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { bind } from '../core/bind.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { ListenAddress } from '../core/settings.ts';

/** What gives the metrics to whoever reads them. */
export interface ExpositionParts {
  /** All numbers in Prometheus' text format. May reject. */
  readonly text: () => Promise<string>;
  readonly clock: Clock;
  readonly log: Log;
}

/** The media type of the text. */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** One or two servers ask every few seconds. Whoever else connects takes no more than this. */
const MOST_CONNECTIONS = 8;
/** From connecting to the last byte, however slowly a client sends or reads. */
const LONGEST_CONNECTION_MS = 10_000;
const HEADERS_MS = 5000;
const MOST_HEADER_BYTES = 8192;
/** Numbers that are younger are given again: asking often costs us nothing. */
const FRESH_MS = 1000;
/** Until an address that cannot be listened at is tried again. */
const RETRY_MS = 30_000;

/**
 * Serves `GET /metrics`, and nothing else, at an address of TCP. Where it cannot listen, it says so
 * and tries again; nothing else depends on it.
 */
export class MetricsServer {
  readonly #address: ListenAddress;
  readonly #parts: ExpositionParts;
  #server: Server | undefined;
  #starting: Promise<void> = Promise.resolve();
  #page: { readonly at: number; readonly body: Promise<Buffer> } | undefined;
  #hasFailed = false;
  #hasStopped = false;
  #cancelRetry: (() => void) | undefined;

  constructor(address: ListenAddress, parts: ExpositionParts) {
    this.#address = address;
    this.#parts = parts;
  }

  /** Begins to listen. Resolves when it does, or has failed to for the first time. */
  start(): Promise<void> {
    this.#starting = this.#listen();
    return this.#starting;
  }

  async #listen(): Promise<void> {
    const { clock, log } = this.#parts;
    const { host, port } = this.#address;
    const server = this.#create();
    try {
      await bind(server, this.#address);
    } catch (error) {
      const cause = (error as Error).message;
      if (!this.#hasFailed) log.error('metrics cannot be served; retrying', { host, port, cause });
      this.#hasFailed = true;
      if (this.#hasStopped) return;
      this.#cancelRetry = clock.after(RETRY_MS, () => void this.start());
      return;
    }
    this.#hasFailed = false;
    this.#server = server;
    log.info('metrics are served', { host, port });
  }

  /** Listens no more. Resolves when the address is free. */
  async stop(): Promise<void> {
    this.#hasStopped = true;
    this.#cancelRetry?.();
    await this.#starting;
    const server = this.#server;
    if (server === undefined) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  #create(): Server {
    const server = createServer(
      {
        headersTimeout: HEADERS_MS,
        requestTimeout: HEADERS_MS,
        connectionsCheckingInterval: 1000,
        maxHeaderSize: MOST_HEADER_BYTES,
      },
      (request, response) => void this.#answer(request, response),
    );
    server.maxConnections = MOST_CONNECTIONS;
    server.maxRequestsPerSocket = 1;
    server.on('connection', (socket: Socket) => {
      const cancel = this.#parts.clock.after(LONGEST_CONNECTION_MS, () => socket.destroy());
      socket.on('close', cancel);
    });
    server.unref();
    return server;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    const [path] = (request.url ?? '').split('?', 1);
    if (path !== '/metrics') {
      send(response, 404, Buffer.from('There is only /metrics.\n'));
    } else if (request.method !== 'GET') {
      response.setHeader('allow', 'GET');
      send(response, 405, Buffer.from('There is only GET.\n'));
    } else {
      try {
        send(response, 200, await this.#body());
      } catch {
        // What it is about, such as an outbox that cannot be used, was logged where it was found.
        send(response, 503, Buffer.from('The numbers cannot be read now.\n'));
      }
    }
  }

  /** The same bytes for all who ask at the same time. */
  #body(): Promise<Buffer> {
    const now = this.#parts.clock.monotonic();
    if (this.#page === undefined || now - this.#page.at >= FRESH_MS) {
      const body = this.#parts.text().then((text) => Buffer.from(text));
      this.#page = { at: now, body };
    }
    return this.#page.body;
  }
}

/** Answers, and ends the connection. */
function send(response: ServerResponse, status: number, body: Buffer): void {
  response.writeHead(status, {
    'content-type': status === 200 ? METRICS_TYPE : 'text/plain; charset=utf-8',
    'content-length': body.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    connection: 'close',
  });
  response.end(body);
}

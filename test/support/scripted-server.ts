import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type SecureContextOptions } from 'node:tls';

/** A request as it arrived. */
export interface Received {
  readonly method: string;
  readonly path: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Counts connections from 1. */
  readonly connection: number;
}

/** What the server does once it has a whole request. */
export type Behaviour = (socket: Socket, request: Received) => void;

/**
 * A local HTTP server that does to its clients what servers do, down to the bytes: it plays one
 * behaviour per request, and repeats the last.
 */
export class ScriptedServer {
  readonly requests: Received[] = [];
  /** Connections opened so far. */
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #script: readonly Behaviour[];

  private constructor(script: readonly Behaviour[], tls: SecureContextOptions | undefined) {
    this.#script = script;
    const accept = (socket: Socket) => this.#accept(socket);
    this.#server =
      tls === undefined
        ? createServer(accept)
        : createTlsServer(tls, accept).on('tlsClientError', () => {});
  }

  static async start(
    script: readonly Behaviour[],
    tls?: SecureContextOptions,
  ): Promise<ScriptedServer> {
    const server = new ScriptedServer(script, tls);
    await new Promise<void>((resolve) => {
      server.#server.listen(0, '127.0.0.1', resolve);
    });
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #accept(socket: Socket): void {
    this.connections += 1;
    const connection = this.connections;
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    let buffered = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      buffered = Buffer.concat([buffered, chunk]);
      const request = parse(buffered, connection);
      if (request === undefined) return;
      buffered = Buffer.alloc(0);
      const behave = this.#script[Math.min(this.requests.length, this.#script.length - 1)];
      this.requests.push(request);
      behave?.(socket, request);
    });
  }
}

function parse(bytes: Buffer, connection: number): Received | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const [method = '', path = ''] = first.split(' ');
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const at = line.indexOf(':');
    headers[line.slice(0, at).toLowerCase()] = line.slice(at + 1).trim();
  }
  const body = bytes.subarray(end + 4);
  if (body.length < Number(headers['content-length'] ?? 0)) return undefined;
  return { method, path, headers, body: body.toString('utf8'), connection };
}

/** A complete answer; the connection stays open for the next request. */
export function answer(
  status: number,
  body = '',
  headers: Readonly<Record<string, string>> = {},
): Behaviour {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = Buffer.byteLength(body);
  return raw(
    `HTTP/1.1 ${status} Whatever\r\n${lines.join('')}content-length: ${length}\r\n\r\n${body}`,
  );
}

/** These bytes. */
export function raw(bytes: string): Behaviour {
  return (socket) => {
    socket.write(bytes);
  };
}

/** These bytes, and the end of the connection. */
export function rawAndClose(bytes: string): Behaviour {
  return (socket) => {
    socket.end(bytes);
  };
}

/** The connection is reset without a word. */
export const reset: Behaviour = (socket) => {
  socket.resetAndDestroy();
};

/** Nothing, ever. */
export const never: Behaviour = () => {};

/** A status, and then a body that goes on as fast as it is read. */
export function endless(status: number): Behaviour {
  return (socket) => {
    socket.write(`HTTP/1.1 ${status} Whatever\r\ntransfer-encoding: chunked\r\n\r\n`);
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const more = () => {
      while (!socket.destroyed && socket.write(chunk)) {
        // until it is full
      }
    };
    socket.on('drain', more);
    more();
  };
}

/** A status and the beginning of a body that never goes on. */
export function stuck(status: number, body: string): Behaviour {
  return raw(`HTTP/1.1 ${status} Whatever\r\ncontent-length: 1000\r\n\r\n${body}`);
}

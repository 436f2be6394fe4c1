import { chmodSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';

export interface ControlSocketOptions {
  /** Where it is; a socket that an earlier process left there is removed. */
  readonly path: string;
  readonly clock: Clock;
  readonly answer: (request: string) => string;
}

/** Longest request in bytes, and how many may be connected, as many as a manager never needs. */
const LONGEST_REQUEST = 65_536;
const MOST_CLIENTS = 256;
/** From connecting to having taken the answer. */
const DEADLINE_MS = 5000;
/** The manager's user and group. */
const MODE = 0o660;
/** What keeps all others out while the socket has no mode of its own yet. */
const UMASK = 0o117;
const HEADER_BYTES = 4;

/**
 * The local socket of the Integrator, over which the manager's API asks for its configuration. One
 * request and one answer per connection, each a little-endian 32-bit length and that many bytes
 * (`OS_RecvSecureTCP` of Wazuh 4.14). Whoever is slow, or sends anything else, is disconnected.
 */
export class ControlSocket {
  readonly #server: Server;
  readonly #clients = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Binds and listens. @throws Error (rejects) when the system refuses. */
  static open({ path, clock, answer }: ControlSocketOptions): Promise<ControlSocket> {
    const server = createServer({ allowHalfOpen: true });
    const control = new ControlSocket(server);
    server.maxConnections = MOST_CLIENTS;
    server.on('connection', (client) => {
      control.#clients.add(client);
      const cancel = clock.after(DEADLINE_MS, () => client.destroy());
      client.on('error', () => client.destroy());
      client.on('close', () => {
        cancel();
        control.#clients.delete(client);
      });
      receive(client, (request) => {
        client.end(framed(answer(request)), () => client.destroy());
      });
    });
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      rmSync(path, { force: true });
      const umask = process.umask(UMASK);
      try {
        server.listen(path, () => {
          server.off('error', reject);
          server.on('error', () => {}); // a connection that could not be accepted
          chmodSync(path, MODE);
          resolve(control);
        });
      } finally {
        process.umask(umask); // the socket exists by now: binding does not wait
      }
    });
  }

  /** Disconnects everyone and removes the socket. */
  close(): Promise<void> {
    for (const client of this.#clients) client.destroy();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}

/** Waits for one whole request. A client that ends before, or sends too much, is disconnected. */
function receive(client: Socket, received: (request: string) => void): void {
  let bytes = Buffer.alloc(0);
  let isDone = false;
  client.on('end', () => {
    if (!isDone) client.destroy();
  });
  client.on('data', (chunk) => {
    if (isDone) return;
    bytes = Buffer.concat([bytes, chunk]);
    if (bytes.length < HEADER_BYTES) return;
    const length = bytes.readUInt32LE(0);
    if (length === 0 || length > LONGEST_REQUEST) {
      client.destroy();
      return;
    }
    if (bytes.length < HEADER_BYTES + length) return;
    isDone = true;
    received(bytes.toString('utf8', HEADER_BYTES, HEADER_BYTES + length));
  });
}

function framed(text: string): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(payload.length);
  return Buffer.concat([header, payload]);
}

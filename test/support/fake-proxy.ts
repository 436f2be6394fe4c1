import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type SecureContextOptions } from 'node:tls';

/** What a proxy does with a request that has arrived, head and all. */
export type ProxyBehaviour = (socket: Socket, head: string) => void;

/** A proxy that counts its connections, and does to its clients what proxies do. */
export class FakeProxy {
  /** The head of every request. */
  readonly heads: string[] = [];
  connections = 0;
  behaviour: ProxyBehaviour;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(behaviour: ProxyBehaviour, tls: SecureContextOptions | undefined) {
    this.behaviour = behaviour;
    const accept = (socket: Socket) => this.#accept(socket);
    this.#server =
      tls === undefined
        ? createServer(accept)
        : createTlsServer(tls, accept).on('tlsClientError', () => {});
  }

  static async start(
    behaviour: ProxyBehaviour = forward,
    tls?: SecureContextOptions,
  ): Promise<FakeProxy> {
    const proxy = new FakeProxy(behaviour, tls);
    await new Promise<void>((resolve) => {
      proxy.#server.listen(0, '127.0.0.1', resolve);
    });
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Connections that are still open. */
  get open(): number {
    return this.#sockets.size;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #accept(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    let bytes = '';
    const read = (chunk: Buffer) => {
      bytes += chunk.toString('latin1');
      if (!bytes.includes('\r\n\r\n')) return;
      socket.off('data', read);
      socket.pause();
      this.heads.push(bytes);
      this.behaviour(socket, bytes);
    };
    socket.on('data', read);
  }
}

/** Passes everything on: tunnels, and plain requests. Names all mean this machine. */
export const forward: ProxyBehaviour = (socket, head) => {
  const first = head.split('\r\n')[0] ?? '';
  const isTunnel = first.startsWith('CONNECT ');
  const port = Number(/:(\d+)/.exec(isTunnel ? first : first.replace('http:', ''))?.[1]);
  const target = connect(port, '127.0.0.1', () => {
    if (isTunnel) socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    else target.write(head, 'latin1');
    target.pipe(socket).pipe(target);
  });
  target.on('error', () => socket.destroy());
  socket.on('close', () => target.destroy());
};

/** Closes the connection without a word. */
export const hangUp: ProxyBehaviour = (socket) => socket.end();

/** These bytes; then nothing. */
export function say(bytes: string): ProxyBehaviour {
  return (socket) => {
    socket.resume();
    socket.write(bytes);
  };
}

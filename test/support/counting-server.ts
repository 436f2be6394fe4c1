import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Long enough to have the number of an alert in it. */
const BEGINNING_BYTES = 65_536;

/** A request that arrived whole. */
export interface Counted {
  readonly path: string;
  /** Of the alert in it. */
  readonly number: number;
  readonly bytes: number;
}

/** A local HTTP server that keeps of each request only its size and the number of its alert. */
export class CountingServer {
  readonly requests: Counted[] = [];
  readonly #server: Server;

  private constructor(answerTo: (path: string) => [status: number, body: string] | 'never') {
    this.#server = createServer((incoming, response) => {
      const path = incoming.url ?? '';
      const answer = answerTo(path);
      // It does not even read: what is sent to it stays where it is.
      if (answer === 'never') return;
      let beginning = '';
      let bytes = 0;
      incoming.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (beginning.length < BEGINNING_BYTES) beginning += chunk.toString('latin1');
      });
      incoming.on('end', () => {
        this.requests.push({ path, bytes, number: Number(/alert (\d+)/.exec(beginning)?.[1]) });
        response.writeHead(answer[0]).end(answer[1]);
      });
    });
  }

  static async start(
    answerTo: (path: string) => [status: number, body: string] | 'never',
  ): Promise<CountingServer> {
    const server = new CountingServer(answerTo);
    await new Promise<void>((resolve) => {
      server.#server.listen(0, '127.0.0.1', resolve);
    });
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The different alerts that arrived at a path. */
  arrived(path: string): Set<number> {
    return new Set(
      this.requests.filter((request) => request.path === path).map(({ number }) => number),
    );
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}

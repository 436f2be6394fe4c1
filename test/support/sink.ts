import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request that arrived. */
export interface SinkRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What a sink answers: a status and a body, or nothing, ever. */
export type SinkAnswer = { readonly status: number; readonly body: string } | 'never';

/** A local HTTP server that keeps every request. */
export class Sink {
  readonly requests: SinkRequest[] = [];
  /** May be exchanged at any time. */
  answer: (request: SinkRequest) => SinkAnswer;
  readonly #server: Server;

  private constructor(answer: (request: SinkRequest) => SinkAnswer) {
    this.answer = answer;
    this.#server = createServer((incoming, response) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        const request = { path: incoming.url ?? '', headers: incoming.headers, body };
        this.requests.push(request);
        const answer = this.answer(request);
        if (answer === 'never') return;
        response.writeHead(answer.status, { 'content-type': 'text/html' });
        response.end(answer.body);
      });
    });
  }

  static async start(
    answer: (request: SinkRequest) => SinkAnswer = () => ({ status: 200, body: 'ok' }),
  ): Promise<Sink> {
    const sink = new Sink(answer);
    await new Promise<void>((resolve) => {
      sink.#server.listen(0, '127.0.0.1', resolve);
    });
    return sink;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The numbers of the alerts that arrived, in order of arrival. */
  get numbers(): number[] {
    return this.requests.map(({ body }) => Number(/alert (\d+)/.exec(body)?.[1]));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a service can do wrong. */
export const FAULTS = [
  'none',
  'refuse connections',
  'never answer',
  '429 with Retry-After',
  '429 without Retry-After',
  '500',
  'slow bytes',
  'drop after receiving',
  '404, webhook gone',
] as const;
export type Fault = (typeof FAULTS)[number];

/** What a service saw of the alerts, by their numbers. */
export interface Seen {
  /** How often the whole message arrived. */
  received: number;
  /** How often the service said that it took it. */
  accepted: number;
}

/** A message that may cover several alerts. */
export interface SeenMessage {
  /** How many alerts it says that it covers. */
  readonly count: number;
  readonly accepted: boolean;
}

/** A local service that keeps books on what it received, and misbehaves when told to. */
export class FaultyService {
  readonly seen = new Map<number, Seen>();
  /** Messages of Shuffle by their ids: the same one that comes again has the same. */
  readonly messages = new Map<string, SeenMessage>();
  /** Requests that met each fault. */
  readonly met = new Map<Fault, number>();
  readonly #accepts: string;
  #server: Server;
  #port = 0;
  #fault: Fault = 'none';

  /** @param accepts the body with which it takes a message. */
  constructor(accepts: string) {
    this.#accepts = accepts;
    this.#server = this.#create();
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.listen(this.#port, '127.0.0.1', resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** From now on it does this. */
  async misbehave(fault: Fault): Promise<void> {
    const wasListening = this.#fault !== 'refuse connections';
    this.#fault = fault;
    if (fault === 'refuse connections' && wasListening) await this.close();
    if (fault !== 'refuse connections' && !wasListening) {
      this.#server = this.#create();
      await this.start();
    }
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #create(): Server {
    return createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () =>
        this.#answer(Buffer.concat(chunks).toString('utf8'), request, response),
      );
    });
  }

  #answer(body: string, request: IncomingMessage, response: ServerResponse): void {
    const number = Number(/alert (\d+)/.exec(body)?.[1]);
    const seen = this.seen.get(number) ?? { received: 0, accepted: 0 };
    this.seen.set(number, seen);
    seen.received += 1;
    this.met.set(this.#fault, (this.met.get(this.#fault) ?? 0) + 1);
    const message = messageOf(body);
    const count = () => {
      seen.accepted += 1;
      if (message !== undefined) this.messages.set(message.id, { ...message, accepted: true });
    };
    const accept = () => {
      response.end(this.#accepts, count);
    };
    switch (this.#fault) {
      case 'none':
        accept();
        return;
      case 'never answer':
      case 'refuse connections':
        return;
      case '429 with Retry-After':
        response.writeHead(429, { 'retry-after': '1' }).end('rate limited');
        return;
      case '429 without Retry-After':
        response.writeHead(429).end('rate limited');
        return;
      case '500':
        response.writeHead(500).end('oh no');
        return;
      case 'slow bytes':
        // The status says that it was taken; who gives up on the rest knows that.
        response.flushHeaders();
        count();
        drip(response, this.#accepts);
        return;
      case 'drop after receiving':
        request.socket.destroy();
        return;
      case '404, webhook gone':
        response.writeHead(404).end('no_service');
        return;
    }
  }
}

/** What Shuffle gets: one alert, or several. */
function messageOf(body: string): { id: string; count: number } | undefined {
  const { id, bundle } = JSON.parse(body) as { id?: string; bundle?: { count: number } };
  return id === undefined ? undefined : { id, count: bundle?.count ?? 1 };
}

/** Sends a body byte by byte. */
function drip(response: ServerResponse, text: string): void {
  if (response.destroyed) return;
  if (text === '') {
    response.end();
    return;
  }
  response.write(text.slice(0, 1));
  setTimeout(() => drip(response, text.slice(1)), 20);
}

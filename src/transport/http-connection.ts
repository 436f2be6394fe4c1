import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { Client, type Dispatcher } from 'undici';
import { AnswerGuard } from './answer-guard.ts';
import { CodedError } from './http-errors.ts';
import type { Connection, Exchange } from './http-exchange.ts';

/** A request as the library takes it; a body that is read from elsewhere is opened when it is sent. */
export type WireRequest = Pick<Dispatcher.DispatchOptions, 'path' | 'method' | 'headers'> & {
  readonly body: string | null | (() => Readable);
};

/**
 * HTTP/1.1 over one open connection, by undici: this is the only place that knows it. When the
 * connection is lost it is over, and nothing is tried again here.
 */
export class HttpConnection implements Connection {
  readonly origin: string;
  readonly socket: Socket;
  #uses = 0;
  readonly #client: Client;
  readonly #guard: AnswerGuard;

  /** @param onGone called once, when the connection has ended, for whatever reason. */
  constructor(origin: string, socket: Socket, onGone: (connection: HttpConnection) => void) {
    this.origin = origin;
    this.socket = socket;
    this.#guard = new AnswerGuard(socket);
    let isFirst = true;
    this.#client = new Client(origin, {
      // The attempt has its own clock.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (_target, callback) => {
        const isUsable = isFirst && !socket.destroyed;
        isFirst = false;
        queueMicrotask(() => {
          if (isUsable) callback(null, socket);
          else callback(new CodedError('ECONNRESET'), null);
        });
      },
    });
    // An alert of TLS may come without an end of the connection, and must not be lost behind one.
    socket.once('error', (error) => socket.destroy(error));
    socket.once('close', () => onGone(this));
  }

  get isReused(): boolean {
    return this.#uses > 1;
  }

  get isOpen(): boolean {
    return !this.socket.destroyed;
  }

  /** Sends a request, and has the exchange told what comes of it. @throws TypeError where it is invalid. */
  dispatch(request: WireRequest, exchange: Exchange): void {
    this.#guard.expectAnswer(exchange.bodyCap);
    this.#uses += 1;
    exchange.goesOver(this);
    const body = typeof request.body === 'function' ? request.body() : request.body;
    this.#client.dispatch({ ...request, body }, exchange);
  }

  /** Ends it at once; a request under way fails with the error. */
  destroy(error?: Error): void {
    this.socket.destroy(error);
  }
}

import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';
import type { HttpFailure, HttpResponse, HttpResult } from '../core/destination.ts';
import { onAbort } from './abort-watch.ts';
import { isLostConnection, isTimeout, networkMessage } from './http-errors.ts';
import { tooSlow } from './names/addresses.ts';

/** What an exchange learns of its connection, so that it can tell a stale one. */
export interface Connection {
  readonly socket: Pick<Socket, 'bytesRead'>;
  /** Requests written to it. */
  uses: number;
}

const NOTHING = () => {};
const NO_CONNECTION = () => undefined;

/** How an exchange stops the request that it belongs to. */
interface Controller {
  abort(reason: Error): void;
}
type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** What an exchange may take. */
export interface ExchangeLimits {
  readonly timeoutMs: number;
  /** On the monotonic clock. */
  readonly deadline: number;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly bodyCap: number;
  /** Whether the address of the host is still being looked up. */
  readonly isWaitingForName: () => boolean;
}

/**
 * One request and its answer, as the HTTP library reports on it. It ends exactly once: with the
 * answer, the time limit, the signal or an error, whichever comes first.
 */
export class Exchange {
  /** Set by the client that sends the request. */
  connection: () => Connection | undefined = NO_CONNECTION;

  readonly #limits: ExchangeLimits;
  #resolve: ((result: HttpResult | 'stale') => void) | undefined;
  #release: () => void = NOTHING;
  #controller: Controller | undefined;
  /** Set when the connection had served a request before; with the bytes that it had brought. */
  #reused: { readonly socket: Connection['socket']; readonly bytesRead: number } | undefined;
  #head: Pick<HttpResponse, 'status' | 'headers'> | undefined;
  readonly #chunks: Buffer[] = [];
  #size = 0;

  constructor(limits: ExchangeLimits) {
    this.#limits = limits;
  }

  /**
   * Starts the request with `dispatch`, which may throw. Resolves with `stale` when a kept
   * connection turned out to be dead.
   */
  run(dispatch: () => void): Promise<HttpResult | 'stale'> {
    const { clock, deadline, signal } = this.#limits;
    return new Promise((resolve) => {
      this.#resolve = resolve;
      const cancelTimer = clock.after(deadline - clock.monotonic(), () => this.#timeOut());
      const stop = () => this.#giveUp('network', 'The attempt was stopped.');
      const forget = onAbort(signal, stop);
      this.#release = () => {
        cancelTimer();
        forget();
      };
      if (signal.aborted) {
        stop();
        return;
      }
      try {
        dispatch();
      } catch (error) {
        this.#settle(failure('network', networkMessage(error), false));
      }
    });
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#resolve === undefined) {
      controller.abort(new Error('cancelled before it was sent'));
      return;
    }
    const connection = this.connection();
    if (connection === undefined) return;
    const { socket } = connection;
    if (connection.uses > 0) this.#reused = { socket, bytesRead: socket.bytesRead };
    connection.uses += 1;
  }

  onResponseStart(_: Controller, status: number, headers: Headers): void {
    if (status >= 200) this.#head = { status, headers: firstOfEach(headers) };
  }

  onResponseData(_: Controller, chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    if (this.#size > this.#limits.bodyCap) this.#hangUp(this.#response(true));
  }

  onResponseEnd(): void {
    this.#settle(this.#response(false));
  }

  onResponseError(_: Controller, error: Error): void {
    if (this.#head !== undefined) this.#settle(this.#response(true));
    else if (this.#isStale(error)) this.#settle('stale');
    else {
      const reason = isTimeout(error) ? 'timeout' : 'network';
      this.#settle(failure(reason, networkMessage(error), this.#controller !== undefined));
    }
  }

  /** A kept connection that died before it brought a single byte of the answer. */
  #isStale(error: Error): boolean {
    if (this.#reused === undefined || !isLostConnection(error)) return false;
    return this.#reused.socket.bytesRead === this.#reused.bytesRead;
  }

  #timeOut(): void {
    const { timeoutMs, isWaitingForName } = this.#limits;
    const seconds = Math.round(timeoutMs / 100) / 10;
    if (this.#controller === undefined && isWaitingForName()) {
      this.#giveUp('timeout', tooSlow(timeoutMs).message);
      return;
    }
    const what = this.#controller === undefined ? 'No connection' : 'No answer';
    this.#giveUp('timeout', `${what} within ${seconds} s.`);
  }

  /** Ends the exchange with what there is: the answer as far as it came, else the failure. */
  #giveUp(reason: HttpFailure['reason'], message: string): void {
    const mayHaveArrived = this.#controller !== undefined;
    this.#hangUp(
      this.#head === undefined ? failure(reason, message, mayHaveArrived) : this.#response(true),
    );
  }

  #hangUp(result: HttpResult): void {
    const controller = this.#controller;
    this.#settle(result);
    controller?.abort(new Error('given up'));
  }

  #response(truncated: boolean): HttpResponse {
    const { bodyCap } = this.#limits;
    const body = Buffer.concat(this.#chunks).subarray(0, bodyCap).toString('utf8');
    const { status = 0, headers = {} } = this.#head ?? {};
    return { ok: true, status, headers, body, truncated };
  }

  #settle(result: HttpResult | 'stale'): void {
    const resolve = this.#resolve;
    if (resolve === undefined) return;
    this.#release();
    resolve(result);
    // Until it is collected as garbage itself, it must not keep alive what it worked with.
    this.#resolve = undefined;
    this.#release = NOTHING;
    this.connection = NO_CONNECTION;
    this.#controller = undefined;
    this.#reused = undefined;
    this.#head = undefined;
    this.#chunks.length = 0;
  }
}

/** A failure as the contract has it. */
export function failure(
  reason: HttpFailure['reason'],
  message: string,
  mayHaveArrived: boolean,
): HttpFailure {
  return { ok: false, reason, message, mayHaveArrived };
}

function firstOfEach(headers: Headers): Record<string, string> {
  const first: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    const value = headers[name];
    const text = Array.isArray(value) ? value[0] : value;
    if (text !== undefined) first[name.toLowerCase()] = text;
  }
  return first;
}

import type { Socket } from 'node:net';
import type { Clock } from '../core/clock.ts';
import type { HttpFailure, HttpResponse, HttpResult } from '../core/destination.ts';
import { onAbort } from './abort-watch.ts';
import { type Fault, faultOf, isLostConnection } from './http-errors.ts';
import { tooSlow } from './names/addresses.ts';

/** What an exchange learns of its connection, so that it can tell a stale one. */
export interface Connection {
  readonly socket: Pick<Socket, 'bytesRead'>;
  /** True when it has served a request before. */
  readonly isReused: boolean;
}

const NOTHING = () => {};

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
  /** Ends what is done for it before its request is sent; set by who does it. */
  cancel: (() => void) | undefined;

  readonly #limits: ExchangeLimits;
  #resolve: ((result: HttpResult | 'stale') => void) | undefined;
  #release: () => void = NOTHING;
  #controller: Controller | undefined;
  #connection: Connection | undefined;
  /** What the connection had brought before this request, in bytes. */
  #bytesBefore = 0;
  #head: Pick<HttpResponse, 'status' | 'headers'> | undefined;
  readonly #chunks: Buffer[] = [];
  #size = 0;

  constructor(limits: ExchangeLimits) {
    this.#limits = limits;
  }

  /** Bytes of a body that are read. */
  get bodyCap(): number {
    return this.#limits.bodyCap;
  }

  /**
   * Starts with `start`, which may throw. Resolves with `stale` when a kept connection turned out to
   * be dead.
   */
  run(start: () => void): Promise<HttpResult | 'stale'> {
    const { clock, deadline, signal } = this.#limits;
    return new Promise((resolve) => {
      this.#resolve = resolve;
      const cancelTimer = clock.after(deadline - clock.monotonic(), () => this.#timeOut());
      const stop = () => this.#giveUp({ reason: 'network', message: 'The attempt was stopped.' });
      const forget = onAbort(signal, stop);
      this.#release = () => {
        cancelTimer();
        forget();
      };
      if (signal.aborted) {
        stop();
        return;
      }
      this.attempt(start);
    });
  }

  /** Takes a step towards the answer, if it is still awaited; what is thrown ends the exchange. */
  attempt(step: () => void): void {
    if (this.#resolve === undefined) return;
    try {
      step();
    } catch (error) {
      this.fail(faultOf(error));
    }
  }

  /** There is no way to the server. */
  fail(fault: Fault): void {
    this.#settle(failure(fault, false));
  }

  /** The connection that the request is handed to. */
  goesOver(connection: Connection): void {
    this.#connection = connection;
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#resolve === undefined) {
      controller.abort(new Error('cancelled before it was sent'));
      return;
    }
    this.#bytesBefore = this.#connection?.socket.bytesRead ?? 0;
  }

  onResponseStart(_: Controller, status: number, headers: Headers): void {
    // 101, a change of protocol, was not asked for.
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
    else this.#settle(failure(faultOf(error), this.#controller !== undefined));
  }

  /** A kept connection that died before it brought a single byte of the answer. */
  #isStale(error: Error): boolean {
    const connection = this.#connection;
    if (connection?.isReused !== true || !isLostConnection(error)) return false;
    return this.#controller === undefined || connection.socket.bytesRead === this.#bytesBefore;
  }

  #timeOut(): void {
    const { timeoutMs, isWaitingForName } = this.#limits;
    const seconds = Math.round(timeoutMs / 100) / 10;
    if (this.#controller === undefined && isWaitingForName()) {
      this.#giveUp({ reason: 'timeout', message: tooSlow(timeoutMs).message });
      return;
    }
    const what = this.#controller === undefined ? 'No connection' : 'No answer';
    this.#giveUp({ reason: 'timeout', message: `${what} within ${seconds} s.` });
  }

  /** Ends the exchange with what there is: the answer as far as it came, else the failure. */
  #giveUp(why: Pick<Fault, 'reason' | 'message'>): void {
    const fault = { ...why, needsRepair: false };
    const mayHaveArrived = this.#controller !== undefined;
    this.#hangUp(this.#head === undefined ? failure(fault, mayHaveArrived) : this.#response(true));
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
    this.cancel?.();
    resolve(result);
    // Until it is collected as garbage itself, it must not keep alive what it worked with.
    this.#resolve = undefined;
    this.#release = NOTHING;
    this.cancel = undefined;
    this.#controller = undefined;
    this.#connection = undefined;
    this.#head = undefined;
    this.#chunks.length = 0;
  }
}

/** A failure as the contract has it. What needs repair was never taken by the server. */
export function failure(fault: Fault, wasSent: boolean): HttpFailure {
  const { reason, message, needsRepair } = fault;
  if (needsRepair) return { ok: false, reason, message, mayHaveArrived: false, needsRepair };
  return { ok: false, reason, message, mayHaveArrived: wasSent };
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

import { HttpConnection, type WireRequest } from './http-connection.ts';
import { type Connector, isFault, type Route } from './http-connector.ts';
import { CodedError, faultOf } from './http-errors.ts';
import type { Exchange } from './http-exchange.ts';

/** A request and its exchange, on their way over a connection. */
export interface Errand {
  readonly route: Route;
  /** Scheme, host and port of the server. */
  readonly origin: string;
  readonly request: WireRequest;
  readonly exchange: Exchange;
  /** The connection it got; set by the pool. */
  connection?: HttpConnection;
}

/**
 * The connections of one lane: kept open between requests, and never more than its limit. Errands
 * beyond that wait for their turn.
 */
export class ConnectionPool {
  readonly #connector: Pick<Connector, 'open'>;
  readonly #limit: number;
  /** Open, or being opened. */
  readonly #all = new Set<HttpConnection | AbortController>();
  /** Those of them without a request, the last used last. */
  readonly #idle: HttpConnection[] = [];
  readonly #waiting: Errand[] = [];
  #isClosed = false;

  constructor(connector: Pick<Connector, 'open'>, limit: number) {
    this.#connector = connector;
    this.#limit = limit;
  }

  /**
   * Sends a request over a connection that is free, or over a new one. The exchange is told of every
   * end; as long as it has no connection, its `cancel` ends what is done for it.
   * @param fresh over a new one in any case
   * @throws TypeError where the request is invalid.
   */
  send(errand: Errand, fresh: boolean): void {
    const { exchange } = errand;
    if (this.#isClosed) {
      exchange.fail(faultOf(new CodedError('STOPPED')));
      return;
    }
    const kept = fresh ? undefined : this.#takeIdle(errand.origin);
    if (kept !== undefined) this.#dispatch(errand, kept);
    else if (this.#hasRoom()) void this.#open(errand);
    else {
      this.#waiting.push(errand);
      exchange.cancel = () => {
        this.#waiting.splice(this.#waiting.indexOf(errand), 1);
      };
    }
  }

  /** To be called when the exchange has ended: its connection is kept where it can be used again. */
  finish({ connection }: Errand, isReusable: boolean): void {
    if (connection === undefined) return;
    if (!isReusable) connection.destroy();
    if (!connection.isOpen) return;
    // A round of the event loop later: some servers close without having said so.
    setImmediate(() => {
      if (!connection.isOpen) return;
      this.#idle.push(connection);
      this.#next();
    });
  }

  /** Ends everything at once. */
  close(): void {
    this.#isClosed = true;
    const stopped = new CodedError('STOPPED');
    for (const errand of this.#waiting.splice(0)) {
      errand.exchange.cancel = undefined;
      errand.exchange.fail(faultOf(stopped));
    }
    for (const one of this.#all) {
      if (one instanceof HttpConnection) one.destroy(stopped);
      else one.abort();
    }
  }

  async #open(errand: Errand): Promise<void> {
    const { route, origin, exchange } = errand;
    const opening = new AbortController();
    this.#all.add(opening);
    exchange.cancel = () => {
      opening.abort();
      this.#forget(opening);
    };
    const result = await this.#connector.open(route, opening.signal);
    if (!this.#all.has(opening)) {
      // Given up meanwhile.
      if (!isFault(result)) result.destroy();
      return;
    }
    exchange.cancel = undefined;
    if (isFault(result)) {
      this.#forget(opening);
      exchange.fail(result);
      return;
    }
    const connection = new HttpConnection(origin, result, (gone) => this.#forget(gone));
    this.#all.delete(opening);
    this.#all.add(connection);
    exchange.attempt(() => this.#dispatch(errand, connection));
  }

  #dispatch(errand: Errand, connection: HttpConnection): void {
    errand.connection = connection;
    connection.dispatch(errand.request, errand.exchange);
  }

  #forget(one: HttpConnection | AbortController): void {
    this.#all.delete(one);
    const at = this.#idle.indexOf(one as HttpConnection);
    if (at !== -1) this.#idle.splice(at, 1);
    this.#next();
  }

  #takeIdle(origin: string): HttpConnection | undefined {
    const at = this.#idle.findLastIndex((one) => one.origin === origin && one.isOpen);
    return at === -1 ? undefined : this.#idle.splice(at, 1)[0];
  }

  /** Makes room for a connection, where one to another origin can be closed for it. */
  #hasRoom(): boolean {
    if (this.#all.size < this.#limit) return true;
    const oldest = this.#idle.shift();
    if (oldest === undefined) return false;
    this.#all.delete(oldest);
    oldest.destroy();
    return true;
  }

  /** Gives the next in line what has become free. */
  #next(): void {
    if (this.#all.size >= this.#limit && this.#idle.length === 0) return;
    const errand = this.#waiting.shift();
    if (errand === undefined) return;
    errand.exchange.cancel = undefined;
    errand.exchange.attempt(() => this.send(errand, false));
  }
}

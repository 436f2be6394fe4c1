import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { isIP, connect as netConnect, type Socket } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { Clock } from '../core/clock.ts';
import { HandshakeWatch } from './handshake-watch.ts';
import { CodedError, type Fault, faultOf, type Peer } from './http-errors.ts';
import { openTunnel } from './http-tunnel.ts';
import type { Proxy } from './proxy-environment.ts';

/**
 * Finds the addresses of a host name, in the order in which they are to be tried. Rejects with an error
 * of the system (`ENOTFOUND`, `EAI_AGAIN`). It may stop when the signal aborts.
 */
export type HostLookup = (host: string, signal: AbortSignal) => Promise<readonly LookupAddress[]>;

/** Where a request goes, and how. */
export interface Route {
  /** A name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly proxy: Proxy | undefined;
}

export interface ConnectorOptions {
  readonly clock: Clock;
  /** Certificates to trust instead of the system's, as PEM text. */
  readonly ca?: string | undefined;
}

/** The next address is tried when one has not answered for this long. */
const NEXT_ADDRESS_MS = 1000;
const KEEP_ALIVE_MS = 60_000;
/** TLS sessions to take up again, one for each server. */
const MOST_SESSIONS = 100;

const NO_ERROR_IS_NEWS = () => {};

/**
 * Opens connections: directly or through a proxy, over TCP or TLS. One call opens one connection (or
 * tries one address of a name after the other) and never tries again by itself.
 */
export class Connector {
  readonly #ca: string | undefined;
  readonly #watch: HandshakeWatch;
  readonly #sessions = new Map<string, Buffer>();

  constructor({ clock, ca }: ConnectorOptions) {
    this.#ca = ca;
    this.#watch = new HandshakeWatch(clock);
  }

  /**
   * A connection that is ready for a request, or why there is none. At once when the signal aborts.
   * @param lookup the system's where none is given. Addresses need no look-up.
   */
  async open(
    route: Route,
    signal: AbortSignal,
    lookup: HostLookup = bySystem,
  ): Promise<Socket | Fault> {
    const { proxy } = route;
    const first = proxy ?? route;
    const toFirst: Peer = { proxyVariable: proxy?.variable };
    const tcp = await tcpTo(first, toFirst, signal, lookup);
    if (isFault(tcp)) return tcp;
    const result = await this.#over(tcp, route, signal);
    if (isFault(result)) tcp.destroy();
    return result;
  }

  /** What a connection over TCP needs until it is ready. */
  async #over(tcp: Socket, route: Route, signal: AbortSignal): Promise<Socket | Fault> {
    const { proxy } = route;
    if (proxy === undefined) {
      return route.tls ? await this.#tls(tcp, tcp, route, {}, signal) : tcp;
    }
    const { variable } = proxy;
    const toProxy = proxy.tls
      ? await this.#tls(tcp, tcp, proxy, { proxyVariable: variable }, signal)
      : tcp;
    // Plain requests go through a proxy as such: many let CONNECT through to port 443 only.
    if (isFault(toProxy) || !route.tls) return toProxy;
    const fault = await openTunnel(toProxy, proxy, route, signal);
    return fault ?? (await this.#tls(toProxy, tcp, route, { viaProxy: true }, signal));
  }

  /** @param tcp what is below all layers, where bytes can be counted. */
  async #tls(
    below: Socket,
    tcp: Socket,
    { host, port }: { readonly host: string; readonly port: number },
    peer: Peer,
    signal: AbortSignal,
  ): Promise<Socket | Fault> {
    const server = `${host}:${port}`;
    const before = tcp.bytesRead;
    const session = this.#sessions.get(server);
    const socket = tlsConnect({
      socket: below,
      host,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      ALPNProtocols: ['http/1.1'],
      ...(this.#ca === undefined ? {} : { ca: this.#ca }),
      ...(session === undefined ? {} : { session }),
    });
    socket.on('session', (next) => this.#keepSession(server, next));
    const unwatch = this.#watch.watch(tcp, () => socket.destroy(new CodedError('HANDSHAKE_FLOOD')));
    const fault = (error: Error) => {
      const reset = 'code' in error && error.code === 'ECONNRESET';
      const heard = tcp.bytesRead - before;
      return faultOf(reset ? new CodedError('HANDSHAKE_RESET') : error, { ...peer, heard });
    };
    const result = await opened(socket, 'secureConnect', fault, signal);
    unwatch();
    return result;
  }

  #keepSession(server: string, session: Buffer): void {
    this.#sessions.delete(server);
    this.#sessions.set(server, session);
    if (this.#sessions.size <= MOST_SESSIONS) return;
    const [oldest] = this.#sessions.keys();
    if (oldest !== undefined) this.#sessions.delete(oldest);
  }
}

/** A connection over TCP: one address of the host after the other is tried. */
async function tcpTo(
  { host, port }: { readonly host: string; readonly port: number },
  peer: Peer,
  signal: AbortSignal,
  lookup: HostLookup,
): Promise<Socket | Fault> {
  const addresses = isIP(host) === 0 ? await addressesOf(host, peer, signal, lookup) : [];
  if (isFault(addresses)) return addresses;
  const socket = netConnect({
    host,
    port,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: NEXT_ADDRESS_MS,
    lookup: (_host, _options, callback) => callback(null, [...addresses]),
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
  });
  return await opened(socket, 'connect', (error) => faultOf(error, peer), signal);
}

async function addressesOf(
  host: string,
  peer: Peer,
  signal: AbortSignal,
  lookup: HostLookup,
): Promise<readonly LookupAddress[] | Fault> {
  try {
    const addresses = await unlessAborted(lookup(host, signal), signal);
    if (addresses.length > 0) return addresses;
    return faultOf(new CodedError('ENOTFOUND'), peer);
  } catch (error) {
    return faultOf(error, peer);
  }
}

/** Tells the two results of a step apart. */
export function isFault(result: object): result is Fault {
  return 'needsRepair' in result;
}

/** Waits until a socket is open; on any other end it is destroyed. */
function opened(
  socket: Socket,
  event: 'connect' | 'secureConnect',
  faultFor: (error: Error) => Fault,
  signal: AbortSignal,
): Promise<Socket | Fault> {
  return new Promise((resolve) => {
    const finish = (result: Socket | Fault) => {
      socket.off(event, ready).off('error', failed).off('close', closed);
      signal.removeEventListener('abort', stopped);
      if (isFault(result)) socket.destroy();
      resolve(result);
    };
    const ready = () => finish(socket);
    const failed = (error: Error) => finish(faultFor(error));
    const closed = () => failed(new CodedError('ECONNRESET'));
    const stopped = () => finish(faultOf(new CodedError('STOPPED')));
    // Also when nobody listens any more, an error must not end the process.
    socket.on('error', NO_ERROR_IS_NEWS);
    socket.on(event, ready).on('error', failed).on('close', closed);
    signal.addEventListener('abort', stopped);
    if (signal.aborted) stopped();
  });
}

function bySystem(host: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    systemLookup(host, { all: true }, (error, addresses) => {
      if (error === null) resolve(addresses);
      else reject(error);
    });
  });
}

/** What the promise gives; rejects at once when the signal aborts, whatever the promise does. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stopped = () => reject(new CodedError('STOPPED'));
    signal.addEventListener('abort', stopped, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stopped));
    if (signal.aborted) stopped();
  });
}

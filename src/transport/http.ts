import { createReadStream } from 'node:fs';
import type { Clock } from '../core/clock.ts';
import type {
  ClosableHttpClient,
  HttpRequest,
  HttpResponse,
  HttpResult,
  LaneHttp,
} from '../core/destination.ts';
import { Secret } from '../core/secret.ts';
import { ConnectionPool, type Errand } from './connection-pool.ts';
import { Connector, type HostLookup, type Route } from './http-connector.ts';
import { CLIENT_CERTIFICATE, type Fault, faultOf } from './http-errors.ts';
import { Exchange, failure } from './http-exchange.ts';
import { proxyLogin } from './http-tunnel.ts';
import type { Names } from './names/names.ts';
import { type ProxyEnvironment, readProxyEnvironment } from './proxy-environment.ts';

export type { ClosableHttpClient };

export interface HttpOptions {
  readonly clock: Clock;
  /** Bytes of a body that are read; what comes after them is not waited for. */
  readonly bodyCap?: number;
  /** Certificates to trust instead of the system's, as PEM text. */
  readonly ca?: string;
  /** Where the proxies are read from: see `readProxyEnvironment`. */
  readonly env?: NodeJS.ProcessEnv;
  /** Finds the addresses of names; the system, in this process, where none is given. */
  readonly names?: Pick<Names, 'lookup' | 'isWaiting'>;
}

const BODY_CAP = 64 * 1024;

/**
 * HTTP/1.1 clients, one for each lane. `send` never rejects: whatever goes wrong is a value. The time
 * limit holds for a whole attempt, from the look-up of the name to the end of the body; when it is
 * over, nothing of the attempt is left. A body that is too long, incomplete or late is cut: status and
 * headers count.
 */
export function createLaneHttp(options: HttpOptions): LaneHttp {
  const connector = new Connector(options);
  const proxies = readProxyEnvironment(options.env ?? process.env);
  return {
    forLane: (owner, connections) => {
      const lookup = options.names && lookupFor(owner, options.names);
      const pool = new ConnectionPool(
        { open: (route, signal) => connector.open(route, signal, lookup) },
        connections,
      );
      return clientOver(pool, proxies, options);
    },
  };
}

/** The look-up of names for one lane. */
function lookupFor(owner: string, names: Pick<Names, 'lookup'>): HostLookup {
  return async (host, signal) => {
    const answer = await names.lookup(owner, host, signal);
    if (answer.ok) return answer.addresses;
    throw Object.assign(new Error(answer.message), { code: answer.code });
  };
}

export interface HttpClientOptions extends HttpOptions {
  /** Open at the same time, at most. */
  readonly connections?: number;
}

/** One client, for who needs no more. */
export function createHttpClient(options: HttpClientOptions): ClosableHttpClient {
  return createLaneHttp(options).forLane('', options.connections ?? 16);
}

function clientOver(
  pool: ConnectionPool,
  proxies: ProxyEnvironment,
  { clock, names, bodyCap = BODY_CAP }: HttpOptions,
): ClosableHttpClient {
  /** An integration sends everything to one address: it is divided once. */
  const targets = new WeakMap<Secret, Target>();
  const targetOf = (address: Secret): Target => {
    let target = targets.get(address);
    if (target === undefined) {
      target = readTarget(address, proxies);
      targets.set(address, target);
    }
    return target;
  };

  return {
    async send(request, limits) {
      let target: Target;
      try {
        target = targetOf(request.url);
      } catch (error) {
        return failure(faultOf(error), false);
      }
      if ('problem' in target) {
        return failure(
          { reason: 'client_error', message: target.problem, needsRepair: true },
          false,
        );
      }
      const { route, origin } = target;
      const deadline = clock.monotonic() + limits.timeoutMs;
      const attempt = async (fresh: boolean) => {
        const exchange = new Exchange({
          timeoutMs: limits.timeoutMs,
          deadline,
          signal: limits.signal,
          clock,
          bodyCap: limits.bodyCap ?? bodyCap,
          isWaitingForName: () => names?.isWaiting((route.proxy ?? route).host) === true,
        });
        const errand: Errand = { route, origin, request: onTheWire(request, target), exchange };
        const result = await exchange.run(() => pool.send(errand, fresh));
        pool.finish(errand, result !== 'stale' && result.ok && !result.truncated);
        return result;
      };
      const first = await attempt(false);
      // The server had closed an idle connection: not this attempt's fault.
      const result = first === 'stale' ? asResult(await attempt(true)) : first;
      const fault = result.ok ? faultBefore(result, route) : undefined;
      return fault === undefined ? result : failure(fault, false);
    },
    async close() {
      pool.close();
    },
  };
}

/** A fresh connection cannot be stale. */
function asResult(result: HttpResult | 'stale'): HttpResult {
  if (result !== 'stale') return result;
  const message = 'The connection was lost.';
  return failure({ reason: 'network', message, needsRepair: false }, true);
}

/** nginx completes the handshake first, and then answers itself. */
const NGINX_MISSES_CERTIFICATE = /No required SSL certificate was sent/;

/** What is wrong when an answer comes not from the service, but from what stands before it. */
function faultBefore({ status, body }: HttpResponse, { proxy, tls }: Route): Fault | undefined {
  if (status === 407 && proxy !== undefined && !tls) return proxyLogin(proxy);
  if (status === 400 && tls && NGINX_MISSES_CERTIFICATE.test(body)) return CLIENT_CERTIFICATE;
  return undefined;
}

/** What an address means. */
type Target =
  | {
      readonly route: Route;
      readonly origin: string;
      /** What stands in the first line of the request. */
      readonly path: string;
      /** Names and values of headers that follow from the address and the proxy. */
      readonly headers: readonly string[];
    }
  | { readonly problem: string };

/** @throws TypeError when the address is invalid. */
function readTarget(address: Secret, proxies: ProxyEnvironment): Target {
  const url = new URL(address.reveal());
  const { protocol, origin } = url;
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw Object.assign(new TypeError('scheme'), { code: 'ERR_INVALID_URL' });
  }
  const proxy = proxies.proxyFor(url);
  if (proxy !== undefined && 'problem' in proxy) return proxy;
  const tls = protocol === 'https:';
  const port = url.port === '' ? (tls ? 443 : 80) : Number(url.port);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const path = url.pathname + url.search;
  const headers = basicAuthorization(url);
  const route = { host, port, tls, proxy };
  if (proxy === undefined || tls) return { route, origin, path, headers };
  if (proxy.authorization !== undefined) {
    headers.push('proxy-authorization', proxy.authorization.reveal());
  }
  return { route, origin, path: origin + path, headers };
}

function onTheWire(request: HttpRequest, target: Exclude<Target, { problem: string }>) {
  // A list of names and values: to build an object with them costs several times as much.
  const headers = [...target.headers];
  for (const name of Object.keys(request.headers)) {
    const value = request.headers[name] as string | Secret;
    headers.push(name, value instanceof Secret ? value.reveal() : value);
  }
  const { method, bodyFile } = request;
  if (bodyFile !== undefined) headers.push('content-length', String(bodyFile.bytes));
  const body =
    bodyFile === undefined ? (request.body ?? null) : () => createReadStream(bodyFile.path);
  return { path: target.path, method, headers, body };
}

/** User and password in an address are sent as the reference's library sends them. */
function basicAuthorization({ username, password }: URL): string[] {
  if (username === '' && password === '') return [];
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return ['authorization', `Basic ${Buffer.from(pair).toString('base64')}`];
}

import { createReadStream } from 'node:fs';
import { Agent, Client, type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import type { Clock } from '../core/clock.ts';
import type { HttpClient, HttpRequest, HttpResult } from '../core/destination.ts';
import { Secret } from '../core/secret.ts';
import { type Connection, Exchange, failure } from './http-exchange.ts';

export interface HttpClientOptions {
  readonly clock: Clock;
  /** Connections to one origin at the same time, all integrations together. */
  readonly connections?: number;
  /** Bytes of a body that are read; what comes after them is not waited for. */
  readonly bodyCap?: number;
  /** Certificates to trust instead of the system's, as PEM text. */
  readonly ca?: string;
  /** Where `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY` (or lower case) are read from. */
  readonly env?: NodeJS.ProcessEnv;
}

/** A client whose connections can be closed. */
export interface ClosableHttpClient extends HttpClient {
  /** Closes all connections; attempts that still run end as network failures. */
  close(): Promise<void>;
}

const CONNECTIONS = 16;
const BODY_CAP = 64 * 1024;
/** For opening a connection; also ends one that is no longer awaited. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * An HTTP/1.1 client over undici, the only place that knows it. `send` never rejects: whatever goes
 * wrong is a value. The time limit holds for a whole attempt, from connecting to the end of the
 * body. A body that is too long, incomplete or late is cut: status and headers count.
 */
export function createHttpClient(options: HttpClientOptions): ClosableHttpClient {
  const agents = openAgents(options);
  if (agents === undefined) {
    const message = 'HTTP_PROXY or HTTPS_PROXY is set, but is not a proxy URL.';
    return { send: async () => failure('network', message, false), close: async () => {} };
  }
  const { pooled, fresh } = agents;
  const { clock, bodyCap = BODY_CAP } = options;
  return {
    async send(request, limits) {
      const deadline = clock.monotonic() + limits.timeoutMs;
      const attempt = (agent: Dispatcher) => {
        const exchange = new Exchange({
          timeoutMs: limits.timeoutMs,
          deadline,
          signal: limits.signal,
          clock,
          bodyCap: limits.bodyCap ?? bodyCap,
        });
        return exchange.run(() => {
          agent.dispatch(dispatchOptions(request, exchange), exchange);
        });
      };
      const first = await attempt(pooled);
      // The server had closed an idle connection: not this attempt's fault.
      return first === 'stale' ? asResult(await attempt(fresh)) : first;
    },
    async close() {
      await Promise.all([pooled.destroy(), fresh.destroy()]);
    },
  };
}

/** A fresh connection cannot be stale. */
function asResult(result: HttpResult | 'stale'): HttpResult {
  return result === 'stale' ? failure('network', 'The connection was lost.', true) : result;
}

interface Agents {
  /** Keeps connections open for the next request. */
  readonly pooled: Dispatcher;
  /** Opens a connection for every request. */
  readonly fresh: Dispatcher;
}

function openAgents(options: HttpClientOptions): Agents | undefined {
  const { connections = CONNECTIONS, ca, env = process.env } = options;
  const tls = { timeout: CONNECT_TIMEOUT_MS, ...(ca === undefined ? {} : { ca }) };
  const proxies = {
    httpProxy: env['http_proxy'] ?? env['HTTP_PROXY'] ?? '',
    httpsProxy: env['https_proxy'] ?? env['HTTPS_PROXY'] ?? '',
    noProxy: env['no_proxy'] ?? env['NO_PROXY'] ?? '',
  };
  const isDirect = proxies.httpProxy === '' && proxies.httpsProxy === '';
  const agent = (pipelining: 0 | 1) => {
    const common = {
      connections,
      pipelining,
      connect: tls,
      // The attempt has its own clock.
      headersTimeout: 0,
      bodyTimeout: 0,
      factory: (origin: string | URL, pool: object) =>
        new Pool(origin, { ...pool, factory: (o, c) => new TrackedClient(o, c) }),
    };
    if (isDirect) return new Agent(common);
    return new EnvHttpProxyAgent({
      ...common,
      ...proxies,
      requestTls: tls,
      proxyTls: tls,
      // Plain requests go through a proxy as such: many let CONNECT through to port 443 only.
      proxyTunnel: false,
    });
  };
  try {
    return { pooled: agent(1), fresh: agent(0) };
  } catch {
    return undefined;
  }
}

const EXCHANGE = Symbol('exchange');
type TrackedOptions = Dispatcher.DispatchOptions & { [EXCHANGE]?: Exchange };

/** A client that tells each exchange which connection it got. */
class TrackedClient extends Client {
  readonly #current: { connection: Connection | undefined };

  constructor(origin: URL, options: object) {
    const { connect } = options as Client.Options;
    const current: { connection: Connection | undefined } = { connection: undefined };
    if (typeof connect !== 'function') {
      super(origin, options);
    } else {
      super(origin, {
        ...options,
        connect: (target, callback) => {
          connect(target, (...outcome) => {
            const [, socket] = outcome;
            current.connection = socket === null ? undefined : { socket, uses: 0 };
            callback(...outcome);
          });
        },
      });
    }
    this.#current = current;
  }

  override dispatch(options: TrackedOptions, handler: Dispatcher.DispatchHandler): boolean {
    const current = this.#current;
    if (options[EXCHANGE] !== undefined) options[EXCHANGE].connection = () => current.connection;
    return super.dispatch(options, handler);
  }
}

/** @throws TypeError when the address is invalid. */
function dispatchOptions(request: HttpRequest, exchange: Exchange): TrackedOptions {
  const { origin, path, authorization } = targetOf(request.url);
  // A list of names and values: to build an object with them costs several times as much.
  const headers = [...authorization];
  for (const name of Object.keys(request.headers)) {
    const value = request.headers[name] as string | Secret;
    headers.push(name, value instanceof Secret ? value.reveal() : value);
  }
  const { method, bodyFile } = request;
  if (bodyFile !== undefined) headers.push('content-length', String(bodyFile.bytes));
  const body = bodyFile === undefined ? (request.body ?? null) : createReadStream(bodyFile.path);
  return { origin, path, method, headers, body, [EXCHANGE]: exchange };
}

/** What an address is divided into. */
interface Target {
  readonly origin: string;
  readonly path: string;
  /** Name and value of the header; empty when there is none. */
  readonly authorization: readonly string[];
}

/** An integration sends everything to one address: it is divided once. */
const targets = new WeakMap<Secret, Target>();

function targetOf(address: Secret): Target {
  const known = targets.get(address);
  if (known !== undefined) return known;
  const url = new URL(address.reveal());
  const authorization = basicAuthorization(url);
  const target = { origin: url.origin, path: url.pathname + url.search, authorization };
  targets.set(address, target);
  return target;
}

/** User and password in an address are sent as the reference's library sends them. */
function basicAuthorization({ username, password }: URL): string[] {
  if (username === '' && password === '') return [];
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return ['authorization', `Basic ${Buffer.from(pair).toString('base64')}`];
}

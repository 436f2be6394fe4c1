import { Secret } from '../core/secret.ts';
import { readNoProxy } from './no-proxy.ts';

/** A proxy, as a variable of the environment names it. */
export interface Proxy {
  /** The variable, for messages. */
  readonly variable: string;
  /** A name, or an IP address without brackets. */
  readonly host: string;
  readonly port: number;
  /** True where the proxy itself is spoken to over TLS (`https://proxy`). */
  readonly tls: boolean;
  /** The value of `Proxy-Authorization`; undefined where it has no user. */
  readonly authorization: Secret | undefined;
}

/** A variable that cannot be used. */
export interface ProxyProblem {
  readonly variable: string;
  /** A sentence that names the variable, and nothing of its value. */
  readonly problem: string;
}

/** What the environment says about proxies. */
export interface ProxyEnvironment {
  /** The proxy for an address; undefined where none is used; a problem where it cannot be known. */
  proxyFor(url: URL): Proxy | ProxyProblem | undefined;
  readonly problems: readonly ProxyProblem[];
  /** What must not be shown: passwords, and values that were not understood but may hold one. */
  readonly secrets: readonly string[];
}

/**
 * Reads `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` (for whichever of the two is not set) and `NO_PROXY`.
 * As with curl, the name in lower case goes first, and an empty variable is one that is not set.
 */
export function readProxyEnvironment(env: NodeJS.ProcessEnv): ProxyEnvironment {
  const all = variable(env, 'all_proxy');
  const none = variable(env, 'no_proxy');
  const noProxy = readNoProxy(none?.value ?? '');
  const settings = {
    'https:': variable(env, 'https_proxy') ?? all,
    'http:': variable(env, 'http_proxy') ?? all,
  };
  const found = new Map<Variable, Proxy | ProxyProblem>();
  for (const set of Object.values(settings)) if (set !== undefined) found.set(set, readProxy(set));
  const problems = [...found.values()].filter((one) => 'problem' in one);
  if (none !== undefined && noProxy.isBroken) {
    const problem = `${none.name} has a network that is none; one is written like 10.0.0.0/8 or fd00::/8.`;
    problems.push({ variable: none.name, problem });
  }
  return {
    problems,
    secrets: [...found].flatMap(([{ value }, result]) => secretsOf(value, result)),
    proxyFor(url) {
      const { protocol, port } = url;
      const set = settings[protocol as keyof typeof settings];
      const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
      const number = port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
      if (set === undefined || noProxy.includes(host, number)) return undefined;
      return found.get(set);
    },
  };
}

interface Variable {
  readonly name: string;
  readonly value: string;
}

function variable(env: NodeJS.ProcessEnv, lowerCase: string): Variable | undefined {
  for (const name of [lowerCase, lowerCase.toUpperCase()]) {
    const value = env[name]?.trim() ?? '';
    if (value !== '') return { name, value };
  }
  return undefined;
}

const EXAMPLE = 'http://proxy.example.com:3128';

function readProxy({ name, value }: Variable): Proxy | ProxyProblem {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(value)?.[1]?.toLowerCase();
  if (scheme?.startsWith('socks') === true) {
    const problem = `${name} names a SOCKS proxy, which is not supported. Set it to an HTTP proxy, like ${EXAMPLE}.`;
    return { variable: name, problem };
  }
  const mistyped = {
    variable: name,
    problem: `${name} is not the address of a proxy. It is written like ${EXAMPLE}, with special characters in user and password percent-encoded.`,
  };
  // Without a scheme it must be host and port, and nothing else: the rest is a typing mistake.
  const isShort =
    scheme === undefined && /^(?:[^/?#]*@)?(?:[^/?#@:]+|\[[^\]]+\]):\d+\/?$/.test(value);
  if (!isShort && scheme !== 'http' && scheme !== 'https') return mistyped;
  try {
    const url = new URL(isShort ? `http://${value}` : value);
    const tls = url.protocol === 'https:';
    return {
      variable: name,
      host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: url.port === '' ? (tls ? 443 : 80) : Number(url.port),
      tls,
      authorization: authorizationOf(url),
    };
  } catch {
    return mistyped;
  }
}

/** @throws URIError where a percent sign begins no escape. */
function authorizationOf({ username, password }: URL): Secret | undefined {
  if (username === '' && password === '') return undefined;
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return new Secret(`Basic ${Buffer.from(pair).toString('base64')}`);
}

function secretsOf(value: string, result: Proxy | ProxyProblem): string[] {
  // Where it has no user, it is perhaps an ordinary word, which must not be removed from texts.
  if ('problem' in result) return value.includes('@') ? [value] : [];
  if (result.authorization === undefined) return [];
  const pair = result.authorization.reveal().slice('Basic '.length);
  const decoded = Buffer.from(pair, 'base64').toString();
  return [value, pair, decoded.slice(decoded.indexOf(':') + 1)];
}

import type { Socket } from 'node:net';
import { CodedError, type Fault, faultOf } from './http-errors.ts';
import type { Proxy } from './proxy-environment.ts';

/** The head of a proxy's answer may be this long, in bytes. */
const LONGEST_HEAD = 16 * 1024;
const HEAD_END = '\r\n\r\n';

/**
 * Has a proxy open a tunnel (CONNECT) over a connection to it. Undefined when the tunnel is open; else
 * what is wrong. The caller destroys the connection then.
 * @param host a name or an IP address without brackets
 */
export function openTunnel(
  socket: Socket,
  proxy: Proxy,
  { host, port }: { readonly host: string; readonly port: number },
  signal: AbortSignal,
): Promise<Fault | undefined> {
  const peer = { proxyVariable: proxy.variable };
  return new Promise((resolve) => {
    let head = Buffer.alloc(0);
    const finish = (fault: Fault | undefined) => {
      socket.off('readable', read).off('error', failed).off('close', closed).off('end', closed);
      signal.removeEventListener('abort', stopped);
      resolve(fault);
    };
    const failed = (error: Error) => finish(faultOf(error, peer));
    const closed = () => finish(faultOf(new CodedError('ECONNRESET'), peer));
    const stopped = () => finish(faultOf(new CodedError('STOPPED')));
    const read = () => {
      for (let chunk = nextChunk(socket); chunk !== null; chunk = nextChunk(socket)) {
        head = Buffer.concat([head, chunk]);
        const answer = answerIn(head);
        if (answer !== undefined) return finish(meaningOf(answer, proxy));
        if (head.length > LONGEST_HEAD) return finish(notHttp(proxy));
      }
    };
    socket.on('readable', read).on('error', failed).on('close', closed).on('end', closed);
    signal.addEventListener('abort', stopped);
    if (signal.aborted) stopped();
    else socket.write(connectRequest(proxy, host, port));
  });
}

function nextChunk(socket: Socket): Buffer | null {
  return socket.read() as Buffer | null;
}

function connectRequest({ authorization }: Proxy, host: string, port: number): string {
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const login =
    authorization === undefined ? '' : `Proxy-Authorization: ${authorization.reveal()}\r\n`;
  return `CONNECT ${target} HTTP/1.1\r\nHost: ${target}\r\n${login}\r\n`;
}

interface ProxyAnswer {
  /** NaN when it is not HTTP. */
  readonly status: number;
  readonly isPage: boolean;
}

/** The final answer, once its head is complete. */
function answerIn(bytes: Buffer): ProxyAnswer | undefined {
  for (let start = 0; ; ) {
    const end = bytes.indexOf(HEAD_END, start);
    const text = bytes.toString('latin1', start, end === -1 ? bytes.length : end);
    if (!/^H?T?T?P?\/?$|^HTTP\//.test(text.slice(0, 5)))
      return { status: Number.NaN, isPage: false };
    if (end === -1) return undefined;
    const status = Number(/^HTTP\/1\.\d (\d{3})(?: |\r|$)/.exec(text)?.[1]);
    start = end + HEAD_END.length;
    if (status >= 100 && status <= 199 && status !== 101) continue;
    // A server never speaks first in TLS: what follows a success comes from the proxy.
    const isPage = /^content-type: *text\/html/im.test(text) || bytes.length > start;
    return { status, isPage };
  }
}

function meaningOf({ status, isPage }: ProxyAnswer, proxy: Proxy): Fault | undefined {
  const { variable } = proxy;
  if (Number.isNaN(status)) return notHttp(proxy);
  if (status === 407) return proxyLogin(proxy);
  if (status >= 200 && status <= 299) {
    if (!isPage) return undefined;
    return retried(
      `The proxy answered with a page instead of a connection (HTTP ${status}). Check that ${variable} names a proxy, and whether it wants a login on that page.`,
    );
  }
  const how = isPage ? `answered with a page (HTTP ${status})` : `answered HTTP ${status}`;
  return retried(
    `The proxy refused the connection to the server: it ${how}. Check its rules, and ${variable}.`,
  );
}

/** The proxy wants a user and a password, or others. */
export function proxyLogin({ variable, authorization }: Proxy): Fault {
  const message =
    authorization === undefined
      ? `The proxy wants a login (HTTP 407). Put user and password into ${variable}, as in http://user:password@host:port, and restart.`
      : `The proxy does not accept the login in ${variable} (HTTP 407). Correct user and password there, and restart.`;
  return { reason: 'auth', message, needsRepair: true };
}

function notHttp({ variable }: Proxy): Fault {
  return retried(`The answer of the proxy is not HTTP. Check that ${variable} names a proxy.`);
}

function retried(message: string): Fault {
  return { reason: 'network', message, needsRepair: false };
}

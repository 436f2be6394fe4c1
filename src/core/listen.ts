import { isIP } from 'node:net';

/** Where a server listens. */
export type ListenPlace =
  | { readonly kind: 'socket'; readonly path: string }
  | { readonly kind: 'loopback'; readonly host: string; readonly port: number };

/** The longest path that a socket can have, with its end (`sun_path` in unix(7)). */
export const LONGEST_SOCKET_PATH = 107;

/**
 * Reads where to listen: the absolute path of a socket, or an address and port that only this machine
 * reaches. Else says why not. A name such as `localhost` is not taken: what it means is decided elsewhere.
 */
export function listenPlace(text: string): ListenPlace | string {
  if (text.startsWith('/')) {
    if (Buffer.byteLength(text) <= LONGEST_SOCKET_PATH) return { kind: 'socket', path: text };
    return `the path of a socket must not be longer than ${LONGEST_SOCKET_PATH} bytes`;
  }
  const [, bracketed, plain, digits = ''] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
  const host = bracketed ?? plain;
  const port = Number(digits);
  if (host === undefined || port < 1 || port > 65_535) {
    return 'must be the absolute path of a socket, or an address with a port such as 127.0.0.1:7780';
  }
  const isLoopback = bracketed === undefined ? isLoopback4(host) : host === '::1';
  if (isLoopback) return { kind: 'loopback', host, port };
  return `${host} can be reached from other machines: listen on a socket or on 127.0.0.1, and come by ssh`;
}

function isLoopback4(host: string): boolean {
  return isIP(host) === 4 && host.startsWith('127.');
}

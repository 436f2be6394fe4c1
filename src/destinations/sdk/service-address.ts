import { createHash } from 'node:crypto';
import { Secret } from '../../core/secret.ts';

/**
 * The address of something below a base address, whose query stays. A base that is no address stays
 * as it is, for the check that every attempt begins with.
 * @param path without a slash at its beginning, its parts encoded.
 * @param query further parameters.
 */
export function addressBelow(
  base: string,
  path: string,
  query: Readonly<Record<string, string>> = {},
): Secret {
  try {
    const url = new URL(base);
    url.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`;
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    return new Secret(url.href);
  } catch {
    return new Secret(base);
  }
}

/**
 * Names an account at a service, without its key: blocks with the same address and key share what is
 * kept of it (answers, quota), and all others do not.
 */
export function accountName(service: string, base: string, key: string): string {
  const hash = createHash('sha256').update(`${base}\0${key}`).digest('hex');
  return `${service}:${hash.slice(0, 24)}`;
}

/** Whether an address leads to a host. */
export function isHost(address: Secret | undefined, host: RegExp): boolean {
  const text = address?.reveal() ?? '';
  return URL.canParse(text) && host.test(new URL(text).hostname);
}

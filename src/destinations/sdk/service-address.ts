import { createHash } from 'node:crypto';
import { Secret } from '../../core/secret.ts';

/**
 * The address of a path below a base address, whose query is kept. An invalid base stays
 * as it is: every attempt begins with a check for it.
 * @param path without a leading slash, its parts encoded.
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
 * Names an account at a service without revealing its key: blocks with the same address and key share
 * its state (answers, quota), and all others do not.
 */
export function accountName(service: string, base: string, key: string): string {
  const hash = createHash('sha256').update(`${base}\0${key}`).digest('hex');
  return `${service}:${hash.slice(0, 24)}`;
}

/** Whether an address points to a host. */
export function isHost(address: Secret | undefined, host: RegExp): boolean {
  const text = address?.reveal() ?? '';
  return URL.canParse(text) && host.test(new URL(text).hostname);
}

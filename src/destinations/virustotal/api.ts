import { addressBelow, type HttpRequest, Secret, VERSION } from '../sdk/index.ts';

/** The API version, and where it is. */
export interface VirusTotalApi {
  readonly version: 2 | 3;
  /** The base of the paths in its documentation. */
  readonly base: string;
}

const ORIGIN = 'https://www.virustotal.com';
const PATHS = { 2: '/vtapi/v2', 3: '/api/v3' } as const;

/**
 * VirusTotal's API: version 3, or 2 where `<options>{"api_version": 2}</options>` or an address with
 * `/vtapi/v2` says so. `<hook_url>` replaces the address, for a gateway or a test: without a path it
 * gets the API's; otherwise it is the base that `/files/<hash>` (version 3) or `/file/report`
 * (version 2) are appended to, unless it already has them. The reference ignores `<hook_url>` here.
 */
export function virusTotalApi(
  address: Secret | undefined,
  apiVersion: 2 | 3 | '2' | '3',
): VirusTotalApi {
  const own = address?.reveal().trim() ?? '';
  const isOld = apiVersion === 2 || apiVersion === '2';
  const version = versionIn(own) ?? (isOld ? 2 : 3);
  if (own === '') return { version, base: ORIGIN + PATHS[version] };
  const base = own.replace(/\/(?:file\/report|files)\/?(?=[?#]|$)/, '');
  const isOrigin = /^https?:\/\/[^/?#]+\/?$/i.test(base);
  return { version, base: isOrigin ? base.replace(/\/?$/, PATHS[version]) : base };
}

function versionIn(address: string): 2 | 3 | undefined {
  if (/\/vtapi\/v2(?=[/?#]|$)/i.test(address)) return 2;
  return /\/api\/v3(?=[/?#]|$)/i.test(address) ? 3 : undefined;
}

/** The lookup of a file by its MD5, SHA-1 or SHA-256. */
export function fileRequest(
  { version, base }: VirusTotalApi,
  key: string,
  hash: string,
): HttpRequest {
  const headers = { accept: 'application/json', 'user-agent': `integratord/${VERSION}` };
  if (version === 2) {
    const url = addressBelow(base, 'file/report', { apikey: key, resource: hash });
    return { method: 'GET', url, headers };
  }
  const url = addressBelow(base, `files/${hash}`);
  return { method: 'GET', url, headers: { ...headers, 'x-apikey': new Secret(key) } };
}

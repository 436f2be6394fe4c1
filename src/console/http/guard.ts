/** Why a request is not answered. */
export interface RefusedRequest {
  readonly status: 400 | 403 | 421;
  readonly why: string;
}

/** The headers of a request, by their names in lower case. */
export interface RequestHeaders {
  get(name: string): string | null | undefined;
}

/** The header that our own scripts set, and that pages of others cannot. */
export const OWN_HEADER = 'x-integratord';

const LOCAL_HOSTS = ['localhost', '127.0.0.1', '[::1]'];
const READING = new Set(['GET', 'HEAD']);

/**
 * Says why a request is refused, which a page of somebody else may have had a browser make; undefined where
 * it is not.
 *
 * A name that is none of ours in `host` is DNS rebinding: such a page is of our origin, as far as the
 * browser knows. What changes something must come from our own pages. A form is sent by a navigation;
 * all else carries a header that makes a browser ask before it sends it from elsewhere, and nobody answers.
 */
export function whyRefused(
  method: string,
  headers: RequestHeaders,
  hosts: readonly string[],
): RefusedRequest | undefined {
  const host = headers.get('host') ?? '';
  const name = /^(\[[\da-f:.]+\]|[^:[\]]+)(?::\d{1,5})?$/i.exec(host)?.[1]?.toLowerCase();
  const names = [...LOCAL_HOSTS, ...hosts.map((one) => one.toLowerCase())];
  if (name === undefined || !names.includes(name)) {
    return { status: 421, why: 'this name is not one of the console: see console.hosts' };
  }
  const site = headers.get('sec-fetch-site') ?? undefined;
  const mode = headers.get('sec-fetch-mode') ?? undefined;
  const isNavigation = mode === 'navigate';
  if (READING.has(method)) {
    const isOurs = site === undefined || site === 'same-origin' || site === 'none';
    // A link from elsewhere may lead here; a picture, a frame or a script there may not.
    const isLink = isNavigation && headers.get('sec-fetch-dest') === 'document';
    return isOurs || isLink ? undefined : { status: 403, why: 'not for pages of others' };
  }
  if (method !== 'POST') return { status: 400, why: 'there is nothing that is done like this' };
  const origin = headers.get('origin') ?? undefined;
  // Behind a proxy with TLS it is https, which the name says nothing of.
  const isOurOrigin = origin === `http://${host}` || origin === `https://${host}`;
  // Without a referrer, browsers send our own forms as of no origin; `site` says all the same whose they are.
  const isNameless = origin === 'null' && site === 'same-origin';
  if (origin !== undefined && !isOurOrigin && !isNameless) return FOREIGN;
  if (site === undefined ? !isOurOrigin : site !== 'same-origin') return FOREIGN;
  if (!isNavigation && headers.get(OWN_HEADER) !== '1') {
    return { status: 403, why: `the header ${OWN_HEADER}: 1 is missing` };
  }
  const type = (headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') return { status: 400, why: 'not a form' };
  return undefined;
}

const FOREIGN: RefusedRequest = { status: 403, why: 'this was not sent by a page of the console' };

/** What every answer says: nothing of others runs here, and nothing of it runs or is kept elsewhere. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; '),
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

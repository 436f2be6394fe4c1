import { createHash } from 'node:crypto';
import { type Alert, type HashKind, hashIn, isHashOfNothing, publicAddress } from '../sdk/index.ts';

/** Something in an alert that Maltiverse may know. */
export interface Indicator {
  /** As written in the alert. */
  readonly name: string;
  /** Its name on Maltiverse's own pages; for a URL its SHA-256. */
  readonly id: string;
  /** Below the API's address, without a slash at its beginning. */
  readonly path: string;
}

/**
 * What to look up for an alert, in the order of the reference (Wazuh 4.14 `maltiverse.py`): MD5, SHA-1,
 * source address if public, host name, URL. Each lookup once.
 */
export function indicators(alert: Alert): Indicator[] {
  const all = [
    fileHash(alert, 'md5'),
    fileHash(alert, 'sha1'),
    sourceAddress(alert),
    hostname(alert),
    url(alert),
  ];
  const byPath = new Map<string, Indicator>();
  for (const one of all) {
    if (one !== undefined && !byPath.has(one.path)) byPath.set(one.path, one);
  }
  return [...byPath.values()];
}

function fileHash(alert: Alert, kind: HashKind): Indicator | undefined {
  const hash = hashIn(alert.at('syscheck', `${kind}_after`), kind);
  if (hash === undefined || isHashOfNothing(hash)) return undefined;
  return { name: hash, id: hash, path: `sample/${kind}/${hash.toLowerCase()}` };
}

function sourceAddress(alert: Alert): Indicator | undefined {
  const text = alert.at('data', 'srcip');
  const address = typeof text === 'string' ? publicAddress(text) : undefined;
  // A colon needs no escaping in a path.
  return address === undefined ? undefined : { name: address, id: address, path: `ip/${address}` };
}

/** Longest name in DNS, in characters. */
const LONGEST_HOSTNAME = 253;

function hostname(alert: Alert): Indicator | undefined {
  const name = alert.at('data', 'hostname');
  if (typeof name !== 'string' || name.length > LONGEST_HOSTNAME) return undefined;
  // A text without a letter or digit is not a name, and `..` would change the path.
  if (!/[\p{L}\p{N}]/u.test(name)) return undefined;
  const wellFormed = name.replace(/\p{Surrogate}/gu, '\ufffd');
  return { name, id: name, path: `hostname/${encodeURIComponent(wellFormed)}` };
}

/** A URL is looked up by the SHA-256 of its exact text. Web servers log only the path: not usable. */
function url(alert: Alert): Indicator | undefined {
  const text = alert.at('data', 'url');
  if (typeof text !== 'string' || text === '' || text.startsWith('/')) return undefined;
  const hash = createHash('sha256').update(text, 'utf8').digest('hex');
  return { name: text, id: hash, path: `url/${hash}` };
}

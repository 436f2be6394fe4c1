import type { JsonValue } from '../../../alert/json.ts';

export type HashKind = 'md5' | 'sha1' | 'sha256';

/** Lower case or upper case, but not mixed, and not inside a longer word. */
const PATTERNS: Readonly<Record<HashKind, RegExp>> = {
  md5: /\b(?:[a-f\d]{32}|[A-F\d]{32})\b/g,
  sha1: /\b(?:[a-f\d]{40}|[A-F\d]{40})\b/g,
  sha256: /\b(?:[a-f\d]{64}|[A-F\d]{64})\b/g,
};

/** The hashes of the empty file: empty files are everywhere and mean nothing. */
const OF_NOTHING = new Set([
  'd41d8cd98f00b204e9800998ecf8427e',
  'da39a3ee5e6b4b0d3255bfef95601890afd80709',
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
]);

/**
 * The hash in a field of an alert, by the reference's rule for MD5 (Wazuh 4.14 `virustotal.py`): the
 * field is text that contains exactly one hash. Returned as written.
 */
export function hashIn(value: JsonValue | undefined, kind: HashKind): string | undefined {
  if (typeof value !== 'string') return undefined;
  const found = value.match(PATTERNS[kind]) ?? [];
  return found.length === 1 ? found[0] : undefined;
}

/** True for the hash of an empty file. */
export function isHashOfNothing(hash: string): boolean {
  return OF_NOTHING.has(hash.toLowerCase());
}

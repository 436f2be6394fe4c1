import { isJsonObject, type JsonObject, type JsonValue } from '../alert/json.ts';
import { isTelling } from './secret.ts';

/** Words of a name that make its value a secret, written together. */
const SECRET_WORDS =
  /api_?key|access_?key|private_?key|routing_?key|service_?key|integration_?key|secret_?key|license_?key|auth_?key|token|password|passwd|passphrase|secret|authorization|credential|cookie|webhook|hook_url|bearer/;
/** Names that are secret as a whole. */
const SECRET_NAMES = /^(?:auth|pass|pwd|pat|psk|x_auth|proxy_auth)$/;
/** What is only about a secret: `token_type`, `password_file`, `secret_name`, `max_tokens`. */
const ABOUT =
  /(?:^|_)(?:type|url_path|path|file|name|id|policy|ttl|expiry|expires|expires_in|lifetime|length|limit|count|header|prefix|field|location|env|timeout|enabled|required|tokens)$/;

/** `Authorization: Bearer …` and the like, wherever they stand in a text. */
const SCHEME = /\b(?:Bearer|Basic|Token|ApiKey|GenieKey|Splunk)\s+([\w.~+/=:-]{8,})/gi;
/** Pairs of a name and a value in text that is no JSON. */
const PAIR = /([\w-]{3,40})["']?\s*[:=]\s*["']?([^\s"',;}]+)/g;

/** True for the name of a member or a header whose value must not be shown: `api_key`, `X-Auth-Token`. */
export function looksSecret(name: string): boolean {
  const words = name
    .trim()
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replace(/[^a-z\d]+/g, '_');
  return SECRET_NAMES.test(words) || (SECRET_WORDS.test(words) && !ABOUT.test(words));
}

type Leaf = Exclude<JsonValue, JsonObject | JsonValue[]>;

/** A copy of a value with its leaves replaced: those below members whose names look secret, and all others. */
export function mapLeaves(
  value: JsonValue,
  secret: (leaf: Leaf) => JsonValue,
  other: (leaf: Leaf) => JsonValue,
): JsonValue {
  const walk = (part: JsonValue, isSecret: boolean): JsonValue => {
    if (Array.isArray(part)) return part.map((item) => walk(item, isSecret));
    if (!isJsonObject(part)) return isSecret ? secret(part as Leaf) : other(part as Leaf);
    // Headers are often a list: {"name": "Authorization", "value": "…"}.
    const label = part['name'] ?? part['key'] ?? part['header'];
    const isLabelled = typeof label === 'string' && looksSecret(label);
    const members = Object.entries(part).map(([name, member]) => {
      const isBelow = isSecret || looksSecret(name) || (isLabelled && name === 'value');
      return [name, walk(member, isBelow)];
    });
    return Object.fromEntries(members) as JsonObject;
  };
  return walk(value, false);
}

/** The values of members whose names look secret, at any depth. */
export function secretMembers(value: JsonValue): string[] {
  const found: string[] = [];
  const keep = (leaf: Leaf) => leaf;
  mapLeaves(
    value,
    (leaf) => {
      if (isValue(leaf)) found.push(String(leaf));
      return leaf;
    },
    keep,
  );
  return found;
}

/** False for what says nothing: an empty text, true, null. */
export function isValue(leaf: JsonValue): leaf is string | number {
  return typeof leaf === 'number' || (typeof leaf === 'string' && leaf !== '');
}

/**
 * The secrets that are written plainly in `<options>`: what secret members hold, what follows `Bearer`,
 * the passwords in addresses. Short and ordinary words are none: they would be hidden wherever they
 * occur.
 * @param text the options as they are written, also where they are no JSON.
 * @param options the same, where they are.
 */
export function secretsInOptions(text: string, options: JsonValue | undefined): string[] {
  const found = options === undefined ? pairsIn(text) : secretMembers(options);
  for (const [, after = ''] of text.matchAll(SCHEME)) found.push(after);
  for (const [, pair = ''] of text.matchAll(/:\/\/([^/\s"@]+:[^/\s"@]+)@/g)) found.push(pair);
  return [...new Set(found.flatMap(partsOf))].filter(isTelling);
}

function pairsIn(text: string): string[] {
  const pairs = [...text.matchAll(PAIR)];
  return pairs.flatMap(([, name = '', value = '']) => (looksSecret(name) ? [value] : []));
}

/** A value, what follows its scheme, and what `user:password` says in either of its forms. */
function partsOf(value: string): string[] {
  const bare = value.replace(/^[A-Za-z]+\s+(?=\S+$)/, '');
  const decoded = /^[\w+/-]{8,}={0,2}$/.test(bare) ? Buffer.from(bare, 'base64').toString() : '';
  const isAccount = /^[\u0020-\u007e]+:[\u0020-\u007e]+$/.test(decoded);
  const account = isAccount ? decoded : bare;
  const password = account.includes('://') ? '' : account.slice(account.indexOf(':') + 1);
  return [value, bare, account, password];
}

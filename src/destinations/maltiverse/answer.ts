import {
  classifyHttp,
  cut,
  displayText,
  failed,
  firstJson,
  type HttpResponse,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  MINUTE_MS,
  type Reading,
  retryAt,
  type Service,
  valueAt,
  withoutLargest,
} from '../sdk/index.ts';

/** What Maltiverse knows about an indicator, as stored in the cache. */
export type Knowledge = { readonly known: false } | Known;
export interface Known {
  readonly known: true;
  /** Its `type`: ip, hostname, url, sample. */
  readonly kind: string;
  /** Its answer, without the largest parts when it is too large for an event. */
  readonly source: JsonObject;
  readonly removed: readonly string[];
  /** Derived from the whole answer, in terms of the Elastic Common Schema. */
  readonly threat: Threat;
}
export interface Threat {
  readonly type: string | null;
  readonly description: string;
  readonly provider: string;
  readonly first_seen: string | null;
  readonly modified_at: string | null;
  readonly last_seen: string | null;
  readonly confidence: string;
  readonly sightings: number;
  readonly software?: Readonly<Record<'id' | 'reference' | 'name', string | null>>;
}

/** How long answers are cached. */
export interface KnowledgeTimes {
  readonly foundMs: number;
  readonly unknownMs: number;
}

const SERVICE: Service = {
  title: 'Maltiverse',
  credential: 'api_key',
  advice: 'Copy the API key of your Maltiverse account into <api_key>, and reload.',
};

/** Maximum bytes of an answer to keep: more does not fit into an event anyway. */
const LARGEST_SOURCE = 60_000;
/** Longest texts that are derived from an answer, in characters. */
const LONGEST_LIST = 4096;
const LONGEST_WORD = 1024;

/** Statuses that refuse the lookup itself: treated as unknown. */
const NO_SUCH_THING = [400, 404, 414, 422];

/**
 * What the answer to a lookup means. An object without a `type` is not an indicator, whatever its
 * status: not found, an error, or empty. The reference treats these as hits.
 */
export function readMaltiverse(
  response: HttpResponse,
  now: number,
  times: KnowledgeTimes,
): Reading {
  const { status, truncated } = response;
  const isEmpty = response.body.trim() === '' && !truncated;
  const json = isEmpty ? {} : firstJson(response.body);
  if (status >= 200 && status < 300) {
    if (json === undefined) return senseless(response, now);
    const type = json['type'];
    return typeof type === 'string' && type !== ''
      ? { kind: 'answer', answer: { ...knowledge(json, type) }, ttlMs: times.foundMs }
      : unknown(times);
  }
  if (status === 429) return exhausted(response, now);
  // A 404 that is not JSON means that the address is wrong: Maltiverse answers with JSON.
  if (NO_SUCH_THING.includes(status) && json !== undefined) return unknown(times);
  return { kind: 'failed', outcome: classifyHttp(response, SERVICE, now) };
}

function unknown({ unknownMs }: KnowledgeTimes): Reading {
  return { kind: 'answer', answer: { known: false }, ttlMs: unknownMs };
}

function exhausted(response: HttpResponse, now: number): Reading {
  const message =
    'Maltiverse says: too many requests (HTTP 429). The alerts wait until lookups are allowed again; lower the quota setting if this happens often.';
  return { kind: 'exhausted', until: retryAt(response, now) ?? now + MINUTE_MS, message };
}

function senseless(response: HttpResponse, now: number): Reading {
  const what = response.truncated
    ? 'The answer was cut off or is too long to be read'
    : 'The answer is not from Maltiverse';
  const message = `${what} (HTTP ${response.status}). It will be retried. A proxy may be answering instead; check <hook_url>.`;
  const outcome = failed(response, { kind: 'retry', reason: 'server_error', message }, now);
  return { kind: 'failed', outcome };
}

function knowledge(answer: JsonObject, type: string): JsonObject {
  const { kept: source, removed } = withoutLargest(answer, LARGEST_SOURCE);
  const threat = { ...threatIn(answer, type) };
  return { known: true, kind: cut(type, LONGEST_WORD), source, removed: [...removed], threat };
}

function threatIn(answer: JsonObject, type: string): JsonObject {
  const list = answer['blacklist'];
  const blacklist = Array.isArray(list) ? list : [];
  const modified = word(answer['modification_time']);
  const software = softwareIn(blacklist);
  return {
    type: ecsType(type, answer['ip_version']),
    description: named(blacklist, 'description'),
    provider: named(blacklist, 'source'),
    first_seen: word(answer['creation_time']),
    modified_at: modified,
    last_seen: modified,
    confidence: confidence(answer['classification'], blacklist.length),
    sightings: blacklist.length,
    ...(software === undefined ? {} : { software }),
  };
}

/** The kind of an indicator in terms of the Elastic Common Schema. */
function ecsType(type: string, ipVersion: JsonValue | undefined): string | null {
  switch (type) {
    case 'ip':
      return Number(ipVersion) === 6 ? 'ipv6-addr' : 'ipv4-addr';
    case 'hostname':
      return 'domain-name';
    case 'sample':
      return 'file';
    case 'url':
      return 'url';
    default:
      return null;
  }
}

/** The descriptions in the blacklist entries, each once, in alphabetical order. */
function named(blacklist: readonly JsonValue[], member: string): string {
  const names = blacklist.flatMap((entry) => displayText(valueAt(entry, member)) ?? []);
  return cut([...new Set(names)].sort().join(', '), LONGEST_LIST);
}

/** The confidence: with several blacklist entries, and with one or none. */
const CONFIDENCE = new Map<JsonValue | undefined, readonly [several: string, few: string]>([
  ['malicious', ['High', 'Medium']],
  ['suspicious', ['Medium', 'Low']],
  ['neutral', ['Low', 'None']],
  ['whitelist', ['Low', 'None']],
  ['whitelisted', ['Low', 'None']],
]);

function confidence(classification: JsonValue | undefined, entries: number): string {
  const [several, few] = CONFIDENCE.get(classification) ?? ['Not Specified', 'Not Specified'];
  return entries > 1 ? several : few;
}

/** The first MITRE ATT&CK software (a number such as S0154) that is named. */
function softwareIn(blacklist: readonly JsonValue[]): JsonObject | undefined {
  for (const entry of blacklist) {
    const references = valueAt(entry, 'external_references');
    for (const reference of Array.isArray(references) ? references : []) {
      if (!isJsonObject(reference) || reference['source_name'] !== 'mitre-attack') continue;
      const { external_id: id, url, description } = reference;
      if (typeof id !== 'string' || !/^S\d+$/.test(id)) continue;
      return { id: cut(id, LONGEST_WORD), reference: word(url), name: word(description) };
    }
  }
  return undefined;
}

/** A date, an address, a name. */
function word(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? cut(value, LONGEST_WORD) : null;
}

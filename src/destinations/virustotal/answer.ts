import {
  classifyHttp,
  DAY_MS,
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
} from '../sdk/index.ts';

/** What VirusTotal knows about a file, as stored in the cache. */
export type Verdict =
  | { readonly kind: 'unknown' }
  | {
      readonly kind: 'found';
      readonly positives: number;
      readonly total: number;
      readonly sha1?: string;
      readonly scan_date?: string;
      readonly permalink?: string;
    }
  /** Not analysed yet. No lookup before `until` (milliseconds since 1970). */
  | { readonly kind: 'pending'; readonly until: number };

/** How long verdicts are cached, and when to look up a pending one again. */
export interface VerdictTimes {
  readonly foundMs: number;
  readonly unknownMs: number;
  readonly pendingMs: number;
}

const SERVICE: Service = {
  title: 'VirusTotal',
  credential: 'api_key',
  advice: 'Copy the API key of your VirusTotal account into <api_key>, and reload.',
};

/** What an answer of the API version 3 to `GET /files/{hash}` means. */
export function readV3(response: HttpResponse, now: number, times: VerdictTimes): Reading {
  const { status, truncated } = response;
  const json = firstJson(response.body);
  const code = displayText(valueAt(json, 'error', 'code')) ?? '';
  if (status >= 200 && status < 300) {
    const verdict = verdictV3(json, now + times.pendingMs);
    return verdict === undefined ? senseless(response, now) : answer(verdict, now, times);
  }
  if (status === 429 || code === 'QuotaExceededError') {
    return exhausted(response, displayText(valueAt(json, 'error', 'message')), now);
  }
  if (status === 404 && code === 'NotFoundError') return answer({ kind: 'unknown' }, now, times);
  if (status === 400 && code.startsWith('NotAvailableYet')) {
    return answer({ kind: 'pending', until: now + times.pendingMs }, now, times);
  }
  // A 404 that is not JSON is not "unknown file": the address is wrong. A cut-off answer says neither.
  if (status === 404 && truncated && code === '') return senseless(response, now);
  return { kind: 'failed', outcome: classifyHttp(response, SERVICE, now) };
}

/** What an answer of the API version 2 to `file/report` means. */
export function readV2(response: HttpResponse, now: number, times: VerdictTimes): Reading {
  const { status } = response;
  if (status === 204 || status === 429) return exhausted(response, undefined, now);
  if (status < 200 || status >= 300) {
    return { kind: 'failed', outcome: classifyHttp(response, SERVICE, now) };
  }
  const verdict = verdictV2(firstJson(response.body), now + times.pendingMs);
  return verdict === undefined ? senseless(response, now) : answer(verdict, now, times);
}

/** The verdict in an object of version 3; the fields of version 2 are derived from it. */
function verdictV3(json: JsonObject | undefined, pendingUntil: number): Verdict | undefined {
  const attributes = valueAt(json, 'data', 'attributes');
  if (!isJsonObject(attributes)) return undefined;
  const stats = attributes['last_analysis_stats'];
  const date = scanDate(attributes['last_analysis_date']);
  const count = (name: string) => countOf(valueAt(stats, name)) ?? 0;
  const positives = count('malicious');
  const total = positives + count('suspicious') + count('undetected') + count('harmless');
  if (!isJsonObject(stats) || (total === 0 && date === undefined)) {
    return { kind: 'pending', until: pendingUntil };
  }
  const sha1 = hex(attributes['sha1'], 40);
  const sha256 = hex(attributes['sha256'], 64) ?? hex(valueAt(json, 'data', 'id'), 64);
  return {
    kind: 'found',
    positives,
    total,
    ...(sha1 === undefined ? {} : { sha1 }),
    ...(date === undefined ? {} : { scan_date: date }),
    ...(sha256 === undefined ? {} : { permalink: `https://www.virustotal.com/gui/file/${sha256}` }),
  };
}

/** The verdict in a report of version 2: response_code 1 is found, 0 unknown, -2 still queued. */
function verdictV2(json: JsonObject | undefined, pendingUntil: number): Verdict | undefined {
  const code = json?.['response_code'];
  if (code === 0) return { kind: 'unknown' };
  if (code === -2) return { kind: 'pending', until: pendingUntil };
  if (json === undefined || code !== 1) return undefined;
  const positives = countOf(json['positives']);
  const total = countOf(json['total']);
  if (positives === undefined || total === undefined) return undefined;
  const { sha1, scan_date: date, permalink } = json;
  return {
    kind: 'found',
    positives,
    total,
    ...(typeof sha1 === 'string' ? { sha1 } : {}),
    ...(typeof date === 'string' ? { scan_date: date } : {}),
    ...(typeof permalink === 'string' ? { permalink } : {}),
  };
}

function answer(verdict: Verdict, now: number, times: VerdictTimes): Reading {
  const ttlMs = {
    found: times.foundMs,
    unknown: times.unknownMs,
    pending: verdict.kind === 'pending' ? verdict.until - now : 0,
  }[verdict.kind];
  return { kind: 'answer', answer: { ...verdict }, ttlMs };
}

/** The time that VirusTotal names, else midnight UTC for a daily quota, else a minute. */
function exhausted(response: HttpResponse, says: string | undefined, now: number): Reading {
  const isLong = /\b(?:daily|day|monthly|month)\b/i.test(says ?? '');
  const midnight = (Math.floor(now / DAY_MS) + 1) * DAY_MS;
  const until = retryAt(response, now) ?? (isLong ? midnight : now + MINUTE_MS);
  const message = `VirusTotal says that the quota of this key is used up (HTTP ${response.status}). The alerts wait until lookups are allowed again. If other programs use this key too, lower the quota setting.`;
  return { kind: 'exhausted', until, message };
}

/** An unusable answer: a proxy or a login page may have answered. */
function senseless(response: HttpResponse, now: number): Reading {
  const what = response.truncated
    ? 'The answer was cut off or is too long to be read'
    : 'The answer is not from VirusTotal';
  const message = `${what} (HTTP ${response.status}), so nothing is known about the file. It will be retried. A proxy may be answering instead; check <hook_url> if it is set.`;
  const outcome = failed(response, { kind: 'retry', reason: 'server_error', message }, now);
  return { kind: 'failed', outcome };
}

function countOf(value: JsonValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function hex(value: JsonValue | undefined, length: number): string | undefined {
  const isHash = typeof value === 'string' && value.length === length && /^[\da-f]+$/i.test(value);
  return isHash ? value : undefined;
}

/** Seconds since 1970 as `YYYY-MM-DD HH:MM:SS` in UTC. */
function scanDate(seconds: JsonValue | undefined): string | undefined {
  const date = new Date(typeof seconds === 'number' ? seconds * 1000 : Number.NaN);
  if (Number.isNaN(date.getTime()) || date.getTime() <= 0) return undefined;
  return date.toISOString().slice(0, 19).replace('T', ' ');
}

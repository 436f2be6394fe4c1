import type { JsonDocument } from '../alert/json.ts';

/**
 * An event for the manager: the result of an enrichment, to be matched by its rules like
 * any log. Sent as the datagram `1:<location>:<message>`.
 */
export interface ManagerEvent {
  /**
   * What analysisd takes for the origin: `virustotal`, or on behalf of an agent
   * `[001] (web01) 10.0.0.21->virustotal`, with `|` and `:` of the agent's part escaped.
   */
  readonly location: string;
  /** Becomes one line of JSON. */
  readonly message: { readonly [key: string]: JsonDocument | undefined };
}

/** The result of an enrichment, as a separate alert. */
export interface VerdictAlert {
  /** JSON, without a newline. */
  readonly line: string;
  readonly id: string;
  readonly level: number;
  readonly isMalicious: boolean;
}

/** Cached answers of services, on disk. Keys name service and lookup: `virustotal:file:<md5>`. */
export interface AnswerCache {
  /** The answer, unless there is none or it is too old. */
  get(key: string): string | undefined;
  /** Keeps an answer for the given number of milliseconds. */
  set(key: string, answer: string, ttlMs: number): void;
}

/** What a cache knew of a look-up: `negative` is that the service knows nothing. */
export const CACHE_RESULTS = ['hit', 'negative', 'miss'] as const;
export type CacheResult = (typeof CACHE_RESULTS)[number];

/** The quota of a service. */
export interface QuotaLimits {
  /** Lookups within any 60 seconds. */
  readonly perMinute: number;
  /** Lookups within a day, from midnight to midnight UTC. */
  readonly perDay: number;
}

/** Counts lookups, across restarts. A name stands for a service and an account. */
export interface Quota {
  /**
   * Takes one lookup. 0 when it may be made now; else the time (milliseconds since 1970) from
   * which it may, and nothing is taken.
   */
  take(name: string, limits: QuotaLimits): number;
  /**
   * The service said that the quota is used up: no lookups before this time. True only for the
   * first to say so, who tells the manager.
   */
  exhausted(name: string, until: number): boolean;
}

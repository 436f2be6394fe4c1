import type { Alert } from '../alert/alert.ts';
import type { Clock } from './clock.ts';
import type { AnswerCache, Quota } from './enrichment.ts';
import type { Integration, RateLimit } from './integration.ts';
import type { Outcome } from './outcome.ts';
import type { Secret } from './secret.ts';

/** One delivery to be attempted. */
export interface Job {
  readonly alert: Alert;
  readonly integration: Integration;
  /** Stable across retries and restarts: an idempotency key. */
  readonly key: string;
  /** Attempts made before this one. */
  readonly attempts: number;
}

/** An HTTP request, ready to be sent or shown. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** The whole address. Secret, since webhooks and some APIs carry their key in it. */
  readonly url: Secret;
  readonly headers: Readonly<Record<string, string | Secret>>;
  readonly body?: string;
}

/** An answer, or why there was none. Expected failures are values. */
export type HttpResult = HttpResponse | HttpFailure;
export interface HttpResponse {
  readonly ok: true;
  readonly status: number;
  /** Lower-case names; of repeated headers the first. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as text, up to the cap. */
  readonly body: string;
  /** True when the body was longer than the cap, was cut off, or timed out. */
  readonly truncated: boolean;
}
export interface HttpFailure {
  readonly ok: false;
  readonly reason: 'timeout' | 'network';
  /** A sentence that says what happened, without the address. */
  readonly message: string;
  /** True when the request may have reached the server, so that a retry may repeat it. */
  readonly mayHaveArrived: boolean;
}

/** Sends requests. Redirects are not followed. */
export interface HttpClient {
  send(
    request: HttpRequest,
    limits: {
      timeoutMs: number;
      signal: AbortSignal;
      /** Bytes of a body that are read, where answers may be longer than the client's own cap. */
      bodyCap?: number | undefined;
    },
  ): Promise<HttpResult>;
}

/** How a `custom-*` script is called. */
export interface ScriptCall {
  /** The script's path. */
  readonly path: string;
  /** What it sees as its own name. */
  readonly argv0: string;
  /**
   * The arguments after the program's name. {@link ALERT_FILE} and {@link OPTIONS_FILE} stand for
   * the paths of the two files, which exist only while the script runs.
   */
  readonly argv: readonly string[];
  /** Bytes of the alert file. */
  readonly alertFile: Buffer;
  /** Text of the options file; undefined when there is none. */
  readonly optionsFile: string | undefined;
}
export const ALERT_FILE = '<alert-file>';
export const OPTIONS_FILE = '<options-file>';

/** How a script ended. */
export type ScriptResult =
  | { readonly kind: 'exited'; readonly code: number; readonly output: string }
  | { readonly kind: 'killed'; readonly signal: string; readonly output: string }
  | { readonly kind: 'timeout'; readonly output: string }
  /** It could not be started, and will not be: missing, not executable, not safe to run … */
  | { readonly kind: 'refused'; readonly message: string }
  /**
   * It could not be started now, for lack of processes, memory or disk space; or it is unknown what
   * happened to it.
   */
  | { readonly kind: 'failed'; readonly message: string };

/** Runs scripts. */
export interface ScriptRunner {
  run(
    call: ScriptCall,
    limits: { timeoutMs: number; signal: AbortSignal; name: string },
  ): Promise<ScriptResult>;
}

/** What a destination gets to make an attempt. */
export interface DeliveryContext {
  readonly http: HttpClient;
  readonly scripts: ScriptRunner;
  readonly cache: AnswerCache;
  readonly quota: Quota;
  readonly clock: Clock;
  /** Aborted when the daemon stops and waits no longer. */
  readonly signal: AbortSignal;
}

/** What would be sent, for `preview` and for tests. */
export type Plan =
  | { readonly kind: 'requests'; readonly requests: readonly HttpRequest[] }
  | { readonly kind: 'script'; readonly call: ScriptCall };

/**
 * The rate limit of a service. Compatible servers, such as Mattermost, may not have
 * it; if they have one, they answer 429.
 */
export interface ServiceLimit extends RateLimit {
  /** True when the integration delivers to the service itself. */
  appliesTo(integration: Integration): boolean;
}

/** A kind of place that alerts are delivered to. One file in `destinations/` defines each. */
export interface Destination {
  /** The `<name>` that selects it. */
  readonly name: string;
  /** The display name: `Slack`, `PagerDuty`. */
  readonly title: string;
  /** Required settings. */
  readonly requires: readonly ('hook_url' | 'api_key')[];
  /** Concurrent attempts. 1 keeps the order of the alerts. */
  readonly concurrency: number;
  /** True where it answers with events: it gets no verdicts of others, which prevents loops. */
  readonly enriches?: boolean;
  /** True if the highest rule level goes first, because its quota is small. */
  readonly highestLevelFirst?: boolean;
  /** The service's rate limit; the `rate_limit` setting replaces it. */
  readonly rateLimit?: ServiceLimit;
  /** Minimum seconds per attempt when the configuration sets no timeout. */
  readonly defaultTimeout?: number;
  /**
   * Why its own settings, such as its options, are invalid; as a sentence without its
   * full stop, and without secrets. Undefined when they are valid.
   */
  problem?(integration: Integration): string | undefined;
  /** Why this alert is deliberately not sent, or undefined when it is. Called before it is stored. */
  skip?(alert: Alert, integration: Integration): string | undefined;
  /** What an attempt would send. Never fails because of missing fields. */
  plan(job: Job): Plan;
  /** Makes one attempt. Resolves with its outcome; a rejection is a bug. */
  deliver(job: Job, context: DeliveryContext): Promise<Outcome>;
}

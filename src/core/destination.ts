import type { Alert } from '../alert/alert.ts';
import type { Bundle } from './bundle.ts';
import type { Clock } from './clock.ts';
import type { SettingsSchema, Unusable } from './destination-settings.ts';
import type {
  AnswerCache,
  CacheResult,
  ManagerEvent,
  Quota,
  QuotaLimits,
  VerdictAlert,
} from './enrichment.ts';
import type { Integration, RateLimit } from './integration.ts';
import type { Outcome } from './outcome.ts';
import type { Scrubber, Secret } from './secret.ts';
import type { SpooledFile } from './spool.ts';

/** One delivery to be attempted. */
export interface Job {
  readonly alert: Alert;
  readonly integration: Integration;
  /** Stable across retries and restarts: an idempotency key. */
  readonly key: string;
  /** Attempts made before this one. */
  readonly attempts: number;
  /** Where the message covers several alerts: then `alert` is the first of the highest level. */
  readonly bundle?: Bundle | undefined;
  /** True for a test alert, which proves the way: it must be seen as one, and call nobody. */
  readonly isCanary?: boolean | undefined;
}

/** An HTTP request, ready to be sent or shown. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** The whole address. Secret, since webhooks and some APIs carry their key in it. */
  readonly url: Secret;
  readonly headers: Readonly<Record<string, string | Secret>>;
  readonly body?: string;
  /** The body, where it is too large for the memory. */
  readonly bodyFile?: Pick<SpooledFile, 'path' | 'bytes'>;
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
  /**
   * `auth`: the proxy wants a login, or the server a client certificate. `client_error`: this
   * machine's settings for its proxy are wrong.
   */
  readonly reason: 'timeout' | 'network' | 'auth' | 'client_error';
  /** A sentence that says what happened, without the address. */
  readonly message: string;
  /** True when the request may have reached the server, so that a retry may repeat it. */
  readonly mayHaveArrived: boolean;
  /** True when it stays like this until someone acts, as with an expired certificate. */
  readonly needsRepair?: boolean;
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

/** A client whose connections can be closed. */
export interface ClosableHttpClient extends HttpClient {
  /** Closes all connections; attempts that still run end as network failures. */
  close(): Promise<void>;
}

/** Makes HTTP clients: each lane has its own, so that none waits for the connections of another. */
export interface LaneHttp {
  /**
   * @param owner the lane's integration: names are looked up for it alone.
   * @param connections open at the same time, at most: the lane's concurrency.
   */
  forLane(owner: string, connections: number): ClosableHttpClient;
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
  /** What follows them; undefined for nothing. */
  readonly alertFileEnd?: string;
  /** A file in the directory of the alert files that becomes the alert file, in place of the bytes. */
  readonly alertAt?: { readonly path: string; readonly bytes: number };
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
  /** Knows every secret of the configuration: a service may repeat one that is not its own. */
  readonly scrubber?: Scrubber | undefined;
  readonly signal: AbortSignal;
  /** Told what the cache knew of a look-up. */
  readonly lookedUp?: ((result: CacheResult) => void) | undefined;
}

/** What would be sent, for `preview` and for tests. */
export type Plan =
  | { readonly kind: 'requests'; readonly requests: readonly HttpRequest[] }
  | { readonly kind: 'script'; readonly call: ScriptCall };

/** What the configuration must know about a destination. */
export interface DestinationDescription {
  /** Selects it: `slack`. */
  readonly name: string;
  /** The display name: `Slack`, `PagerDuty`. */
  readonly title: string;
  readonly settings: SettingsSchema;
  /**
   * True where each message opens something that a person has to close, a ticket or a case: it gets test
   * alerts only where its own entry asks for them.
   */
  readonly opensCases?: boolean;
  /** True where it answers with events: it gets no verdicts of others, which prevents loops. */
  readonly enriches?: boolean;
  /** True where a failure is retried only as far as the configuration asks for it (`retriesOf`). */
  readonly retriesOnRequest?: boolean;
}

/** A kind of place that alerts are delivered to; its folder in `destinations/` defines it. */
export interface Destination extends DestinationDescription {
  /** Concurrent attempts. 1 keeps the order of the alerts. */
  readonly concurrency: number;
  /** True where the highest rule level goes first, because what it may look up is scarce. */
  readonly highestLevelFirst?: boolean;
  /** Minimum seconds per attempt when the configuration sets no timeout. */
  readonly defaultTimeout?: number;
  /**
   * What the service allows this integration, or undefined where there is no limit; the setting
   * `rate_limit` replaces it.
   */
  rateLimit?(integration: Integration): RateLimit | undefined;
  /** What may be looked up for this integration; undefined where its settings are wrong. */
  quota?(integration: Integration): QuotaLimits | undefined;
  /** The name under which that is counted: an account at a service. */
  account?(integration: Integration): string | undefined;
  /**
   * What attempts take turns on, with those of all integrations that have the same: the real path of
   * a script. As many run at a time as the largest `concurrency` that one of these is given.
   */
  turnsOn?(integration: Integration): string;
  /** Why this alert is deliberately not sent, or undefined when it is. Called before it is stored. */
  skip?(alert: Alert, integration: Integration): string | undefined;
  /** What an attempt would send. Never fails because of missing fields. */
  plan(job: Job): Plan;
  /** Makes one attempt. Resolves with its outcome; a rejection is a bug. */
  deliver(job: Job, context: DeliveryContext): Promise<Outcome>;
  /** An event of its own as an alert, for others; undefined when it is no verdict. */
  verdict?(source: Alert, event: ManagerEvent): VerdictAlert | undefined;
}

/** What a name leads to. */
export interface Resolution<Found extends DestinationDescription = Destination> {
  /** Undefined when there is none. For a script it is set even when the file is missing. */
  readonly destination: Found | undefined;
  /** The settings that it needs. */
  readonly settings: SettingsSchema;
  /** Why nothing can be delivered to it, whatever its settings; undefined when it can. */
  readonly unusable: Unusable | undefined;
  /** Where alerts go, and why, as shown to the operator. */
  readonly description: string;
}

/** Finds destinations by their names. */
export interface DestinationResolver<Found extends DestinationDescription = Destination> {
  /** Those that are built in. */
  readonly builtins: readonly Found[];
  /**
   * What the `<name>` of a block, white space around it aside, leads to now. `custom-x` is the script
   * of that name where there is one, else the built-in x.
   * @param asScript always the script of that name, even if a built-in exists
   */
  resolve(name: string, asScript?: boolean): Resolution<Found>;
  /** What the `type:` of an integration in `integratord.yaml` leads to now. */
  resolveType(type: string): Resolution<Found>;
}

import type { JsonObject } from '../alert/json.ts';
import type { Secret } from './secret.ts';

/**
 * One `<integration>` block, or what `integratord.yaml` defines in its place: a destination, its
 * settings, its filters. Values are as the reference would hold them after reading the same block
 * (Wazuh 4.14 `integrator-config.c`).
 */
export interface Integration {
  /** The name without surrounding whitespace; the second block of one name is `name#2`. */
  readonly id: string;
  /** The name exactly as it is written. */
  readonly name: string;
  readonly hookUrl: Secret | undefined;
  readonly apiKey: Secret | undefined;
  /** Only alerts of this rule level and above; 0 matches all. */
  readonly level: number;
  /** Only alerts of these rules; undefined matches all. */
  readonly ruleIds: readonly number[] | undefined;
  /** Only alerts that have one of these groups: a comma-separated list, exact and untrimmed. */
  readonly group: string | undefined;
  /** Only alerts whose location matches this sregex. */
  readonly eventLocation: string | undefined;
  /** True when nothing in the block is newer than Wazuh 2, whose locations named the host too. */
  readonly isEarly?: boolean;
  /** Longest log excerpt in the text format, in bytes: 165 to 1024. */
  readonly maxLog: number;
  /** Anything that starts with `json` is JSON; else, also when missing, the text format. */
  readonly alertFormat: string | undefined;
  /** The parsed `<options>`, merged into the message; undefined when there are none or no object. */
  readonly options: JsonObject | undefined;
  /** `<options>` as written, secrets resolved, for the options file of a script. */
  readonly optionsText: Secret | undefined;
  /** The timeout of one attempt, in seconds. */
  readonly timeout: number;
  /** False when `timeout` is the default, which a destination may stretch. */
  readonly timeoutIsSet: boolean;
  /** Quick retries after a failed attempt, before the long schedule begins. */
  readonly retries: number;
  /** False when `retries` is the default, which a script does not follow. */
  readonly retriesAreSet: boolean;
  /** Our own additions, from the settings file. */
  readonly settings: IntegrationSettings;
  /** Where it is defined. */
  readonly source: SourcePosition;
  /** True when `integratord.yaml` defines it, rather than a block of `ossec.conf`. */
  readonly isOurs?: boolean;
}

/**
 * How a `<group>` is read. `exact`: names separated by commas, as Wazuh reads it since 3.1.
 * `sregex`: one pattern over all groups of the alert, ` syslog,sshd,`, as Wazuh 2 and earlier read it.
 */
export type GroupDialect = 'exact' | 'sregex';

/**
 * What an `<event_location>` is compared with. `json`: the `location` of alerts.json, as Wazuh does
 * since 3.0. `full`: the location with its host, `(agent) ip->path`, as Wazuh 2 and earlier did.
 */
export type LocationDialect = 'json' | 'full';

/** What `integratord.yaml` may say of an integration; everything has a default elsewhere. */
export interface IntegrationSettings {
  /** Attempts that may run at the same time. */
  readonly concurrency?: number | undefined;
  /** True: the script of this name in `integrations/` is run instead of the built-in. */
  readonly script?: boolean | undefined;
  /** Token bucket: messages per period, and how many at once. */
  readonly rateLimit?: RateLimit | undefined;
  /** The long schedule after the quick retries. */
  readonly retry?: RetrySchedule | undefined;
  /** How `<group>` is read; recognised from its text when not given. */
  readonly groupDialect?: GroupDialect | undefined;
  /** What `<event_location>` is compared with; recognised from the block when not given. */
  readonly locationDialect?: LocationDialect | undefined;
  /** Enrichments: other integrations that get the verdict directly, whatever their filters. */
  readonly forward?: Forwarding | undefined;
  /** Settings that only its destination knows, by their names in `integratord.yaml`. */
  readonly own?: JsonObject | undefined;
}

export interface Forwarding {
  /** Ids of integrations; enrichments among them get nothing. */
  readonly to: readonly string[];
  readonly onlyMalicious: boolean;
}

export interface RateLimit {
  readonly count: number;
  readonly seconds: number;
  readonly burst: number;
}

export interface RetrySchedule {
  /** Maximum seconds before the first long retry (full jitter). */
  readonly firstSeconds: number;
  /** Maximum seconds between retries. */
  readonly longestSeconds: number;
  /** Hours after which a delivery is given up. */
  readonly giveUpHours: number;
}

/** A place in a file; line and column count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** True when scripts get the alert as JSON: the reference compares the first four letters only. */
export function wantsJson(integration: Integration): boolean {
  return integration.alertFormat?.startsWith('json') ?? false;
}

import type { z } from 'zod';
import type { Alert } from '../../alert/alert.ts';
import type { JsonObject, JsonValue } from '../../alert/json.ts';
import type {
  DeliveryContext,
  HttpRequest,
  HttpResponse,
  Job,
  Plan,
} from '../../core/destination.ts';
import type { SettingsSchema } from '../../core/destination-settings.ts';
import type { QuotaLimits } from '../../core/enrichment.ts';
import type { Integration, RateLimit } from '../../core/integration.ts';
import type { Outcome } from '../../core/outcome.ts';
import type { Judgement } from './enrichment/verdict-alert.ts';
import type { RequestSession } from './request-session.ts';

/** One delivery, with the destination's own settings as its schema read them. */
export interface Delivery<Settings> extends Job {
  readonly settings: Settings;
}

/** An answer as a service gave it, and the outcome that it must have. */
export interface RecordedAnswer {
  /** What it says, as a title: `the webhook was removed`. */
  readonly what: string;
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
  readonly outcome: Readonly<Record<string, unknown>>;
}

/** What contract tests, previews and docs need to know of a destination. */
export interface Examples {
  /** Settings that work, by their names. */
  readonly settings: Readonly<Record<string, JsonValue>>;
  /** Where the message goes, below the configured address. */
  readonly path?: string;
  /** Answers to what is asked before the message is sent. */
  readonly before?: readonly string[];
  /** The first one says that the message was taken. */
  readonly answers: readonly RecordedAnswer[];
}

interface Common<Schema extends SettingsSchema> {
  /** Selects it: `slack`. */
  readonly name: string;
  /** The display name: `Slack`. */
  readonly title: string;
  /**
   * False where Wazuh's other programs would refuse the name in `ossec.conf`; it is `custom-NAME`
   * there, and NAME in `integratord.yaml`.
   */
  readonly knownToWazuh: boolean;
  readonly settings: Schema;
  /** Concurrent attempts; 1 keeps the order of the alerts. */
  readonly concurrency: number;
  /** What the service allows. Compatible servers need not have the limit: `appliesTo` says where. */
  readonly limits?: RateLimit & { appliesTo(settings: z.output<Schema>): boolean };
  /**
   * True where each message opens something that a person has to close: it gets test alerts only where its
   * own entry asks for them.
   */
  readonly opensCases?: boolean;
  /** Minimum seconds per attempt when the configuration sets no timeout. */
  readonly defaultTimeout?: number;
  /** Why an alert is deliberately not sent. */
  readonly skip?: (alert: Alert, settings: z.output<Schema>) => string | undefined;
  /** Forms in which its secrets could come back in an answer, besides the secrets themselves. */
  readonly secretForms?: (settings: z.output<Schema>) => readonly string[];
  readonly examples: Examples;
}

/** A service that gets one HTTP request per alert. */
export interface RequestDefinition<Schema extends SettingsSchema> extends Common<Schema> {
  /** The request. Never fails because of what an alert lacks. */
  readonly request: (delivery: Delivery<z.output<Schema>>) => HttpRequest;
  /** Interprets an answer. */
  readonly read: (answer: HttpResponse, now: number) => Outcome;
  /**
   * Another request for the same alert that the service may accept, called once after it
   * rejected the first one: usually the message without its big parts.
   */
  readonly shrink?: (
    delivery: Delivery<z.output<Schema>>,
    rejected: HttpResponse,
  ) => HttpRequest | undefined;
}

/** A service that takes several requests per alert. */
export interface SessionDefinition<Schema extends SettingsSchema> extends Common<Schema> {
  /** The request with the message, for looking at it. */
  readonly request: (delivery: Delivery<z.output<Schema>>) => HttpRequest;
  /** Makes one attempt. */
  readonly exchange: (
    delivery: Delivery<z.output<Schema>>,
    session: RequestSession,
    context: DeliveryContext,
  ) => Promise<Outcome>;
}

/** A service that is asked about an alert, and whose answer goes back to the manager as an event. */
export interface EnrichmentDefinition<Schema extends SettingsSchema> extends Common<Schema> {
  /** How much may be looked up. */
  readonly quota: (settings: z.output<Schema>) => QuotaLimits;
  /** Whose quota that is: see `accountName`. */
  readonly account: (settings: z.output<Schema>) => string;
  /** Why there is nothing to look up for this alert; undefined when there is. */
  readonly notApplicable: (alert: Alert) => string | undefined;
  /** The look-ups, for looking at them. */
  readonly requests: (delivery: Delivery<z.output<Schema>>) => HttpRequest[];
  /** Makes one attempt. */
  readonly enrich: (
    delivery: Delivery<z.output<Schema>>,
    context: DeliveryContext,
  ) => Promise<Outcome>;
  /** What an event of its own says; undefined when it is no verdict, such as an error. */
  readonly verdict: (message: JsonObject) => Judgement | undefined;
}

/** Anything else, such as a program that is run. */
export interface CustomDefinition<Schema extends SettingsSchema> extends Common<Schema> {
  readonly plan: (delivery: Delivery<z.output<Schema>>) => Plan;
  readonly deliver: (
    delivery: Delivery<z.output<Schema>>,
    context: DeliveryContext,
  ) => Promise<Outcome>;
  /** True when a failure is retried only as far as the configuration asks for it. */
  readonly retriesOnRequest?: boolean;
  /** What its attempts take turns on, with those of all integrations that have the same. */
  readonly turnsOn?: (integration: Integration) => string;
}

export type Definition<Schema extends SettingsSchema = SettingsSchema> =
  | RequestDefinition<Schema>
  | SessionDefinition<Schema>
  | EnrichmentDefinition<Schema>
  | CustomDefinition<Schema>;

/**
 * Defines a destination. From this alone come its place in the registry, what `check` says of its
 * settings, the schema of `integratord.yaml`, the redaction of its secrets, the table in its page of
 * the docs, and the data of the contract test.
 */
export function defineDestination<Schema extends SettingsSchema>(
  definition: Definition<Schema>,
): Definition {
  // What reads the settings hands over what this very schema made of them.
  return definition as unknown as Definition;
}

import type { Alert } from '../alert/alert.ts';
import type { AlertFacts, OldFacts } from '../alert/facts.ts';
import type { JsonValue } from '../alert/json.ts';
import type { Conditions } from '../conditions/read.ts';
import type { ConditionAlert } from '../conditions/scope.ts';
import type { Destination } from '../core/destination.ts';
import type { Arrival } from '../core/grouping.ts';
import type { Integration } from '../core/integration.ts';

/** An integration that takes part. */
export interface Route {
  readonly integration: Integration;
  /** What delivers for it, which may leave alerts out. */
  readonly destination: Pick<Destination, 'name' | 'skip'>;
  /** What else decides about its alerts. */
  readonly conditions?: Conditions | undefined;
  /** What the placing of its alerts needs to know of each; undefined when each is sent at once. */
  readonly arrival?: ((alert: ConditionAlert) => Arrival) | undefined;
  /** Its lane in the outbox. */
  readonly lane: number;
}

/** An alert on its way through the stages. */
export interface RoutedAlert {
  readonly facts: AlertFacts;
  /** What only filters of older dialects look at. */
  readonly old: OldFacts | undefined;
  /** The whole alert: parsed when the first stage asks for it. */
  readonly alert: () => Alert;
}

/** Why an alert does not go to an integration: a closed set, also used as a label of metrics. */
export const VERDICTS = [
  'level',
  'rule',
  'group',
  'location',
  'only',
  'except',
  'when',
  'skip',
  'silence',
  'mute',
] as const;
export type Verdict = (typeof VERDICTS)[number];

/** A stage's no. */
export interface Refusal {
  readonly verdict: Verdict;
  /** Which of several conditions it was: `only.level`, `except[1]`. */
  readonly by?: string;
  /** The reason in words, as half a sentence without secrets. */
  readonly why: string;
}

/** One question on the way of an alert to an integration. */
export interface ChainStep {
  /** What asked: the verdict that its no is. */
  readonly stage: Verdict;
  readonly pass: boolean;
  /** Which of several it was: `only.level`, `except[0]`. */
  readonly by?: string;
  /** The value in the alert; null where it has none. */
  readonly found?: JsonValue;
  readonly wanted?: string;
  /** The reason of a no, as half a sentence without secrets. */
  readonly why?: string;
  /** What it consists of. */
  readonly children?: readonly SubStep[];
}

/** A part of a question, such as one side of an `&&`. */
export interface SubStep {
  /** As it was written. */
  readonly text: string;
  /** Whether this part holds. */
  readonly pass: boolean;
  readonly found?: JsonValue;
  readonly wanted?: string;
  readonly children?: readonly SubStep[];
}

/**
 * One step from an alert to the integrations that get it. The router asks the stages in their order;
 * the first refusal ends the way of this alert to this integration.
 */
export interface Stage {
  readonly name: string;
  /** Why the alert goes no further, or undefined when it passes. Never throws. */
  refuse(alert: RoutedAlert, route: Route): Refusal | undefined;
  /**
   * The same with what was found and wanted: a step for each question, the one that said no being the
   * last. A stage without it is explained by its refusal alone.
   */
  explain?(alert: RoutedAlert, route: Route): readonly ChainStep[];
}

import type { Alert } from '../alert/alert.ts';
import type { AlertFacts, OldFacts } from '../alert/alert-scan.ts';
import type { Conditions } from '../conditions/read.ts';
import type { ConditionAlert } from '../conditions/scope.ts';
import type { Destination } from '../core/destination.ts';
import type { Arrival } from '../core/grouping.ts';
import type { Integration } from '../core/integration.ts';

/** An integration that takes part, and what delivers for it. */
export interface Route {
  readonly integration: Integration;
  readonly destination: Destination;
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
  /** Which of several conditions it was: `only:level`, `except:2`. */
  readonly by?: string;
  /** What was there, where that can be said by itself, and what should have been. */
  readonly found?: string;
  readonly wanted?: string;
  /** The reason in words, as half a sentence without secrets. */
  readonly why: string;
}

/**
 * One step from an alert to the integrations that get it. The router asks the stages in their order;
 * the first refusal ends the way of this alert to this integration.
 */
export interface Stage {
  readonly name: string;
  /** Why the alert goes no further, or undefined when it passes. Never throws. */
  refuse(alert: RoutedAlert, route: Route): Refusal | undefined;
}

import type { JsonObject } from '../alert/json.ts';
import type { Conditions } from '../conditions/read.ts';
import type { DestinationDescription, Resolution } from '../core/destination.ts';
import type { Unusable } from '../core/destination-settings.ts';
import type { Integration } from '../core/integration.ts';
import type { GroupingRules } from '../grouping/rules.ts';

/** An integration that is well-formed, and whether it can run. */
export interface LoadedIntegration<Found extends DestinationDescription = DestinationDescription> {
  readonly integration: Integration;
  /** What its name leads to. */
  readonly resolution: Resolution<Found>;
  /** Why it cannot deliver anything; undefined when it can. */
  readonly unusable: Unusable | undefined;
  /** What else decides about its alerts; undefined when there is nothing. */
  readonly conditions: Conditions | undefined;
  /** When they are sent, and which together; undefined: each at once. */
  readonly grouping: GroupingRules | undefined;
  /** The effective settings with the reference's names. Secrets stand in them in plaintext. */
  getconfig(): JsonObject;
}

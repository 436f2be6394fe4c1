import type { IntegrationResult, SimulationResult } from './result.ts';

/** What a throttle would have sent. */
export interface Saving {
  readonly same: readonly string[];
  /** As it is written in `integratord.yaml`: `15m`. */
  readonly every: string;
  readonly messages: number;
}

/** The noise of an integration, as it is configured, and what would make it less. */
export interface IntegrationNoise extends IntegrationResult {
  /** None where each alert must be delivered by itself. */
  readonly savings: readonly Saving[];
}

export interface Noise extends Pick<SimulationResult, 'alerts' | 'from' | 'to' | 'unreadable'> {
  /** The busiest first. */
  readonly integrations: readonly IntegrationNoise[];
}

import type { IntegrationResult, SimulationResult } from './result.ts';

/** What a throttle would have sent. */
export interface Saving {
  readonly same: readonly string[];
  /** As it is written in `integratord.yaml`: `15m`. */
  readonly every: string;
  readonly messages: number;
}

/** Where a throttle of an integration goes in the settings file, and what of it is there already. */
export interface ThrottlePlace {
  readonly has: 'nothing' | 'integrations' | 'entry' | 'throttle';
  /** The line of that, from 1. */
  readonly line: number;
  /** How far lines are indented there; undefined where all of it stands in braces. */
  readonly indent: number | undefined;
}

/** The noise of an integration, as it is configured, and what would make it less. */
export interface IntegrationNoise extends IntegrationResult {
  /** None where each alert must be delivered by itself. */
  readonly savings: readonly Saving[];
  readonly place: ThrottlePlace;
}

export interface Noise extends Pick<SimulationResult, 'alerts' | 'from' | 'to' | 'unreadable'> {
  /** The busiest first. */
  readonly integrations: readonly IntegrationNoise[];
}

import type { NewSilence } from '../core/silence.ts';

/** A silence as it is asked for. */
export type SilenceWish = Omit<NewSilence, 'name' | 'from' | 'by'>;

/** A name with how many alerts of it a silence would have held back. */
export interface HeldOf {
  readonly name: string;
  readonly description?: string | undefined;
  readonly count: number;
}

/** An alert that would have been held back. */
export interface HeldExample {
  readonly id: string | undefined;
  readonly timestamp: string | undefined;
  readonly level: number;
  readonly rule: string | undefined;
  readonly description: string | undefined;
  readonly agent: string | undefined;
  readonly integrations: readonly string[];
}

/** What a silence would have held back of the last 24 hours. */
export interface SilenceTrial {
  /** Alerts that were read, and those of them that an integration would not have got. */
  readonly alerts: number;
  readonly held: number;
  readonly integrations: readonly { readonly id: string; readonly held: number }[];
  readonly highestLevel: number | undefined;
  readonly rules: readonly HeldOf[];
  readonly agents: readonly HeldOf[];
  readonly examples: readonly HeldExample[];
  /** How far it was looked, in milliseconds since 1970; undefined: at all of it. */
  readonly stoppedAt: number | undefined;
  /** What could not be read, in words. */
  readonly problems: readonly string[];
}

/** What came of trying a silence. */
export interface TriedSilence {
  /** Why it is none. */
  readonly problems: readonly string[];
  /** A text says why nobody knows. */
  readonly trial: SilenceTrial | string | undefined;
}

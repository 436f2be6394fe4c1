import type { Noise } from '../../simulation/noise.ts';
import type { SimulationResult } from '../../simulation/result.ts';

/** The spans of past alerts that people choose from, in milliseconds; `today` is the live file alone. */
export const TRIAL_SPANS = {
  today: undefined,
  '1h': 3_600_000,
  '24h': 24 * 3_600_000,
  '7d': 7 * 24 * 3_600_000,
} as const;
export type TrialSpan = keyof typeof TRIAL_SPANS;

/** What a process of its own is to find out. */
export type TrialOrder =
  | { readonly kind: 'settings' }
  | { readonly kind: 'noise'; readonly span: TrialSpan }
  | { readonly kind: 'simulate'; readonly span: TrialSpan; readonly settings: string };

/** The settings file without its secrets, or why it cannot be shown. */
export interface SettingsText {
  /** Undefined where there is none. */
  readonly path: string | undefined;
  readonly text: string;
  /** Undefined where it can be shown. */
  readonly why: string | undefined;
}

/** Something that is wrong with a settings text. */
export interface SettingsProblem {
  readonly severity: 'error' | 'warning';
  /** They count from 1, in the text as it was given. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** The line, and below it a caret at the place. */
  readonly excerpt: string;
}

export interface NoiseReport {
  readonly noise: Noise;
  /** What could not be read, in words. */
  readonly missing: readonly string[];
}

export interface SimulateReport {
  readonly problems: readonly SettingsProblem[];
  /** True where references stand in it, which are not looked up here. */
  readonly hasReferences: boolean;
  /** Undefined where the settings cannot be read at all. */
  readonly result: SimulationResult | undefined;
  readonly missing: readonly string[];
}

/** What comes of each kind of order. */
export interface TrialResults {
  readonly settings: SettingsText;
  readonly noise: NoiseReport;
  readonly simulate: SimulateReport;
}

/** How far it is: bytes of the files as they lie on the disk. */
export interface TrialProgress {
  readonly done: number;
  readonly total: number;
  /** The history is read again where it is not in order. */
  readonly pass: number;
}

/** What the process says. */
export type TrialMessage =
  | ({ readonly kind: 'progress' } & TrialProgress)
  | { readonly kind: 'done'; readonly value: TrialResults[keyof TrialResults] }
  | { readonly kind: 'failed'; readonly message: string };

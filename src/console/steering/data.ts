import type { Runs } from './runs.ts';

/** An integration, and how it is configured. */
export interface RoutedIntegrationData {
  readonly id: string;
  /** Which alerts it gets and how they are sent. */
  readonly sentence: string;
  /** Where its alerts go, and why. */
  readonly note: string;
  readonly place: Place;
  /** Whether it delivers, waits until it can, or gets nothing. */
  readonly state: 'enabled' | 'parked' | 'not enabled';
  readonly why: string | undefined;
}

/** A place in a file, counted from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A setting in effect, as text. */
export interface SettingRow {
  readonly name: string;
  readonly value: string;
}

/** What the last reload changed of an integration, or of silences and mutes. */
export interface RoutingChange {
  readonly id: string;
  readonly kind: 'new' | 'gone' | 'changed';
  readonly details: readonly {
    readonly name: string;
    readonly before: string | undefined;
    readonly after: string | undefined;
  }[];
}

export interface RoutingData {
  readonly integrations: readonly RoutedIntegrationData[];
  /** Silences and mutes of the settings file, each as a sentence. */
  readonly quiet: readonly string[];
  readonly inForceSince: number;
  /** What the last reload changed; undefined where there was none since the start. */
  readonly changes: readonly RoutingChange[] | undefined;
  /** Files that were written since they were read. Times are milliseconds since 1970. */
  readonly newer: readonly { readonly file: string; readonly at: number }[];
}

/** An alert that comes with the program, to try what becomes of it. */
export interface SampleAlert {
  readonly name: string;
  readonly json: string;
}

/** What the pages about the configuration show. */
export interface Steering {
  routing(): RoutingData;
  /** What applies to an integration, without any secret; undefined where there is none of the name. */
  settingsOf(id: string): readonly SettingRow[] | undefined;
  samples(): readonly SampleAlert[];
  /** Where the settings file is; undefined where none is read. */
  readonly settingsPath: string | undefined;
  readonly runs: Runs;
}

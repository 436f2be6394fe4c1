import type { Diagnostic } from './diagnostic.ts';

/** What came of reading the configuration again. */
export interface ReloadOutcome {
  readonly accepted: boolean;
  /** True when it is right, and takes effect as soon as the outbox can be used. */
  readonly waits: boolean;
}

/** The same with what there is to say of the configuration. */
export interface ReloadReport extends ReloadOutcome {
  readonly diagnostics: readonly Diagnostic[];
}

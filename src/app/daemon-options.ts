import type { Log } from '../core/log.ts';
import type { Paths } from '../core/paths.ts';
import type { Scrubber } from '../core/secret.ts';
import type { GivenConsole } from './console/given-console.ts';
import type { Reinject } from './reinjection.ts';
import type { Setup } from './setup.ts';

/** What a daemon is started with. */
export interface DaemonOptions {
  readonly paths: Paths;
  /** Without a checkpoint, begin at the start of the alert file instead of at its end. */
  readonly fromStart: boolean;
  readonly env: NodeJS.ProcessEnv;
  /** Whether scripts are told that this is debug mode. */
  readonly debug?: boolean;
  readonly log: Log;
  readonly scrubber: Scrubber;
  /** Where the events of enrichments go. */
  readonly reinject: Reinject;
  /** Whether it stands in for the manager's own integrator, or runs beside it. Default: beside. */
  readonly mode?: 'in place' | 'beside';
  /** Called with the active setup, on start and after each reload. */
  readonly onSetup?: (setup: Setup) => void;
  /** A console instead of the one of the settings file. */
  readonly console?: GivenConsole;
  /** Ends a start that waits for the outbox. */
  readonly stop?: AbortSignal;
}

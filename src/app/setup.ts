import { loadConfig } from '../config/load.ts';
import type { LoadedIntegration } from '../config/loaded-integration.ts';
import type { Destination } from '../core/destination.ts';
import type { Unusable } from '../core/destination-settings.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { Integration } from '../core/integration.ts';
import type { Paths } from '../core/paths.ts';
import type { DaemonSettings } from '../core/settings.ts';
import { createRegistry } from '../destinations/registry.ts';
import { networkDiagnostics, networkSecrets } from './network-environment.ts';

/** An integration of the configuration, with what would deliver for it. */
export interface PreparedIntegration {
  readonly loaded: LoadedIntegration<Destination>;
  readonly integration: Integration;
  /** Undefined when no destination has its name. */
  readonly destination: Destination | undefined;
  /** Where its alerts go, and why, as shown to the operator. */
  readonly destinationNote: string;
  /** Why it cannot deliver; undefined when it can. */
  readonly unusable: Unusable | undefined;
}

/** The whole configuration, read and checked. */
export interface Setup {
  /** Well-formed integrations in the order of the files, also those that cannot deliver. */
  readonly integrations: readonly PreparedIntegration[];
  readonly diagnostics: readonly Diagnostic[];
  /** The file could not be read: nothing may start from it. */
  readonly fatal: boolean;
  readonly settings: DaemonSettings;
  /** Every secret value in it. */
  readonly secrets: readonly string[];
}

/** An integration that can deliver. */
export interface EnabledIntegration extends PreparedIntegration {
  readonly destination: Destination;
}

/** Reads configuration and settings and finds each integration's destination. Never throws. */
export function readSetup(paths: Paths, env: NodeJS.ProcessEnv): Setup {
  const { integrations, diagnostics, secrets, ...rest } = loadConfig({
    configFile: paths.config,
    settingsFile: paths.settings,
    env,
    destinations: createRegistry({ home: paths.home }),
  });
  return {
    ...rest,
    diagnostics: [...diagnostics, ...networkDiagnostics(env)],
    secrets: [...secrets, ...networkSecrets(env)],
    integrations: integrations.map((loaded) => ({
      loaded,
      integration: loaded.integration,
      destination: loaded.resolution.destination,
      destinationNote: loaded.resolution.description,
      unusable: loaded.unusable,
    })),
  };
}

/** The integrations that take part in the daemon. */
export function enabledIntegrations(setup: Setup): EnabledIntegration[] {
  return setup.integrations.filter(
    (entry): entry is EnabledIntegration =>
      entry.unusable === undefined && entry.destination !== undefined,
  );
}

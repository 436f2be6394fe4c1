import { type LoadedIntegration, loadConfig } from '../config/load.ts';
import type { Destination } from '../core/destination.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { Integration } from '../core/integration.ts';
import type { Paths } from '../core/paths.ts';
import type { DaemonSettings } from '../core/settings.ts';
import { createRegistry } from '../destinations/registry.ts';
import { whyUnusable } from '../destinations/sdk/http-destination.ts';

/** An integration of the configuration, with what would deliver for it. */
export interface PreparedIntegration {
  readonly loaded: LoadedIntegration;
  readonly integration: Integration;
  /** Undefined when no destination has its name. */
  readonly destination: Destination | undefined;
  /** Where its alerts go, and why, as shown to the operator. */
  readonly destinationNote: string;
  /** Why it cannot deliver; undefined when it can. */
  readonly disabledReason: string | undefined;
}

/** The whole configuration, read and checked. */
export interface Setup {
  /** Well-formed integrations in the order of the file, also those that cannot deliver. */
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
  const registry = createRegistry({ home: paths.home });
  const { integrations, diagnostics, fatal, secrets, settings } = loadConfig({
    configFile: paths.config,
    settingsFile: paths.settings,
    env,
    builtins: registry.builtins,
  });
  const found: Diagnostic[] = [...diagnostics];
  const prepared = integrations.map((loaded): PreparedIntegration => {
    const { integration } = loaded;
    const asScript = integration.settings.script === true;
    const { destination, missing, description } = registry.look(integration.name, asScript);
    let disabledReason = loaded.disabledReason;
    if (disabledReason === undefined) {
      disabledReason = missing ?? unusable(integration, destination);
      if (disabledReason !== undefined) found.push(warning(integration, disabledReason));
    }
    return { loaded, integration, destination, destinationNote: description, disabledReason };
  });
  return { integrations: prepared, diagnostics: found, fatal, secrets, settings };
}

/** The integrations that take part in the daemon. */
export function enabledIntegrations(setup: Setup): EnabledIntegration[] {
  return setup.integrations.filter(
    (entry): entry is EnabledIntegration =>
      entry.disabledReason === undefined && entry.destination !== undefined,
  );
}

/**
 * What the reader of the configuration cannot know: it takes `custom-iris` for a script, and knows no
 * options. Scripts, which require nothing, may have any settings.
 */
function unusable(
  integration: Integration,
  destination: Destination | undefined,
): string | undefined {
  if (destination === undefined || destination.requires.length === 0) return undefined;
  return whyUnusable(destination, integration) ?? destination.problem?.(integration);
}

function warning(integration: Integration, reason: string): Diagnostic {
  return {
    severity: 'warning',
    ...integration.source,
    message: `integration '${integration.id}' is not enabled: ${reason}`,
  };
}

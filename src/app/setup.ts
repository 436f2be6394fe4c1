import type { Conditions } from '../conditions/read.ts';
import type { ConfigTest } from '../config/config-tests.ts';
import { type Files, systemFiles } from '../config/files.ts';
import { loadConfig } from '../config/load.ts';
import type { LoadedIntegration } from '../config/loaded-integration.ts';
import type { SettingsTimes } from '../config/times.ts';
import type { CanaryPlan } from '../core/canary.ts';
import type { Destination, DestinationResolver } from '../core/destination.ts';
import { readOwnSettings, type Unusable } from '../core/destination-settings.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { Integration } from '../core/integration.ts';
import type { Paths } from '../core/paths.ts';
import type { DaemonSettings } from '../core/settings.ts';
import { createRegistry } from '../destinations/registry.ts';
import type { GroupingRules } from '../grouping/rules.ts';
import type { QuietSettings } from '../silences/quiet.ts';
import { networkDiagnostics, networkSecrets } from './network-environment.ts';
import { proxyPasswords, scriptEnvironment } from './script-environment.ts';
import { isScript, obstacleWarning, scriptObstacle } from './script-obstacle.ts';

/** An integration of the configuration, with what would deliver for it. */
export interface PreparedIntegration {
  readonly loaded: LoadedIntegration<Destination>;
  readonly integration: Integration;
  /** What else decides about its alerts. */
  readonly conditions: Conditions | undefined;
  /** When they are sent, and which together; undefined: each at once. */
  readonly grouping: GroupingRules | undefined;
  /** Undefined when no destination has its name. */
  readonly destination: Destination | undefined;
  /** Where its alerts go, and why, as shown to the operator. */
  readonly destinationNote: string;
  /** Why it cannot deliver; undefined when it can. */
  readonly unusable: Unusable | undefined;
  /** Why its script would not be run as it lies there now; its first alert would park it. */
  readonly obstacle: string | undefined;
  /** Looks again: true where it can deliver, also when what was missing outside of the files came. */
  canRun(): boolean;
}

/** The whole configuration, read and checked. */
export interface Setup {
  /** Well-formed integrations in the order of the files, also those that cannot deliver. */
  readonly integrations: readonly PreparedIntegration[];
  readonly diagnostics: readonly Diagnostic[];
  /** The file could not be read: nothing may start from it. */
  readonly fatal: boolean;
  readonly settings: DaemonSettings;
  /** The times that conditions and hours ask, by their names. */
  readonly times: SettingsTimes;
  /** Ids of integrations that are told about ourselves. */
  readonly notices: readonly string[];
  /** When integrations get test alerts, by their ids. */
  readonly canaries: ReadonlyMap<string, CanaryPlan>;
  /** What must be decided about alerts, which `check` tries. */
  readonly tests: readonly ConfigTest[];
  /** Silences that come again, and mutes. */
  readonly quiet: QuietSettings;
  /** What scripts find in their environment. */
  readonly scriptEnvironment: NodeJS.ProcessEnv;
  /** Every secret value in it. */
  readonly secrets: readonly string[];
  /** Files that are blank or gone, which a reload takes for mistakes. */
  readonly blank: readonly Diagnostic[];
}

/** An integration whose alerts are stored: they are delivered, or wait until they can be. */
export interface RoutedIntegration extends PreparedIntegration {
  readonly destination: Destination;
}

/** How a configuration is read, besides where it is. */
export interface SetupOptions {
  /** The file system, unless a command has opened some files before it changed the user. */
  readonly files?: Files;
  /** Whether scripts are told that this is debug mode. */
  readonly debug?: boolean | undefined;
}

/** Reads configuration and settings and finds each integration's destination. Never throws. */
export function readSetup(
  paths: Paths,
  env: NodeJS.ProcessEnv,
  { files = systemFiles, debug = false }: SetupOptions = {},
): Setup {
  const destinations = createRegistry({ home: paths.home, debug });
  const { integrations, diagnostics, secrets, variables, ...rest } = loadConfig({
    configFile: paths.config,
    settingsFile: paths.settings,
    settingsOptional: paths.settingsOptional,
    env,
    destinations,
    alerts: paths.alerts === '' ? undefined : paths.alerts,
    files,
  });
  const environment = scriptEnvironment(env, {
    references: variables,
    added: rest.settings.environment,
  });
  const hasScripts = integrations.some(({ resolution: { destination } }) => isScript(destination));
  const prepared = integrations.map((loaded): PreparedIntegration => {
    const { integration, conditions, grouping, unusable, resolution } = loaded;
    const { destination, description } = resolution;
    return {
      loaded,
      integration,
      conditions,
      grouping,
      destination,
      destinationNote: description,
      unusable,
      obstacle: scriptObstacle({ integration, destination, unusable }, paths.home),
      canRun: () => canRun(loaded, destinations),
    };
  });
  const obstacles = prepared.flatMap(({ integration, obstacle }) =>
    obstacle === undefined ? [] : [obstacleWarning(integration, obstacle)],
  );
  return {
    ...rest,
    diagnostics: [
      ...diagnostics,
      ...obstacles,
      ...networkDiagnostics(env),
      ...(hasScripts ? proxyPasswords(environment) : []),
    ],
    scriptEnvironment: environment,
    secrets: [...secrets, ...networkSecrets(env)],
    integrations: prepared,
  };
}

/** Only a script can come without a change of the configuration. */
function canRun(
  { integration, unusable }: LoadedIntegration<Destination>,
  destinations: DestinationResolver,
): boolean {
  if (unusable?.kind !== 'missing_script') return unusable === undefined;
  const { name, settings, isOurs } = integration;
  const { unusable: still, ...resolution } =
    isOurs === true
      ? destinations.resolveType(name)
      : destinations.resolve(name, settings.script === true);
  return still === undefined && readOwnSettings(resolution.settings, integration, name).ok;
}

/** The integrations whose alerts are stored: all but those whose names lead nowhere. */
export function routedIntegrations(setup: Pick<Setup, 'integrations'>): RoutedIntegration[] {
  return setup.integrations.filter(
    (entry): entry is RoutedIntegration => entry.destination !== undefined,
  );
}

/** Those whose names lead nowhere: they have no lane. */
export function disabledIds({ integrations }: Pick<Setup, 'integrations'>): string[] {
  return integrations
    .filter(({ destination }) => destination === undefined)
    .map(({ integration }) => integration.id);
}

/** Those of them that can deliver. */
export function enabledIntegrations(setup: Setup): RoutedIntegration[] {
  return routedIntegrations(setup).filter(({ unusable }) => unusable === undefined);
}

import type { CanaryPlan } from '../core/canary.ts';
import type { DestinationDescription, DestinationResolver } from '../core/destination.ts';
import { readOwnSettings } from '../core/destination-settings.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { Integration } from '../core/integration.ts';
import type { DaemonSettings } from '../core/settings.ts';
import type { QuietSettings } from '../silences/quiet.ts';
import type { Block } from './block.ts';
import { canaryPlans } from './canary.ts';
import type { ConfigTest } from './config-tests.ts';
import { effectiveSettings } from './effective.ts';
import { type Files, systemFiles } from './files.ts';
import { checkForwards } from './forwards.ts';
import { integrationConditions } from './integration-conditions.ts';
import { integrationGrouping } from './integration-grouping.ts';
import { fieldsKnownBy, fieldsOfSamples } from './known-fields.ts';
import type { LoadedIntegration } from './loaded-integration.ts';
import { reportNearMisses } from './near-misses.ts';
import { noticeIds } from './notices.ts';
import { type OssecFile, readBlocks } from './ossec-file.ts';
import { settingsQuiet } from './quiet.ts';
import { referencedVariables } from './references.ts';
import { nothingIn, Report } from './report.ts';
import { checkScriptArguments } from './script-arguments.ts';
import { readNarrowing, readSettings, reportUnknownIds, type SettingsEntry } from './settings.ts';
import { readTextFile, type TextFile } from './text-file.ts';
import type { Askable, SettingsTimes } from './times.ts';
import { readDefinition } from './yaml-integration.ts';

/** In bytes. Real ones are a thousand times smaller. */
const LONGEST_CONFIG = 64 << 20;

/** Where the configuration comes from. */
export interface ConfigSources<Found extends DestinationDescription = DestinationDescription> {
  /** Path of `ossec.conf`. Messages show it as given. */
  readonly configFile: string;
  /** Path of `integratord.yaml`; undefined when there is none. */
  readonly settingsFile: string | undefined;
  /** True where nothing is said of a settings file that is missing. */
  readonly settingsOptional?: boolean | undefined;
  /** For `${env:NAME}`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What names lead to. */
  readonly destinations: DestinationResolver<Found>;
  /** The alert file, whose fields are known; undefined: those of the samples alone. */
  readonly alerts?: string | undefined;
  /** The file system, unless a test brings its own. */
  readonly files?: Files;
}

export interface LoadedConfig<Found extends DestinationDescription = DestinationDescription> {
  /** Blocks in the order of the file, then those of the settings file. Broken ones are left out. */
  readonly integrations: readonly LoadedIntegration<Found>[];
  /** Those of the configuration in line order, then those of the settings. */
  readonly diagnostics: readonly Diagnostic[];
  /** True when a file could not be read or parsed: a start must stop, a reload must be refused. */
  readonly fatal: boolean;
  /** The settings of the daemon as a whole, defaults included. */
  readonly settings: DaemonSettings;
  /** The times that conditions ask, by their names. */
  readonly times: SettingsTimes;
  /** Ids of integrations that are told about ourselves. */
  readonly notices: readonly string[];
  /** When integrations get test alerts, by their ids. */
  readonly canaries: ReadonlyMap<string, CanaryPlan>;
  /** What must be decided about alerts. */
  readonly tests: readonly ConfigTest[];
  /** Silences that come again, and mutes. */
  readonly quiet: QuietSettings;
  /** Every variable that `${env:…}` names anywhere. */
  readonly variables: ReadonlySet<string>;
  /** Every secret value, for the Scrubber, also of blocks that were left out. */
  readonly secrets: readonly string[];
  /**
   * Files that hold nothing, or are gone. At a start that means that nothing is configured there; on a
   * reload it may be a file that someone is just writing.
   */
  readonly blank: readonly Diagnostic[];
}

/** Reads the whole configuration. Never throws; all errors are in the diagnostics. */
export function loadConfig<Found extends DestinationDescription>(
  sources: ConfigSources<Found>,
): LoadedConfig<Found> {
  const { configFile, settingsFile, env, destinations, files = systemFiles } = sources;
  const settings = readSettings(settingsFile, files, sources.settingsOptional);
  const askable: Askable = { times: settings.times, fields: knownFieldsOf(sources.alerts) };
  const secrets = new Set<string>();
  const file = readTextFile(files, configFile, LONGEST_CONFIG);
  const report = new Report(configFile, file.ok ? file.text : '');
  let content: OssecFile | undefined;
  if (file.ok) {
    if (file.invalidOffset !== undefined) {
      const message = 'some bytes from here on are not UTF-8 and are read as \uFFFD';
      report.warning(file.invalidOffset, `${message}: save the file as UTF-8`);
    }
    content = readBlocks(file.text, { report, secrets, sources: { env, files } });
  } else {
    report.error(0, file.message);
  }

  const blocks = content?.blocks;
  const named = withIds(blocks ?? []);
  for (const block of blocks ?? []) if (block.kind === undefined) block.check({}, false);
  const fromBlocks = named.flatMap((block) => {
    const entry = settings.entries.get(block.id);
    const narrowing = entry !== undefined && isDefinition(entry) ? undefined : entry;
    const loaded = fromBlock(block, narrowing, destinations, report);
    if (loaded === undefined) return [];
    const conditions = narrowing && integrationConditions(narrowing, askable);
    const { destination } = loaded.resolution;
    const grouping =
      narrowing && destination && integrationGrouping(narrowing, askable, destination);
    return { ...loaded, conditions, grouping };
  });
  const ids = new Set(named.map(({ id }) => id));
  const definitions = [...settings.entries.values()].filter(isDefinition);
  const fromSettings = definitions.flatMap((entry) => {
    if (ids.has(entry.id)) {
      const block = named.find(({ id }) => id === entry.id);
      const place = block === undefined ? '' : ` at ${report.place(block.offset)}`;
      const message = `the id ${JSON.stringify(entry.id)} belongs to an <integration> of ${configFile}${place}: give this one another`;
      entry.report.error(entry.offset, message);
      return [];
    }
    const context = { destinations, sources: { env, files }, secrets, askable };
    return readDefinition(entry, context) ?? [];
  });
  const integrations = [...fromBlocks, ...fromSettings];
  for (const { id } of definitions) ids.add(id);
  // Without the blocks it is unknown which ids the settings may use.
  if (blocks !== undefined) {
    reportUnknownIds(settings.entries.values(), ids);
    checkForwards(integrations, settings.entries, ids);
  }
  const known = blocks === undefined ? undefined : ids;
  const notices = noticeIds(settings.notices, integrations, known);
  const canaries = canaryPlans(settings.canary, settings.entries, integrations);
  const quiet = settingsQuiet(settings.quiet, askable, known);
  return {
    integrations: integrations.map(({ integration, ...rest }) => ({
      integration,
      ...rest,
      getconfig: () => effectiveSettings(integration),
    })),
    diagnostics: [...report.diagnostics(), ...settings.diagnostics()],
    fatal: blocks === undefined || settings.fatal,
    settings: settings.daemon,
    times: settings.times,
    tests: settings.tests,
    notices,
    canaries,
    quiet,
    variables: new Set([...(file.ok ? referencedVariables(file.text) : []), ...settings.variables]),
    secrets: [...secrets],
    blank: [
      ...(content?.hasElements === false ? [whyBlank(configFile, file)] : []),
      ...settings.blank,
    ],
  };
}

function whyBlank(path: string, file: TextFile): Diagnostic {
  const isEmpty = !file.ok || file.text.trim() === '';
  return isEmpty ? nothingIn(path) : nothingIn(path, 'this file has no <ossec_config>');
}

/** True for an integration of its own; else the entry says how a block works. */
function isDefinition({ value }: SettingsEntry): boolean {
  return 'type' in value;
}

type NamedBlock = Block & { readonly id: string; readonly kind: string };

/** The integration of a block; undefined when an error makes it unusable. */
function fromBlock<Found extends DestinationDescription>(
  block: NamedBlock,
  entry: SettingsEntry | undefined,
  destinations: DestinationResolver<Found>,
  report: Report,
): Omit<LoadedIntegration<Found>, 'conditions' | 'grouping' | 'getconfig'> | undefined {
  const { id, kind } = block;
  const resolution = destinations.resolve(kind, entry?.value['script'] === true);
  const { destination } = resolution;
  // Of a name that leads nowhere, nobody can tell which settings it has.
  const own =
    entry === undefined || destination === undefined
      ? {}
      : readNarrowing(entry, destination, destinations.builtins);
  const isBuiltin = destinations.builtins.some((builtin) => builtin === destination);
  block.check(own, isBuiltin && kind === destination?.name);
  if (block.integration === undefined) return undefined;
  const integration: Integration = { ...block.integration, id, settings: own };
  reportNearMisses(resolution.settings, integration.options, report, block.offsetOf('options'));
  if (destination?.retriesOnRequest === true) {
    checkScriptArguments(integration, (option) => block.offsetOf(option), report);
  }
  const read = readOwnSettings(resolution.settings, integration, kind);
  const unusable = block.unusable ?? resolution.unusable ?? (read.ok ? undefined : read.problem);
  if (unusable !== undefined && block.unusable === undefined) {
    const { place = 'name', reason } = unusable;
    const offset = block.offsetOf(place === 'settings' ? 'name' : place);
    report.warning(offset, `this integration cannot run: ${reason}`);
  }
  return { integration, resolution, unusable };
}

/**
 * Gives each named block its id: the name, or `name#2` and so on for later blocks of one name.
 * Blocks with errors count as well, so that fixing one does not rename those after it.
 */
function withIds(blocks: readonly Block[]): NamedBlock[] {
  const taken = new Set<string>();
  const lastNumbers = new Map<string, number>();
  const named: NamedBlock[] = [];
  for (const block of blocks) {
    if (block.kind === undefined) continue;
    const base = block.kind === '' ? 'unnamed' : block.kind;
    let number = lastNumbers.get(base) ?? 0;
    let id: string;
    do {
      number += 1;
      id = number === 1 ? base : `${base}#${number}`;
    } while (taken.has(id)); // a name may itself look like `name#2`
    lastNumbers.set(base, number);
    taken.add(id);
    named.push({ ...block, id, kind: block.kind });
  }
  return named;
}

/** Read when the first condition asks. */
function knownFieldsOf(alerts: string | undefined): Askable['fields'] {
  if (alerts === undefined) return fieldsOfSamples;
  let known: ReadonlySet<string> | undefined;
  return () => (known ??= fieldsKnownBy(alerts));
}

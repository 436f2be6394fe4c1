import type { JsonObject } from '../alert/json.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { Integration } from '../core/integration.ts';
import type { DaemonSettings } from '../core/settings.ts';
import type { Block } from './block.ts';
import { effectiveSettings } from './effective.ts';
import { type Files, systemFiles } from './files.ts';
import { readBlocks } from './ossec-file.ts';
import { Report } from './report.ts';
import { readSettings } from './settings.ts';
import { readTextFile } from './text-file.ts';
import type { Builtin } from './usable.ts';

/** In bytes. Real ones are a thousand times smaller. */
const LONGEST_CONFIG = 64 << 20;

/** Where the configuration comes from. */
export interface ConfigSources {
  /** Path of `ossec.conf`. Messages show it as given. */
  readonly configFile: string;
  /** Path of `integratord.yaml`; undefined when there is none. */
  readonly settingsFile: string | undefined;
  /** For `${env:NAME}`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The built-in integrations. */
  readonly builtins: readonly Builtin[];
  /** The file system, unless a test brings its own. */
  readonly files?: Files;
}

/** An integration that is well-formed, and whether it can run. */
export interface LoadedIntegration {
  readonly integration: Integration;
  /** The name without surrounding whitespace: it selects the destination or the script. */
  readonly kind: string;
  /** False when it could never deliver anything. Whether a script's file exists is not checked. */
  readonly enabled: boolean;
  /** Why it is not enabled, as a phrase. */
  readonly disabledReason: string | undefined;
  /** The effective settings with the reference's names. They contain secrets in plaintext. */
  getconfig(): JsonObject;
}

export interface LoadedConfig {
  /** In the order of the file. Blocks with errors are left out. */
  readonly integrations: readonly LoadedIntegration[];
  /** Those of the configuration in line order, then those of the settings. */
  readonly diagnostics: readonly Diagnostic[];
  /** True when a file could not be read or parsed: a start must stop, a reload must be refused. */
  readonly fatal: boolean;
  /** The settings of the daemon as a whole, defaults included. */
  readonly settings: DaemonSettings;
  /** Every secret value, for the Scrubber, also of blocks that were left out. */
  readonly secrets: readonly string[];
}

/** Reads the whole configuration. Never throws; all errors are in the diagnostics. */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const { configFile, settingsFile, env, builtins, files = systemFiles } = sources;
  const settings = readSettings(settingsFile, files);
  const secrets = new Set<string>();
  const file = readTextFile(files, configFile, LONGEST_CONFIG);
  const report = new Report(configFile, file.ok ? file.text : '');
  let blocks: Block[] | undefined;
  if (file.ok) {
    if (file.invalidOffset !== undefined) {
      const message = 'some bytes from here on are not UTF-8 and are read as \uFFFD';
      report.warning(file.invalidOffset, `${message}: save the file as UTF-8`);
    }
    blocks = readBlocks(file.text, { report, builtins, secrets, sources: { env, files } });
  } else {
    report.error(0, file.message);
  }

  const named = withIds(blocks ?? []);
  const integrations: LoadedIntegration[] = [];
  for (const block of blocks ?? []) if (block.kind === undefined) block.checkFilters({});
  for (const { id, kind, disabledReason, ...block } of named) {
    const own = settings.integrations.get(id) ?? {};
    block.checkFilters(own);
    if (block.integration === undefined) continue;
    const integration = { ...block.integration, id, settings: own };
    integrations.push({
      integration,
      kind,
      enabled: disabledReason === undefined,
      disabledReason,
      getconfig: () => effectiveSettings(integration),
    });
  }
  // Without the blocks it is unknown which ids the settings may use.
  const ids = new Set(named.map(({ id }) => id));
  return {
    integrations,
    diagnostics: [
      ...report.diagnostics(),
      ...settings.diagnostics(blocks === undefined ? undefined : ids),
    ],
    fatal: blocks === undefined || settings.fatal,
    settings: settings.daemon,
    secrets: [...secrets],
  };
}

/**
 * Gives each named block its id: the name, or `name#2` and so on for later blocks of one name.
 * Blocks with errors count as well, so that fixing one does not rename those after it.
 */
function withIds(blocks: readonly Block[]): (Block & { id: string; kind: string })[] {
  const taken = new Set<string>();
  const lastNumbers = new Map<string, number>();
  const named: (Block & { id: string; kind: string })[] = [];
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

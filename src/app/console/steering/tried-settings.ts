import { type Files, systemFiles } from '../../../config/files.ts';
import { loadConfig } from '../../../config/load.ts';
import {
  type RedactedSettings,
  redactSettings,
  restoreSettings,
} from '../../../config/redacted-settings.ts';
import { holdsReference, referencedVariables } from '../../../config/references.ts';
import { readTextFile } from '../../../config/text-file.ts';
import type { SettingsProblem } from '../../../console/steering/orders.ts';
import type { Diagnostic } from '../../../core/diagnostic.ts';
import { Scrubber } from '../../../core/secret.ts';
import { createRegistry } from '../../../destinations/registry.ts';
import type { Tried } from '../../simulation.ts';

/** Where the files of the configuration are. */
export interface TriedPaths {
  readonly home: string;
  readonly config: string;
  /** Undefined: none is read. */
  readonly settings: string | undefined;
  readonly alerts: string;
}

/** In bytes: as much as the daemon reads. */
const LONGEST = 256 << 10;
/** What stands for the content of a file or variable that a text refers to: it is never looked up. */
const UNKNOWN = 'unknown';

/** The present settings file as it may be shown, with what was taken out; a text says why it cannot be. */
export function shownSettings(paths: TriedPaths): (RedactedSettings & { raw: string }) | string {
  const { settings } = paths;
  if (settings === undefined) return { text: '', raw: '', kept: new Map() };
  const file = readTextFile(systemFiles, settings, LONGEST);
  if (!file.ok) {
    if (file.reason === 'missing') return { text: '', raw: '', kept: new Map() };
    return file.message;
  }
  const destinations = createRegistry({ home: paths.home }).builtins;
  const { secrets } = load(paths, file.text);
  const shown = redactSettings(file.text, { secrets, destinations });
  return shown === undefined
    ? 'it is not valid YAML, so that nobody can tell what in it is a secret: integratord check says where'
    : { ...shown, raw: file.text };
}

/** A configuration that is tried, and what is wrong with its settings. */
export interface TriedSettings {
  readonly setup: Tried;
  /** True where it cannot be read at all. */
  readonly fatal: boolean;
  readonly problems: readonly SettingsProblem[];
  readonly hasReferences: boolean;
}

/** The configuration as its files are, with the text of the settings. */
export function presentSettings(paths: TriedPaths): Tried & { readonly text: string } {
  const { settings } = paths;
  const file = settings === undefined ? undefined : readTextFile(systemFiles, settings, LONGEST);
  const text = file?.ok === true ? file.text : '';
  return { ...load(paths, text).setup, text };
}

/**
 * Reads a settings text that somebody wrote in a browser, in the place of the present file. Secrets that
 * were left as they were shown are those of the file. Nothing that it refers to is looked up, no file and
 * no variable: so what is said of it can tell nobody what they hold.
 */
export function trySettings(paths: TriedPaths, changed: string): TriedSettings {
  const shown = shownSettings(paths);
  const kept = typeof shown === 'string' ? new Map<string, string>() : shown.kept;
  const restored = restoreSettings(changed, kept);
  const { setup, fatal, diagnostics, secrets } = load(paths, restored.text);
  const scrubber = new Scrubber([...secrets, ...[...kept.values()].map(String)]);
  const lines = changed.split('\n');
  const hasReferences = holdsReference(changed);
  const problems = diagnostics
    .filter(({ file }) => file === SHOWN_NAME)
    // Whether an address or a key can work is unknown where it is.
    .filter(({ message }) => !(hasReferences && message.startsWith('this integration cannot run')))
    .map(({ severity, message, ...place }) => {
      const { line, column } = restored.placeOf(place);
      const excerpt = cut(lines[line - 1] ?? '', column);
      return { severity, line, column, message: scrubber.scrub(message), excerpt };
    });
  return { setup, fatal, problems, hasReferences };
}

/** As messages call the files. References are absolute paths: none can name these. */
const SHOWN_NAME = 'integratord.yaml';
const CONFIG_NAME = 'ossec.conf';
/** How much of a line is shown, in characters. */
const WIDTH = 100;

/** A line with a caret below a column, as `check` shows it; of a long one, what is around. */
function cut(line: string, column: number): string {
  const characters = Array.from(line.replace(/\r$/, '').replaceAll('\t', ' '));
  const from = column > WIDTH ? column - WIDTH / 2 : 0;
  const piece = characters.slice(from, from + WIDTH).join('');
  return `${piece}\n${' '.repeat(Math.max(0, column - 1 - from))}^`;
}

function load(paths: TriedPaths, text: string) {
  const { home, config, settings, alerts } = paths;
  const bytes = Buffer.from(text);
  const files: Files = {
    read: (path, limits) => {
      if (path === CONFIG_NAME) return systemFiles.read(config, limits);
      const content = path === SHOWN_NAME ? bytes : Buffer.from(UNKNOWN);
      const truncated = content.length > limits.bytes;
      return { ok: true, bytes: content.subarray(0, limits.bytes), truncated, mode: 0o600 };
    },
  };
  const ossec = readTextFile(systemFiles, config, 64 << 20);
  const names = [text, ossec.ok ? ossec.text : ''].flatMap(referencedVariables);
  const loaded = loadConfig({
    configFile: CONFIG_NAME,
    settingsFile: settings === undefined && text === '' ? undefined : SHOWN_NAME,
    env: Object.fromEntries(names.map((name) => [name, UNKNOWN])),
    destinations: createRegistry({ home }),
    alerts,
    files,
  });
  const { fatal, diagnostics, secrets, quiet } = loaded;
  const integrations = loaded.integrations.map(
    ({ integration, conditions, grouping, resolution }) => {
      return { integration, conditions, grouping, destination: resolution.destination };
    },
  );
  const setup: Tried = { integrations, quiet };
  return {
    setup,
    fatal,
    diagnostics: diagnostics as readonly Diagnostic[],
    secrets: secrets.filter((secret) => secret !== UNKNOWN),
  };
}

import type { JsonObject, JsonValue } from '../alert/json.ts';
import type { CanaryPlan } from '../core/canary.ts';
import type { DestinationDescription } from '../core/destination.ts';
import { settingsOf } from '../core/destination-settings.ts';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { IntegrationSettings, RetrySchedule } from '../core/integration.ts';
import { nearest } from '../core/nearest.ts';
import { DEFAULT_RETRY } from '../core/retry.ts';
import { type DaemonSettings, DEFAULT_SETTINGS, outboxLimits } from '../core/settings.ts';
import { readCanary } from './canary-settings.ts';
import { type ConfigTest, readConfigTests } from './config-tests.ts';
import { consoleOf } from './console-settings.ts';
import { controlOf } from './control-settings.ts';
import type { Files } from './files.ts';
import { readMetricsSettings } from './metrics-settings.ts';
import type { QuietPart } from './quiet.ts';
import { referencedVariables } from './references.ts';
import { listed, nothingIn, Report } from './report.ts';
import {
  narrowingSchema,
  type RawNarrowing,
  type RawSettings,
  settingsSchema,
} from './settings-schema.ts';
import { readTextFile } from './text-file.ts';
import { NO_TIMES, type SettingsTimes, settingsTimes } from './times.ts';
import { validate, type YamlPart } from './validation.ts';
import { parseYaml, type YamlFile, type YamlPath } from './yaml-document.ts';

/** In bytes. */
const LONGEST_SETTINGS = 256 << 10;

/** The contents of the settings file. */
export interface Settings {
  /** What it says of each integration, unread: what may stand there depends on the destination. */
  readonly entries: ReadonlyMap<string, SettingsEntry>;
  /** What `times` says. */
  readonly times: SettingsTimes;
  /** What `silences` and `mutes` say, unread: it depends on the integrations that there are. */
  readonly quiet: QuietPart | undefined;
  /** When integrations get test alerts that do not say. */
  readonly canary: CanaryPlan | undefined;
  /** Integrations that are told about ourselves, and where their ids stand. */
  readonly notices: readonly NoticeTarget[];
  /** What must be decided about alerts. */
  readonly tests: readonly ConfigTest[];
  /** The settings of the daemon as a whole, defaults included. */
  readonly daemon: DaemonSettings;
  /** The variables that it names by `${env:…}`. */
  readonly variables: readonly string[];
  /** True when the file is there but cannot be read or is not YAML: nothing of it is known. */
  readonly fatal: boolean;
  /** What is wrong with it where it must not be blank or gone. */
  readonly blank: readonly Diagnostic[];
  /** What there is to say about the file, so far. */
  diagnostics(): Diagnostic[];
}

/** An integration that is told about ourselves. */
export interface NoticeTarget {
  readonly id: string;
  /** Reports that it cannot be told. */
  readonly wrong: (message: string) => void;
  /** Reports what to think of beside it. */
  readonly warn: (message: string) => void;
}

/** The entry of one integration. */
export interface SettingsEntry extends YamlPart {
  readonly id: string;
  readonly value: Readonly<Record<string, unknown>>;
  /** Where its key stands. */
  readonly offset: number;
}

/**
 * Reads the settings file. One wrong setting is reported as an error and not applied, while all
 * others are. Without a file, or with an empty one, there are no settings.
 * @param isOptional whether nothing is said of a file that is missing.
 */
export function readSettings(path: string | undefined, files: Files, isOptional = false): Settings {
  if (path === undefined) return noSettings(new Report(''), false, []);
  const file = readTextFile(files, path, LONGEST_SETTINGS);
  if (!file.ok) {
    const report = new Report(path);
    const isMissing = file.reason === 'missing';
    if (isMissing && !isOptional) report.warning(0, `${file.message}: no settings apply`);
    else if (!isMissing) report.error(0, file.message);
    return noSettings(report, !isMissing, isMissing ? [nothingIn(path, file.message)] : []);
  }
  const report = new Report(path, file.text);
  const yaml = parseYaml(file.text, report);
  if (yaml === undefined) return noSettings(report, true, []);
  const raw = readTop(yaml, report);
  const entries = Object.entries(raw.integrations ?? {}).map(([id, value]): SettingsEntry => {
    const place = ['integrations', id];
    return { id, value, yaml, report, path: place, offset: yaml.offsetOfKey(place) };
  });
  return {
    entries: new Map(entries.map((entry) => [entry.id, entry])),
    times: settingsTimes(raw.times, { yaml, report }),
    quiet: { silences: raw.silences, mutes: raw.mutes, yaml, report },
    tests: readConfigTests(raw.tests, { yaml, report }),
    canary: readCanary(raw.canary),
    notices: (raw.notices ?? []).map((id, index) => {
      const offset = yaml.offsetOf(['notices', index]);
      return {
        id,
        wrong: (text) => report.error(offset, text),
        warn: (text) => report.warning(offset, text),
      };
    }),
    daemon: daemonSettings(raw),
    variables: referencedVariables(file.text),
    fatal: false,
    blank: file.text.trim() === '' ? [nothingIn(path)] : [],
    diagnostics: () => report.diagnostics(),
  };
}

function noSettings(report: Report, fatal: boolean, blank: readonly Diagnostic[]): Settings {
  return {
    entries: new Map(),
    times: NO_TIMES,
    quiet: undefined,
    tests: [],
    canary: undefined,
    notices: [],
    daemon: DEFAULT_SETTINGS,
    variables: [],
    fatal,
    blank,
    diagnostics: () => report.diagnostics(),
  };
}

function readTop(yaml: YamlFile, report: Report): RawSettings {
  const { value } = yaml;
  if (value === undefined || value === null) return {};
  return validate(settingsSchema, { yaml, report, path: [], value }, depthOf).value ?? {};
}

/**
 * How much is left out where something is wrong: one setting; of the console and the read socket all of it,
 * since without what was meant they could show more than was meant, and of a canary, which would come at
 * another time.
 */
function depthOf([name = '']: YamlPath): number {
  return ['console', 'control', 'canary'].includes(String(name)) ? 1 : 2;
}

/**
 * What an entry says of how an integration works.
 * @param others all other destinations, to tell whose a setting is that this one does not have.
 */
export function readNarrowing(
  entry: SettingsEntry,
  destination: DestinationDescription,
  others: readonly DestinationDescription[],
): IntegrationSettings {
  const whyUnknown = (key: string) => whyNotHere(key, destination, others);
  const { value } = validate(narrowingSchema(destination), entry, 1, whyUnknown);
  if (value === undefined) return {};
  return { ...integrationSettings(value, destination), script: value.script };
}

/** Says that a setting belongs to other destinations; undefined where it belongs to none. */
export function whyNotHere(
  key: string,
  destination: DestinationDescription,
  others: readonly DestinationDescription[],
): string | undefined {
  const owners = others.filter((other) =>
    key === 'forward'
      ? other.enriches === true
      : settingsOf(other.settings).some(({ name, place }) => name === key && place === 'settings'),
  );
  if (owners.length === 0) return undefined;
  const titles = owners.map(({ title }) => title).join(', ');
  return `${key} is not a setting of ${destination.title}: only of ${titles}. Remove it`;
}

/** The settings in the words of the program. */
export function integrationSettings(
  raw: Omit<RawNarrowing, 'script'>,
  destination: DestinationDescription,
): IntegrationSettings {
  const { concurrency, rate_limit: rate, retry, group_dialect: group, forward } = raw;
  const own: JsonObject = {};
  for (const { name, place } of settingsOf(destination.settings)) {
    const value = (raw as Record<string, unknown>)[name];
    if (place === 'settings' && value !== undefined) own[name] = value as JsonValue;
  }
  return {
    concurrency,
    rateLimit: rate && { ...rate, burst: rate.burst ?? Math.max(1, Math.floor(rate.count)) },
    retry: retry && schedule(retry),
    groupDialect: group,
    locationDialect: raw.location_dialect,
    forward: forward && { to: forward.to, onlyMalicious: forward.only_malicious ?? true },
    ...(Object.keys(own).length === 0 ? {} : { own }),
  };
}

/** Reports entries that speak of integrations that do not exist. */
export function reportUnknownIds(entries: Iterable<SettingsEntry>, ids: ReadonlySet<string>): void {
  for (const { id, report, offset } of entries) {
    if (ids.has(id)) continue;
    const meant = nearest(id, ids);
    const known =
      meant === undefined ? `; known are: ${listed(ids) || 'none'}` : `; did you mean ${meant}?`;
    report.warning(offset, `no integration has the id ${JSON.stringify(id)}${known}`);
  }
}

function daemonSettings(raw: RawSettings): DaemonSettings {
  const { outbox, reading, metrics, environment = [] } = raw;
  const mebibytes = (value: number | undefined) =>
    value === undefined ? undefined : value * 2 ** 20;
  const { reading: bounds } = DEFAULT_SETTINGS;
  return {
    outbox: outboxLimits({
      deliveredDays: outbox?.delivered_days,
      deadDays: outbox?.dead_days,
      maxBytes: mebibytes(outbox?.max_megabytes),
      deliveredPercent: outbox?.delivered_percent,
      deadPercent: outbox?.dead_percent,
    }),
    reading: {
      lookBackDays: reading?.look_back_days ?? bounds.lookBackDays,
      lookBackFiles: reading?.look_back_files ?? bounds.lookBackFiles,
      lookBackBytes: mebibytes(reading?.look_back_megabytes) ?? bounds.lookBackBytes,
    },
    metrics: readMetricsSettings(metrics),
    environment,
    console: consoleOf(raw.console),
    control: controlOf(raw.control),
  };
}

function schedule(raw: NonNullable<RawNarrowing['retry']>): RetrySchedule {
  const longestSeconds = raw.longest_seconds ?? DEFAULT_RETRY.longestSeconds;
  return {
    firstSeconds: raw.first_seconds ?? Math.min(DEFAULT_RETRY.firstSeconds, longestSeconds),
    longestSeconds,
    giveUpHours: raw.give_up_hours ?? DEFAULT_RETRY.giveUpHours,
  };
}

import { z } from 'zod';
import type { Diagnostic } from '../core/diagnostic.ts';
import type { IntegrationSettings, RetrySchedule } from '../core/integration.ts';
import { DEFAULT_RETRY } from '../core/retry.ts';
import { type DaemonSettings, DEFAULT_SETTINGS } from '../core/settings.ts';
import type { Files } from './files.ts';
import { suggestion } from './nearest.ts';
import { listed, quoted, Report } from './report.ts';
import {
  type RawIntegrationSettings,
  type RawSettings,
  settingsSchema,
} from './settings-schema.ts';
import { readTextFile } from './text-file.ts';
import { parseYaml, type YamlFile, type YamlPath } from './yaml-document.ts';

/** In bytes. */
const LONGEST_SETTINGS = 256 << 10;

/** The contents of the settings file. */
export interface Settings {
  /** By the id of an integration. */
  readonly integrations: ReadonlyMap<string, IntegrationSettings>;
  /** Settings of the daemon as a whole, defaults included. */
  readonly daemon: DaemonSettings;
  /** True when the file exists but cannot be read or is not YAML: its settings are unknown. */
  readonly fatal: boolean;
  /** The diagnostics of the file, given the ids in the configuration, if known. */
  diagnostics(ids: ReadonlySet<string> | undefined): Diagnostic[];
}

/**
 * Reads the settings file. One wrong setting is reported as an error and not applied, while all
 * others are. Without a file, or with an empty one, there are no settings.
 */
export function readSettings(path: string | undefined, files: Files): Settings {
  if (path === undefined) return noSettings(new Report(''), false);
  const file = readTextFile(files, path, LONGEST_SETTINGS);
  if (!file.ok) {
    const report = new Report(path);
    const isMissing = file.reason === 'missing';
    if (isMissing) report.warning(0, `${file.message}: no settings apply`);
    else report.error(0, file.message);
    return noSettings(report, !isMissing);
  }
  const report = new Report(path, file.text);
  const yaml = parseYaml(file.text, report);
  if (yaml === undefined) return noSettings(report, true);
  const raw = validate(yaml, report);
  const integrations = new Map(
    Object.entries(raw.integrations ?? {}).map(([id, settings]) => [id, translate(settings)]),
  );
  return {
    integrations,
    daemon: daemonSettings(raw),
    fatal: false,
    diagnostics(ids) {
      for (const id of integrations.keys()) {
        if (ids === undefined || ids.has(id)) continue;
        const known = suggestion(id, ids) || `; known are: ${listed(ids) || 'none'}`;
        const message = `no integration has the id ${quoted(id)}${known}`;
        report.warning(yaml.offsetOfKey(['integrations', id]), message);
      }
      return report.diagnostics();
    },
  };
}

function noSettings(report: Report, fatal: boolean): Settings {
  return {
    integrations: new Map(),
    daemon: DEFAULT_SETTINGS,
    fatal,
    diagnostics: () => report.diagnostics(),
  };
}

/** The valid settings; the others are reported. */
function validate(yaml: YamlFile, report: Report): RawSettings {
  if (yaml.value === undefined || yaml.value === null) return {};
  const result = settingsSchema.safeParse(yaml.value);
  if (result.success) return result.data;
  const rest: unknown = structuredClone(yaml.value);
  for (const issue of result.error.issues) {
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        const allowed = allowedKeys(issue.path);
        const known = suggestion(key, allowed) || `; allowed are ${allowed.join(', ')}`;
        report.error(yaml.offsetOfKey([...issue.path, key]), `unknown key ${quoted(key)}${known}`);
        remove(rest, [...issue.path, key]);
      }
    } else {
      report.error(yaml.offsetOf(issue.path), explain(issue));
      remove(rest, issue.path);
    }
  }
  const salvaged = settingsSchema.safeParse(rest);
  return salvaged.success ? salvaged.data : {};
}

/** The kinds of values in the words of YAML. */
const KINDS: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
  object: 'a mapping',
  string: 'text',
};

function explain(issue: z.core.$ZodIssue): string {
  const { path, message } = issue;
  const where = path.map(String).map((key) => (/^[\w#-]+$/.test(key) ? key : quoted(key)));
  const kind = issue.code === 'invalid_type' ? KINDS[issue.expected] : undefined;
  const what = kind === undefined ? message.replace(/^Invalid input: /, '') : `must be ${kind}`;
  const schema = schemaAt(path);
  const description = schema instanceof z.ZodType ? schema.description : undefined;
  const about = description === undefined ? '' : `. ${description}`;
  return path.length === 0
    ? `the settings file must hold keys such as integrations: ${what}`
    : `${where.join('.')}: ${what}${about}`;
}

/** Removes a setting as a whole, even when only part of it is wrong. */
function remove(root: unknown, path: YamlPath): void {
  const setting = path.slice(0, path[0] === 'integrations' ? 3 : 2);
  const last = setting.pop();
  let parent: unknown = root;
  for (const key of setting) parent = isRecord(parent) ? parent[String(key)] : undefined;
  if (last !== undefined && isRecord(parent)) delete parent[String(last)];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function allowedKeys(path: YamlPath): string[] {
  const schema = withoutOptional(schemaAt(path));
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** The schema of the value at a path; for an item of a list, that of the list. */
function schemaAt(path: YamlPath): z.core.$ZodType | undefined {
  let schema: z.core.$ZodType | undefined = settingsSchema;
  for (const key of path) {
    const inner: z.core.$ZodType | undefined = withoutOptional(schema);
    if (inner instanceof z.ZodObject) schema = inner.shape[String(key)];
    else if (inner instanceof z.ZodRecord) schema = inner.valueType;
    else break;
  }
  return schema;
}

function withoutOptional(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  return schema instanceof z.ZodOptional ? schema.unwrap() : schema;
}

function daemonSettings({ outbox, reading }: RawSettings): DaemonSettings {
  const mebibytes = (value: number | undefined) =>
    value === undefined ? undefined : value * 2 ** 20;
  const { outbox: limits, reading: bounds } = DEFAULT_SETTINGS;
  return {
    outbox: {
      deliveredDays: outbox?.delivered_days ?? limits.deliveredDays,
      deadDays: outbox?.dead_days ?? limits.deadDays,
      maxBytes: mebibytes(outbox?.max_megabytes) ?? limits.maxBytes,
    },
    reading: {
      lookBackDays: reading?.look_back_days ?? bounds.lookBackDays,
      lookBackFiles: reading?.look_back_files ?? bounds.lookBackFiles,
      lookBackBytes: mebibytes(reading?.look_back_megabytes) ?? bounds.lookBackBytes,
    },
  };
}

function translate(raw: RawIntegrationSettings): IntegrationSettings {
  const { concurrency, script, skip_rules: skipRules, rate_limit: rate, retry } = raw;
  const { quota, cache, forward } = raw;
  return {
    concurrency,
    script,
    skipRules,
    rateLimit: rate && { ...rate, burst: rate.burst ?? Math.max(1, Math.floor(rate.count)) },
    retry: retry && schedule(retry),
    groupDialect: raw.group_dialect,
    locationDialect: raw.location_dialect,
    forward: forward && { to: forward.to, onlyMalicious: forward.only_malicious ?? true },
    quota: quota && { perMinute: quota.per_minute, perDay: quota.per_day },
    cache: cache && { foundHours: cache.found_hours, notFoundHours: cache.not_found_hours },
  };
}

function schedule(raw: NonNullable<RawIntegrationSettings['retry']>): RetrySchedule {
  const longestSeconds = raw.longest_seconds ?? DEFAULT_RETRY.longestSeconds;
  return {
    firstSeconds: raw.first_seconds ?? Math.min(DEFAULT_RETRY.firstSeconds, longestSeconds),
    longestSeconds,
    giveUpHours: raw.give_up_hours ?? DEFAULT_RETRY.giveUpHours,
  };
}

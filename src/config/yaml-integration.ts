import type { JsonObject, JsonValue } from '../alert/json.ts';
import type { DestinationDescription, DestinationResolver } from '../core/destination.ts';
import { readOwnSettings, settingsOf, type Unusable } from '../core/destination-settings.ts';
import type { Integration } from '../core/integration.ts';
import { Secret } from '../core/secret.ts';
import { secretsInOptions } from '../core/secret-names.ts';
import type { BlockValue } from './block-values.ts';
import { checkFormat, checkGroup, checkLocation, readRuleIds } from './checks.ts';
import { integrationConditions, withoutConditions } from './integration-conditions.ts';
import { integrationGrouping } from './integration-grouping.ts';
import type { LoadedIntegration } from './loaded-integration.ts';
import { reportNearMisses } from './near-misses.ts';
import { checkPlaceholder } from './placeholders.ts';
import { type ReferenceSources, resolveReferences } from './references.ts';
import { checkScriptArguments } from './script-arguments.ts';
import { integrationSettings, type SettingsEntry, whyNotHere } from './settings.ts';
import { definitionSchema, type RawDefinition, TUNING } from './settings-schema.ts';
import type { Askable } from './times.ts';
import { validate } from './validation.ts';

/** What a definition needs from outside, and where it leaves what it finds. */
export interface DefinitionContext<Found extends DestinationDescription> {
  readonly destinations: DestinationResolver<Found>;
  readonly sources: ReferenceSources;
  /** Gets every secret value. */
  readonly secrets: Set<string>;
  /** What its conditions and rules may ask. */
  readonly askable: Askable;
}

const DEFAULT_MAX_LOG = 165;
const DEFAULT_TIMEOUT = 10;
const DEFAULT_RETRIES = 3;

/**
 * Reads an integration that `integratord.yaml` defines by its `type`. Undefined when an error makes it
 * unusable; the report says which. A wrong setting that only says how it works is not applied.
 */
export function readDefinition<Found extends DestinationDescription>(
  entry: SettingsEntry,
  { destinations, sources, secrets, askable }: DefinitionContext<Found>,
): Omit<LoadedIntegration<Found>, 'getconfig'> | undefined {
  const { report, yaml, path, value } = entry;
  const at = (...keys: string[]) => yaml.offsetOf([...path, ...keys]);
  if (entry.id.startsWith('@')) {
    report.error(entry.offset, 'the id of an integration cannot begin with @');
    return undefined;
  }
  const type = value['type'];
  if (typeof type !== 'string') {
    report.error(at('type'), 'type must be the name of a destination, such as slack');
    return undefined;
  }
  const resolution = destinations.resolveType(type);
  const { destination } = resolution;
  if (destination === undefined) {
    report.error(at('type'), resolution.unusable?.reason ?? `nothing delivers to ${type}`);
    return undefined;
  }
  const resolved = resolveDeep(withoutConditions(value), (text) => {
    return resolveReferences(text, entry.offset, sources, report, secrets);
  });
  const whyUnknown = (key: string) => whyNotHere(key, destination, destinations.builtins);
  const part = { ...entry, value: resolved.value };
  const { value: strict, wrong } = validate(definitionSchema(destination), part, 1, whyUnknown);
  const own = settingsOf(destination.settings).map(({ name }) => name);
  const wrongOwn = [...wrong].find((key) => own.includes(key));
  if ([...wrong].some((key) => !TUNING.has(key) && !own.includes(key))) return undefined;
  // Its filters are right: its alerts can wait until its own settings are.
  const raw = strict ?? withoutOwn(destination, resolved.value, wrong);
  if (raw === undefined) return undefined;

  const integration: Integration = {
    id: entry.id,
    name: type.trim(),
    ...access(destination, resolved.value as JsonObject, secrets),
    ...filters(raw, entry),
    maxLog: raw.max_log ?? DEFAULT_MAX_LOG,
    alertFormat: raw.alert_format,
    timeout: raw.timeout ?? DEFAULT_TIMEOUT,
    timeoutIsSet: raw.timeout !== undefined,
    retries: raw.retries ?? DEFAULT_RETRIES,
    retriesAreSet: raw.retries !== undefined,
    settings: integrationSettings(raw, destination),
    source: { file: report.file, ...report.positions.at(entry.offset) },
    isOurs: true,
  };
  const isBuiltin = destinations.builtins.some((builtin) => builtin === destination);
  if (raw.alert_format !== undefined) {
    checkFormat({ text: raw.alert_format, offset: at('alert_format') }, isBuiltin, report);
  }
  reportNearMisses(resolution.settings, integration.options, report, at('options'));
  if (destination.retriesOnRequest === true) {
    checkScriptArguments(integration, (option) => at(option), report);
  }
  for (const { name, place } of settingsOf(destination.settings)) {
    const written = value[name];
    if ((place !== 'api_key' && place !== 'hook_url') || typeof written !== 'string') continue;
    checkPlaceholder(written, name, at(name), report);
  }
  const read = readOwnSettings(resolution.settings, integration, type);
  const wrongSetting = wrongOwn === undefined ? undefined : whyWrong(wrongOwn);
  const problem = resolution.unusable ?? wrongSetting ?? (read.ok ? undefined : read.problem);
  const unusable = resolved.isComplete ? problem : MISSING_SECRET;
  if (problem !== undefined && wrongOwn === undefined && resolved.isComplete) {
    report.warning(
      problem.setting === undefined ? entry.offset : at(problem.setting),
      `this integration cannot run: ${problem.reason}`,
    );
  }
  const conditions = integrationConditions(entry, askable);
  const grouping = integrationGrouping(entry, askable, destination);
  return { integration, resolution, unusable, conditions, grouping };
}

const MISSING_SECRET: Unusable = {
  kind: 'missing_secret',
  reason: 'a secret that it refers to is missing',
};

function whyWrong(setting: string): Unusable {
  const reason = `its setting ${setting} is wrong or missing`;
  return { kind: 'invalid_setting', place: 'settings', setting, reason };
}

/** A definition without the settings that are wrong. */
function withoutOwn(
  destination: DestinationDescription,
  value: JsonValue,
  wrong: ReadonlySet<string>,
): RawDefinition | undefined {
  const right = Object.entries(value as JsonObject).filter(([key]) => !wrong.has(key));
  return definitionSchema(destination, false).safeParse(Object.fromEntries(right)).data;
}

/** Address, key and options, from where the destination's own settings put them. */
function access(
  destination: DestinationDescription,
  value: JsonObject,
  secrets: Set<string>,
): Pick<Integration, 'hookUrl' | 'apiKey' | 'options' | 'optionsText'> {
  let hookUrl: Secret | undefined;
  let apiKey: Secret | undefined;
  let options: JsonObject | undefined;
  for (const { name, place, isOpen } of settingsOf(destination.settings)) {
    const own = value[name];
    if (own === undefined || place === 'settings') continue;
    if (place === 'options') {
      options = isOpen === true ? (own as JsonObject) : { ...options, [name]: own };
      continue;
    }
    if (typeof own !== 'string') continue;
    if (own.trim() !== '') secrets.add(own).add(own.trim());
    if (place === 'hook_url') hookUrl = new Secret(own);
    else apiKey = new Secret(own);
  }
  if (options === undefined) return { hookUrl, apiKey, options, optionsText: undefined };
  const text = JSON.stringify(options);
  for (const secret of secretsInOptions(text, options)) secrets.add(secret);
  return { hookUrl, apiKey, options, optionsText: new Secret(text) };
}

/** The filters, with the checks that those of a block get. */
function filters(
  raw: RawDefinition,
  { yaml, path, report }: SettingsEntry,
): Pick<Integration, 'level' | 'ruleIds' | 'group' | 'eventLocation'> {
  const given = (key: string, text: string): BlockValue => {
    return { text, offset: yaml.offsetOf([...path, key]) };
  };
  const list = (value: unknown) => (Array.isArray(value) ? value.join(',') : String(value));
  const { level = 0, rule_id: rule, event_location: eventLocation } = raw;
  const ruleIds =
    rule === undefined
      ? undefined
      : readRuleIds({ given: new Map([['rule_id', [given('rule_id', list(rule))]]]) }, report);
  const group = raw.group === undefined ? undefined : list(raw.group);
  if (group !== undefined) checkGroup(given('group', group), raw.group_dialect, report);
  if (eventLocation !== undefined) {
    const dialect = raw.location_dialect ?? 'json';
    checkLocation(given('event_location', eventLocation), dialect, report);
  }
  return { level, ruleIds, group, eventLocation };
}

/** Replaces the references in all texts of a value. */
function resolveDeep(
  value: unknown,
  resolve: (text: string) => string | undefined,
): { readonly value: JsonValue; readonly isComplete: boolean } {
  let isComplete = true;
  const walk = (part: unknown): JsonValue => {
    if (typeof part === 'string') {
      const text = resolve(part);
      if (text === undefined) isComplete = false;
      return text ?? '';
    }
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part !== 'object' || part === null) return part as JsonValue;
    return Object.fromEntries(Object.entries(part).map(([key, member]) => [key, walk(member)]));
  };
  return { value: walk(value), isComplete };
}

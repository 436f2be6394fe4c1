import { isJsonObject, type JsonObject, type JsonValue } from '../alert/json.ts';
import { type Conditions, readConditions } from '../conditions/read.ts';
import type { Integration } from '../core/integration.ts';
import { REDACTED, Scrubber } from '../core/secret.ts';
import { readTimes } from '../times/read.ts';
import type { Time } from '../times/time.ts';
import type { PreparedIntegration, Setup } from './setup.ts';

type Decisive = Pick<PreparedIntegration, 'integration' | 'conditions'> &
  Partial<Pick<PreparedIntegration, 'grouping'>>;

/** What decides about an integration's alerts. */
export interface RecordedIntegration {
  readonly id: string;
  readonly name: string;
  readonly filters: Pick<
    Integration,
    'level' | 'ruleIds' | 'group' | 'eventLocation' | 'isEarly' | 'settings'
  >;
  readonly conditions: Conditions | undefined;
}

/**
 * What decides about alerts, as JSON: the filters and conditions of each integration. No address and no
 * key is in it; a secret that stands in a filter or a condition is redacted.
 */
export function routingRecord({
  integrations,
  secrets,
  times,
}: Pick<Setup, 'secrets'> & {
  readonly integrations: readonly Decisive[];
  readonly times?: Pick<Setup['times'], 'sources'>;
}): string {
  const scrubber = new Scrubber(secrets);
  const whole = new Set(secrets.filter((secret) => secret !== ''));
  const clean = (text: string) => (whole.has(text) ? REDACTED : scrubber.scrub(text));
  const record = integrations.map((entry) => {
    const { id, name } = entry.integration;
    const decides = Object.entries(decisive(entry)).map(([key, value]) => {
      return [key, mapTexts(value as JsonValue, clean)];
    });
    return { id, name, ...(Object.fromEntries(decides) as JsonObject) };
  });
  const written = [...(times?.sources ?? [])].map(([name, source]) => {
    return [name, mapTexts(JSON.parse(source) as JsonValue, clean)] as const;
  });
  const itsTimes = written.length === 0 ? {} : { times: Object.fromEntries(written) };
  return JSON.stringify({ version: 1, integrations: record, ...itsTimes });
}

/** Reads what {@link routingRecord} wrote; undefined where it is not understood. */
export function readRoutingRecord(text: string): RecordedIntegration[] | undefined {
  const record = parsed(text);
  if (!isJsonObject(record) || record['version'] !== 1) return undefined;
  const { integrations } = record;
  if (!Array.isArray(integrations)) return undefined;
  const { times } = readTimes(record['times']);
  return integrations.filter(isJsonObject).map((one) => fromRecord(one, times));
}

/** The filters and conditions, by the names of their settings. */
function decisive({ integration, conditions, grouping }: Decisive) {
  const { level, ruleIds, group, eventLocation, isEarly, settings } = integration;
  return {
    level,
    ...(ruleIds !== undefined && { rule_id: ruleIds }),
    ...(group !== undefined && { group }),
    ...(eventLocation !== undefined && { event_location: eventLocation }),
    ...(isEarly === true && { is_early: true }),
    ...(settings.groupDialect !== undefined && { group_dialect: settings.groupDialect }),
    ...(settings.locationDialect !== undefined && { location_dialect: settings.locationDialect }),
    ...conditions?.written,
    // Only to tell one configuration from another: what was held back is stored with it.
    ...(grouping !== undefined && { grouping: grouping.source }),
  };
}

function fromRecord(record: JsonObject, times: ReadonlyMap<string, Time>): RecordedIntegration {
  const { level, rule_id: rules, group, event_location: location, only, except, when } = record;
  const { group_dialect: groupDialect, location_dialect: locationDialect } = record;
  const written = {
    ...(only !== undefined && { only }),
    ...(except !== undefined && { except }),
    ...(when !== undefined && { when }),
  };
  const { conditions } = readConditions(written, { times });
  const ofNumbers = Array.isArray(rules)
    ? rules.filter((rule) => typeof rule === 'number')
    : undefined;
  return {
    id: textOf(record['id']),
    name: textOf(record['name']),
    filters: {
      level: typeof level === 'number' ? level : 0,
      ruleIds: ofNumbers,
      group: typeof group === 'string' ? group : undefined,
      eventLocation: typeof location === 'string' ? location : undefined,
      isEarly: record['is_early'] === true,
      settings: {
        ...(isGroupDialect(groupDialect) && { groupDialect }),
        ...(isLocationDialect(locationDialect) && { locationDialect }),
      },
    },
    conditions: conditions.parts.length === 0 ? undefined : conditions,
  };
}

const textOf = (value: JsonValue | undefined) => (typeof value === 'string' ? value : '');
const isGroupDialect = (value: JsonValue | undefined) => value === 'exact' || value === 'sregex';
const isLocationDialect = (value: JsonValue | undefined) => value === 'json' || value === 'full';

/** A copy with all texts cleaned, names of members included, and numbers that hold a secret. */
function mapTexts(value: JsonValue, clean: (text: string) => string): JsonValue {
  if (typeof value === 'string') return clean(value);
  if (typeof value === 'number') return clean(String(value)) === String(value) ? value : REDACTED;
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, clean));
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).map(([name, member]) => {
    return [clean(name), mapTexts(member, clean)];
  });
  return Object.fromEntries(members) as JsonObject;
}

function parsed(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return null;
  }
}

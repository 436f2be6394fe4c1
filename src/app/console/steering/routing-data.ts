import type { JsonObject, JsonValue } from '../../../alert/json.ts';
import { isJsonObject } from '../../../alert/json.ts';
import { Redactor } from '../../../cli/redact.ts';
import type {
  RoutedIntegrationData,
  RoutingChange,
  SettingRow,
} from '../../../console/steering/data.ts';
import { retriesOf } from '../../../core/retry.ts';
import { attemptSeconds } from '../../../destinations/sdk/request-session.ts';
import { muteSentence, silenceSentence } from '../../../routing/sentence/quiet.ts';
import { routeSentence } from '../../../routing/sentence/sentence.ts';
import type { PreparedIntegration, Setup } from '../../setup.ts';

type Shown = Pick<Setup, 'integrations' | 'quiet' | 'secrets'> & {
  readonly times: Pick<Setup['times'], 'sources'>;
};

/** Each integration of a configuration, in words and without secrets. @param now milliseconds since 1970. */
export function routedIntegrationsOf(setup: Shown, now: number): RoutedIntegrationData[] {
  const redactor = new Redactor(setup.secrets, false);
  const options = { times: setup.times.sources, now };
  return setup.integrations.map((entry) => {
    const { integration, conditions, grouping, destination, destinationNote } = entry;
    const to = destination?.title ?? integration.name;
    const why = entry.unusable?.reason ?? entry.obstacle;
    const sentence = routeSentence({ integration, conditions, grouping, to }, options);
    return {
      id: integration.id,
      sentence: redactor.text(sentence),
      note: redactor.text(destinationNote),
      place: integration.source,
      state: why === undefined ? 'enabled' : destination === undefined ? 'not enabled' : 'parked',
      why: why === undefined ? undefined : redactor.text(why),
      settings: settingRows(entry, redactor),
    };
  });
}

/** The silences and mutes of a configuration, each as a sentence. */
export function quietSentences({ quiet, secrets, times }: Shown): string[] {
  const redactor = new Redactor(secrets, false);
  return [
    ...quiet.silences.map((one) => silenceSentence(one, times.sources)),
    ...quiet.mutes.map(muteSentence),
  ].map((sentence) => redactor.text(sentence));
}

/** What differs between two configurations, as far as pages show them. */
export function routingChanges(before: Shown, after: Shown, now: number): RoutingChange[] {
  const [old, young] = [rowsById(before, now), rowsById(after, now)];
  const secret = new Map(before.integrations.map((one) => [one.integration.id, secretsOf(one)]));
  return [...new Set([...young.keys(), ...old.keys()])].flatMap((id): RoutingChange[] => {
    const [was, is] = [old.get(id), young.get(id)];
    const names = [...new Set([...(was?.keys() ?? []), ...(is?.keys() ?? [])])];
    const details = names
      .map((name) => ({ name, before: was?.get(name), after: is?.get(name) }))
      .filter((one) => one.before !== one.after);
    const now = after.integrations.find(({ integration }) => integration.id === id);
    const isNewSecret = was !== undefined && now !== undefined && secretsOf(now) !== secret.get(id);
    const hidden = { name: 'address or key', before: 'another', after: 'changed, not shown' };
    const all = isNewSecret ? [...details, hidden] : details;
    if (all.length === 0) return [];
    const kind = was === undefined ? 'new' : is === undefined ? 'gone' : 'changed';
    return [{ id, kind, details: kind === 'changed' ? all : all.slice(0, 1) }];
  });
}

const QUIET = 'silences and mutes';

function rowsById(setup: Shown, now: number): Map<string, ReadonlyMap<string, string>> {
  const rows = routedIntegrationsOf(setup, now).map(({ id, sentence, settings }) => {
    const named = settings.map(({ name, value }) => [name, value] as const);
    return [id, new Map([['in words', sentence], ...named])] as const;
  });
  const quiet = quietSentences(setup).map((sentence, at) => [String(at + 1), sentence] as const);
  return new Map([...rows, [QUIET, new Map(quiet)]]);
}

/** Only compared: never shown. */
function secretsOf({ integration }: PreparedIntegration): string {
  const { hookUrl, apiKey, optionsText } = integration;
  return JSON.stringify([hookUrl, apiKey, optionsText].map((secret) => secret?.reveal()));
}

/** What applies, by the names that settings have; what is not set is left out. */
function settingRows(entry: PreparedIntegration, redactor: Redactor): SettingRow[] {
  const { integration, loaded, conditions, grouping, destination } = entry;
  const { settings, options } = integration;
  const { quick, isLong } = retriesOf(integration, destination ?? {});
  const { rateLimit, retry, forward, own, ...rest } = settings;
  const values: JsonObject = {
    ...(redactor.value(loaded.getconfig()) as JsonObject),
    timeout: `${attemptSeconds(integration, destination?.defaultTimeout)} s`,
    retries: `${quick} quick${isLong ? ', then the long schedule' : ''}`,
    ...(retry !== undefined && { retry: jsonOf(retry) }),
    ...(rateLimit !== undefined && { rate_limit: jsonOf(rateLimit) }),
    ...(forward !== undefined && { forward: jsonOf(forward) }),
    ...(options !== undefined && { options: redactor.value(options) }),
    ...(jsonOf(rest) as JsonObject),
    ...(own !== undefined && (redactor.value(own) as JsonObject)),
    ...(jsonOf(conditions?.written ?? {}) as JsonObject),
    ...(grouping === undefined ? {} : groupingOf(grouping.source)),
  };
  return Object.entries(redactor.value(values) as JsonObject).map(([name, value]) => {
    return { name, value: typeof value === 'string' ? value : JSON.stringify(value) };
  });
}

/** As it is written in the settings file. */
function groupingOf(source: string): JsonObject {
  const [written] = JSON.parse(source) as JsonValue[];
  return isJsonObject(written) ? written : {};
}

function jsonOf(value: unknown): JsonValue {
  return JSON.parse(JSON.stringify(value)) as JsonValue;
}

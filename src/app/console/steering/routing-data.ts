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

/** What applies to an integration; undefined where there is none of the name. */
export function settingsOf(setup: Shown, id: string): SettingRow[] | undefined {
  const entry = setup.integrations.find(({ integration }) => integration.id === id);
  return entry && settingRows(entry, new Redactor(setup.secrets, false));
}

/** What differs between two configurations, as far as pages show them. @param now milliseconds since 1970. */
export function routingChanges(before: Shown, after: Shown, now: number): RoutingChange[] {
  const [old, young] = [byId(before), byId(after)];
  const ids = [...new Set([...young.keys(), ...old.keys()])].filter((id) => {
    return fingerprint(old.get(id)) !== fingerprint(young.get(id));
  });
  const changes = ids.map((id): RoutingChange => {
    const [was, is] = [rowsOf(before, old.get(id), now), rowsOf(after, young.get(id), now)];
    const kind = was.size === 0 ? 'new' : is.size === 0 ? 'gone' : 'changed';
    const details = differences(was, is);
    if (kind !== 'changed') return { id, kind, details: details.slice(0, 1) };
    const isNewSecret = secretsOf(old.get(id)) !== secretsOf(young.get(id));
    const hidden = { name: 'address or key', before: 'another', after: 'changed, not shown' };
    return { id, kind, details: isNewSecret ? [...details, hidden] : details };
  });
  const details = differences(quietRows(before), quietRows(after));
  const quiet = { id: QUIET, kind: 'changed', details } as const;
  return [...changes, quiet].filter(({ details }) => details.length > 0);
}

type Rows = ReadonlyMap<string, string>;

function byId({ integrations }: Shown): ReadonlyMap<string, PreparedIntegration> {
  return new Map(integrations.map((entry) => [entry.integration.id, entry]));
}

/** By what they are about: `Silence patching`. */
function quietRows(setup: Shown): Rows {
  const sentences = quietSentences(setup);
  return new Map(sentences.map((sentence) => [sentence.split(/[:,]/)[0] ?? '', sentence]));
}

const QUIET = 'silences and mutes';

function differences(was: Rows, is: Rows): RoutingChange['details'][number][] {
  return [...new Set([...was.keys(), ...is.keys()])]
    .map((name) => ({ name, before: was.get(name), after: is.get(name) }))
    .filter((one) => one.before !== one.after);
}

/** What pages show of an integration; nothing where it is not there. */
function rowsOf(setup: Shown, entry: PreparedIntegration | undefined, now: number): Rows {
  if (entry === undefined) return new Map();
  const [one] = routedIntegrationsOf({ ...setup, integrations: [entry] }, now);
  const rows = settingRows(entry, new Redactor(setup.secrets, false));
  return new Map([
    ['in words', one?.sentence ?? ''],
    ...rows.map(({ name, value }) => [name, value] as const),
  ]);
}

/** Differs where anything of it does; most are the same, and need not be put into words. */
function fingerprint(entry: PreparedIntegration | undefined): string {
  if (entry === undefined) return '';
  const { integration, conditions, grouping, loaded } = entry;
  const { settings, options } = integration;
  const written = [settings, options, conditions?.written, grouping?.source, loaded.getconfig()];
  return JSON.stringify([written, secretsOf(entry)]);
}

/** Only compared: never shown. */
function secretsOf(entry: PreparedIntegration | undefined): string {
  const { hookUrl, apiKey, optionsText } = entry?.integration ?? {};
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

import {
  type Alert,
  cut,
  displayText,
  factsOf,
  type Job,
  type JsonDocument,
  type JsonObject,
  oneLine,
  plain,
  RawJson,
} from '../sdk/index.ts';
import { bundleWords, type Words } from './bundle.ts';
import { type Ids, type ListName, usualIds } from './ids.ts';
import { type Machine, machineOf, type Observable, observablesOf } from './observables.ts';
import type { IrisDelivery } from './settings.ts';

/** IRIS has no limits for these; nobody reads more, and the whole alert is attached. */
const LONGEST_TITLE = 500;
const LONGEST_LOG = 10_000;
const LONGEST_TAG = 100;

/** TLP amber: the same number in every installation. */
const AMBER = 2;

const FIRST_CUSTOMER = 1;

/** Members that `<options>` may give by name where IRIS itself needs a number. */
const NAMED: Readonly<Record<string, ListName>> = {
  alert_severity_id: 'severities',
  alert_status_id: 'statuses',
  alert_customer_id: 'customers',
};

/** The members of an alert for IRIS. */
export type IrisAlert = Record<string, JsonDocument | undefined>;

/** The lists whose numbers a job's alert needs; first the one that every user can read. */
export function listsFor(job: IrisDelivery): ListName[] {
  const lists: ListName[] = ['severities', 'statuses'];
  if (observables(job).length > 0) lists.push('iocTypes');
  if (machines(job).length > 0) lists.push('assetTypes');
  if (customerName(job.settings.options) !== undefined) lists.push('customers');
  return lists;
}

/** The customer that `<options>` give by name; undefined when given as a number or not at all. */
export function customerName(options: JsonObject): string | undefined {
  const customer = options['alert_customer_id'];
  return typeof customer === 'string' && !/^\d+$/.test(customer.trim()) ? customer : undefined;
}

/** The alert for IRIS: what the community script sends, and more that IRIS can use. */
export function irisAlert(job: IrisDelivery, ids: Ids): IrisAlert {
  const { bundle } = job;
  const words = bundle === undefined ? alertWords(job) : bundleWords(bundle, job.key);
  const fields: IrisAlert = {
    alert_title: cut(words.title, LONGEST_TITLE),
    alert_description: words.description,
    alert_source: 'Wazuh',
    alert_source_ref: words.reference,
    alert_source_event_time: words.time,
    alert_severity_id: known(ids, 'severities', severity(words.level)),
    alert_status_id: known(ids, 'statuses', 'New'),
    alert_customer_id: FIRST_CUSTOMER,
    alert_tags: tags(job),
    alert_note: '',
    alert_context: Object.fromEntries(words.facts),
    alert_iocs: iocs(job, ids),
    alert_assets: assets(job, ids),
    alert_source_content: words.content,
    ...job.settings.options,
  };
  for (const [member, list] of Object.entries(NAMED)) {
    const value = fields[member];
    if (typeof value === 'string') fields[member] = ids(list, value) ?? value;
  }
  return fields;
}

function alertWords({ alert, key }: Job): Words {
  const log = displayText(alert.at('full_log'));
  const facts = factsOf(alert);
  const lines = facts.map(([label, text]) => `${label}: ${text}`);
  return {
    title: oneLine(displayText(alert.at('rule', 'description'))) ?? 'Wazuh alert',
    description: [
      ...lines,
      ...(log === undefined ? [] : ['', 'Log:', cut(plain(log), LONGEST_LOG)]),
    ].join('\n'),
    reference: oneLine(alert.textAt('id')) ?? key,
    time: eventTime(alert.textAt('timestamp')),
    level: alert.level,
    facts,
    content: alert.rawJson,
  };
}

/**
 * The alert without the optional parts that IRIS may have refused: IOCs, which it validates
 * against its own patterns, assets, context, and NUL characters, which its database refuses.
 */
export function bareAlert(fields: IrisAlert, complaint: string): IrisAlert {
  const content = fields['alert_source_content'];
  const { alert_iocs: _, alert_assets: __, alert_context: ___, ...rest } = fields;
  return {
    ...rest,
    ...(content instanceof RawJson ? { alert_source_content: withoutNul(content) } : {}),
    ...(complaint.includes('alert_source_event_time')
      ? { alert_source_event_time: undefined }
      : {}),
  };
}

function withoutNul({ text }: RawJson): RawJson {
  return new RawJson(text.replace(/(?<!\\)((?:\\\\)*)\\u0000/g, '$1\\ufffd'));
}

/** IRIS requires these, so fall back to a number even where the names were changed. */
function known(ids: Ids, list: ListName, name: string): number | undefined {
  return ids(list, name, 'Unspecified') ?? usualIds(list, name);
}

/** The scale of the community script. */
function severity(level: number): string {
  if (level >= 13) return 'Critical';
  if (level >= 10) return 'High';
  if (level >= 7) return 'Medium';
  return level >= 5 ? 'Low' : 'Informational';
}

/** A time that IRIS can parse; otherwise IRIS uses the time of arrival. */
function eventTime(text: string | undefined): string | undefined {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:?\d\d)$/.exec(text ?? '')?.[0];
}

/** IRIS splits tags at commas. */
function tags(job: Job): string {
  const names = ['wazuh', ...alertsOf(job).flatMap(alertTags)];
  const clean = names.map((name) => oneLine(name?.replaceAll(',', ' '))?.slice(0, LONGEST_TAG));
  return [...new Set(clean.filter((name) => name !== undefined))].join(',');
}

function alertTags(alert: Alert): (string | undefined)[] {
  const groups = alert.at('rule', 'groups');
  return [
    displayText(alert.at('agent', 'name')) ?? displayText(alert.at('agentless', 'host')),
    ...(Array.isArray(groups) ? groups.map(displayText) : []),
  ];
}

/** The alerts that are sent in full. */
function alertsOf({ alert, bundle }: Job): readonly Alert[] {
  return bundle === undefined || bundle.examples.length === 0 ? [alert] : bundle.examples;
}

function observables(job: Job): Observable[] {
  return unique(alertsOf(job).flatMap(observablesOf), ({ type, value }) => `${type} ${value}`);
}

function machines(job: Job): Machine[] {
  const found = alertsOf(job).flatMap((alert) => machineOf(alert) ?? []);
  return unique(found, ({ name }) => name);
}

/** The first of each key. */
function unique<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[] {
  const seen = new Set<string>();
  return items.filter((item) => seen.size < seen.add(keyOf(item)).size);
}

function iocs(job: Job, ids: Ids): JsonDocument[] {
  return observables(job).flatMap(({ type, value, place }) => {
    const number = ids('iocTypes', type);
    if (number === undefined) return [];
    return [
      {
        ioc_value: value,
        ioc_type_id: number,
        ioc_tlp_id: AMBER,
        ioc_description: `From ${place}`,
        ioc_tags: 'wazuh',
      },
    ];
  });
}

function assets(job: Job, ids: Ids): JsonDocument[] {
  return machines(job).flatMap((machine) => {
    const number = ids('assetTypes', machine.type, 'Linux - Server');
    if (number === undefined) return [];
    return [
      {
        asset_name: machine.name,
        asset_type_id: number,
        asset_ip: machine.ip,
        asset_description: machine.description,
        asset_tags: 'wazuh',
      },
    ];
  });
}

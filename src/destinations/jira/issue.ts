import { createHash } from 'node:crypto';
import {
  type Alert,
  displayText,
  isJsonObject,
  type Job,
  type JsonDocument,
} from '../sdk/index.ts';
import { bundleSummary, bundleTextFor } from './bundle-text.ts';
import type { IssueOptions } from './settings.ts';
import { type Extent, summaryOf, textFor } from './text.ts';

/** The label on every issue that integratord creates. */
const OUR_LABEL = 'wazuh';

/** Alerts that have the same of one of these are of one agent or host. */
const AGENT_FIELDS = ['agent.id', 'agent.name', 'agentless.host'];

/** Long enough that no two alerts of a site share one. */
const HASH_DIGITS = 20;

/** What is left out of an issue. */
export interface Reduction {
  /** Fields that Jira does not allow us to set. */
  readonly without: readonly string[];
  readonly extent: Extent;
}

export const NO_REDUCTION: Reduction = { without: [], extent: 'whole' };

/** What an issue is made of. */
export type Subject = Pick<Job, 'alert' | 'bundle' | 'key'>;

/** The fields of the issue for an alert, or for several. */
export function issueFields(
  subject: Subject,
  options: IssueOptions,
  { without, extent }: Reduction,
): Record<string, JsonDocument> {
  const { alert, bundle } = subject;
  const level = bundle?.highestLevel ?? alert.level;
  const priority = options.priorities.find(([lowest]) => level >= lowest)?.[1];
  const fields: Record<string, JsonDocument> = {
    project: /^\d+$/.test(options.project) ? { id: options.project } : { key: options.project },
    issuetype: byNameOrId(options.issueType),
    ...textsOf(subject, options, extent),
    labels: labelsOf(subject, options),
    ...(priority === undefined ? {} : { priority: byNameOrId(priority) }),
    ...options.fields,
  };
  for (const field of without) delete fields[field];
  return fields;
}

function byNameOrId(text: string): JsonDocument {
  return /^\d+$/.test(text) ? { id: text } : { name: text };
}

function textsOf(
  { alert, bundle }: Subject,
  { apiVersion }: IssueOptions,
  extent: Extent,
): { readonly summary: string; readonly description: JsonDocument } {
  if (bundle === undefined) {
    return { summary: summaryOf(alert), description: textFor(apiVersion, alert, extent) };
  }
  return {
    summary: bundleSummary(bundle),
    description: bundleTextFor(apiVersion, bundle, extent),
  };
}

function labelsOf(subject: Subject, options: IssueOptions): string[] {
  const group = options.groupFollowUps ? groupLabelOf(subject) : undefined;
  const labels = [OUR_LABEL, labelOf(subject), group, ...options.labels];
  return [...new Set(labels.filter((label) => label !== undefined))];
}

/** The label that identifies an issue or a comment. */
export function labelOf({ alert, bundle, key }: Subject): string {
  // An alert of a bundle can have an issue of its own.
  return bundle === undefined ? alertLabel(alert) : hashLabel('wazuh-', ['bundle', key]);
}

/** The label of what follows up on the same issue; undefined for what is of several rules or agents. */
export function groupLabelOf({ alert, bundle }: Subject): string | undefined {
  if (bundle === undefined) return groupLabel(alert);
  const { by, groups, moreGroups } = bundle;
  const [group] = groups;
  if (group === undefined || groups.length + moreGroups > 1) return undefined;
  const isOf = (field: string) => group.values[by.indexOf(field)] !== undefined;
  const isOfOne = isOf('rule.id') && AGENT_FIELDS.some(isOf);
  return isOfOne ? groupLabel(alert) : undefined;
}

/**
 * The label that identifies the issue of an alert: a hash of the alert's id, manager and node, since
 * two managers or nodes can give the same id to different alerts in the same second.
 */
function alertLabel(alert: Alert): string {
  const id = alert.textAt('id');
  if (id === undefined) return hashLabel('wazuh-', alert.text);
  return hashLabel('wazuh-', [id, ...managerOf(alert)]);
}

/** The label that alerts of one rule and agent share; undefined when either is unknown. */
function groupLabel(alert: Alert): string | undefined {
  const rule = displayText(alert.at('rule', 'id'));
  const host = displayText(alert.at('agent', 'id')) ?? displayText(alert.at('agentless', 'host'));
  if (rule === undefined || host === undefined) return undefined;
  return hashLabel('wazuh-group-', [rule, host, alert.textAt('manager', 'name') ?? '']);
}

function managerOf(alert: Alert): string[] {
  return [alert.textAt('manager', 'name') ?? '', alert.textAt('cluster', 'node') ?? ''];
}

/** Hexadecimal digits only: no alert content gets into a query. */
function hashLabel(prefix: string, identity: string | string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(identity)).digest('hex');
  return prefix + hash.slice(0, HASH_DIGITS);
}

/**
 * What to leave out after Jira refused an issue: the optional fields that it names; where it names
 * none, the long part of the description and the priority.
 */
export function reductionAfter(
  errors: JsonDocument | undefined,
  fields: Record<string, JsonDocument>,
  before: Reduction,
): Reduction {
  const named = isJsonObject(errors) ? Object.keys(errors) : [];
  const needed = ['project', 'issuetype', 'summary', 'description'];
  const without = named.filter((name) => Object.hasOwn(fields, name) && !needed.includes(name));
  const isClear = without.length > 0 && !named.includes('description');
  return {
    without: [...before.without, ...(without.length > 0 ? without : ['priority'])],
    extent: isClear ? before.extent : 'facts',
  };
}

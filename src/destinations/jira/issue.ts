import { createHash } from 'node:crypto';
import { type Alert, displayText, isJsonObject, type JsonDocument } from '../sdk/index.ts';
import type { IssueOptions } from './settings.ts';
import { type Extent, summaryOf, textFor } from './text.ts';

/** The label on every issue that integratord creates. */
const OUR_LABEL = 'wazuh';

/** Long enough that no two alerts of a site share one. */
const HASH_DIGITS = 20;

/** What is left out of an issue. */
export interface Reduction {
  /** Fields that Jira does not allow us to set. */
  readonly without: readonly string[];
  readonly extent: Extent;
}

export const NO_REDUCTION: Reduction = { without: [], extent: 'whole' };

/** The fields of the issue for an alert. */
export function issueFields(
  alert: Alert,
  options: IssueOptions,
  { without, extent }: Reduction,
): Record<string, JsonDocument> {
  const priority = options.priorities.find(([level]) => alert.level >= level)?.[1];
  const fields: Record<string, JsonDocument> = {
    project: /^\d+$/.test(options.project) ? { id: options.project } : { key: options.project },
    issuetype: byNameOrId(options.issueType),
    summary: summaryOf(alert),
    description: textFor(options.apiVersion, alert, extent),
    labels: labelsOf(alert, options),
    ...(priority === undefined ? {} : { priority: byNameOrId(priority) }),
    ...options.fields,
  };
  for (const field of without) delete fields[field];
  return fields;
}

function byNameOrId(text: string): JsonDocument {
  return /^\d+$/.test(text) ? { id: text } : { name: text };
}

function labelsOf(alert: Alert, options: IssueOptions): string[] {
  const group = options.groupFollowUps ? groupLabel(alert) : undefined;
  const labels = [OUR_LABEL, alertLabel(alert), group, ...options.labels];
  return [...new Set(labels.filter((label) => label !== undefined))];
}

/**
 * The label that identifies the issue of an alert: a hash of the alert's id, manager and node, since
 * two managers or nodes can give the same id to different alerts in the same second.
 */
export function alertLabel(alert: Alert): string {
  const id = alert.textAt('id');
  if (id === undefined) return hashLabel('wazuh-', alert.text);
  return hashLabel('wazuh-', [id, ...managerOf(alert)]);
}

/** The label that alerts of one rule and agent share; undefined when either is unknown. */
export function groupLabel(alert: Alert): string | undefined {
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

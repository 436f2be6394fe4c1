import type { Alert } from '../../src/alert/alert.ts';
import {
  type Bundle,
  type BundleGroup,
  type BundleSpan,
  MOST_EXAMPLES,
  MOST_GROUPS,
  type VaryingField,
} from '../../src/core/bundle.ts';
import type { Job } from '../../src/core/destination.ts';
import type { Integration } from '../../src/core/integration.ts';
import { aJob } from './jobs.ts';

/** What a bundle is to be made of, besides its alerts. */
export interface BundleParts extends Partial<Bundle> {
  /** Fields that vary, of which up to three values are told. */
  readonly vary?: readonly string[];
  /** When each alert was read. By default one came every second from 14:00:12 on, in local time. */
  readonly times?: readonly number[];
}

const START = new Date(2026, 10, 24, 14, 0, 12).getTime();
const MOST_VALUES = 3;

/** A bundle of these alerts, as the program would make it of them. By default a digest by rule. */
export function aBundle(alerts: readonly Alert[], parts: BundleParts = {}): Bundle {
  const { vary = [], times = [], by = ['rule.id'], ...overrides } = parts;
  const members = alerts.map((alert, at) => ({ alert, at: times[at] ?? START + at * 1000 }));
  const groups = new Map<string, Member[]>();
  for (const member of members) {
    const key = JSON.stringify(valuesOf(member.alert, by));
    groups.set(key, [...(groups.get(key) ?? []), member]);
  }
  const all = [...groups.values()]
    .map((group) => groupOf(group, by, vary))
    .sort((a, b) => b.highestLevel - a.highestLevel || b.count - a.count);
  return {
    id: 812,
    kind: 'digest',
    about: undefined,
    by,
    ...spanOf(members),
    groups: all.slice(0, MOST_GROUPS),
    moreGroups: Math.max(0, all.length - MOST_GROUPS),
    examples: byLevel(members).slice(0, MOST_EXAMPLES),
    ...overrides,
  };
}

/** A delivery of a bundle: its alert is the first of the highest level. */
export function aBundleJob(bundle: Bundle, integration: Integration, key?: string): Job {
  const [alert] = bundle.examples;
  if (alert === undefined) throw new Error('a bundle has at least one alert');
  return { ...aJob(alert, integration, key), bundle };
}

interface Member {
  readonly alert: Alert;
  readonly at: number;
}

function groupOf(
  members: readonly Member[],
  by: readonly string[],
  vary: readonly string[],
): BundleGroup {
  const example = byLevel(members)[0] as Alert;
  const varying = vary.flatMap((field) => varyingOf(members, field));
  return { ...spanOf(members), values: valuesOf(example, by), example, varying };
}

function varyingOf(members: readonly Member[], field: string): VaryingField[] {
  const values = [...new Set(members.map(({ alert }) => valueAt(alert, field) ?? ''))];
  if (values.length < 2) return [];
  const more = Math.max(0, values.length - MOST_VALUES);
  return [{ field, values: values.slice(0, MOST_VALUES), more }];
}

function spanOf(members: readonly Member[]): BundleSpan {
  const times = members.map(({ at }) => at);
  return {
    count: members.length,
    firstAt: Math.min(...times),
    lastAt: Math.max(...times),
    highestLevel: Math.max(...members.map(({ alert }) => alert.level)),
  };
}

function byLevel(members: readonly Member[]): Alert[] {
  return members.map(({ alert }) => alert).sort((a, b) => b.level - a.level);
}

function valuesOf(alert: Alert, fields: readonly string[]): (string | undefined)[] {
  return fields.map((field) => valueAt(alert, field));
}

function valueAt(alert: Alert, field: string): string | undefined {
  return alert.textAt(...field.split('.'));
}

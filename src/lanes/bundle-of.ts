import type { Alert } from '../alert/alert.ts';
import { valueAt } from '../alert/json.ts';
import { alertOf } from '../alert/large-alert.ts';
import type { Bundle, BundleGroup, VaryingField } from '../core/bundle.ts';
import type { LeasedBundle, LeasedDelivery, LeasedLine } from '../core/delivery.ts';
import type { EndedDelivery } from '../core/lane-observer.ts';

/** What often tells apart alerts of the same rule, the most telling first. */
const TELLING = [
  'data.srcip',
  'data.dstip',
  'data.srcuser',
  'data.dstuser',
  'data.win.eventdata.targetUserName',
  'data.win.eventdata.ipAddress',
  'data.url',
  'syscheck.path',
  'data.vulnerability.cve',
  'rule.id',
  'agent.name',
  'location',
];
const MOST_VARYING = 3;
const MOST_VALUES = 3;

/** What is told of a delivery that ended. */
export function endedDelivery({ bundle, stored, raw }: LeasedDelivery): EndedDelivery {
  return { raw: bundle === undefined ? (stored?.beginning ?? raw) : undefined, bundle };
}

/** What was leased as a destination tells of it. Never fails, whatever the alerts hold. */
export function bundleOf(leased: LeasedBundle): Bundle {
  const { id, kind, about, by, count, firstAt, lastAt, highestLevel } = leased;
  return {
    id,
    kind,
    about,
    by,
    count,
    firstAt,
    lastAt,
    highestLevel,
    groups: leased.lines.map((line) => groupOf(line, by)),
    moreGroups: leased.moreLines,
    examples: leased.examples.map(alertOf),
  };
}

function groupOf(line: LeasedLine, by: readonly string[]): BundleGroup {
  const { key, count, firstAt, lastAt, highestLevel } = line;
  const samples = line.samples.map(alertOf);
  const example = samples[0] ?? alertOf(Buffer.from('{}'));
  const values = JSON.parse(key) as (string | null)[];
  return {
    count,
    firstAt,
    lastAt,
    highestLevel,
    example,
    values: values.map((value) => value ?? undefined),
    varying: varyingAmong(samples, by),
  };
}

function varyingAmong(samples: readonly Alert[], by: readonly string[]): VaryingField[] {
  const found: VaryingField[] = [];
  for (const field of TELLING) {
    if (found.length === MOST_VARYING) break;
    if (by.includes(field)) continue;
    const path = field.split('.');
    const counts = new Map<string, number>();
    for (const { json } of samples) {
      const value = valueAt(json, ...path);
      if (typeof value !== 'string' && typeof value !== 'number') continue;
      const text = String(value);
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    if (counts.size < 2) continue;
    const sorted = [...counts].sort(([, a], [, b]) => b - a).map(([text]) => text);
    const values = sorted.slice(0, MOST_VALUES);
    found.push({ field, values, more: sorted.length - values.length });
  }
  return found;
}

import type { z } from 'zod';
import { nearest } from '../../core/nearest.ts';
import type { Report } from '../../core/problem-report.ts';
import { allOf, type Check } from '../check.ts';
import { whyUnknown } from '../fields.ts';
import { fieldCheck } from './field-tests.ts';
import { agentsCheck, groupsCheck, mitreCheck, namesCheck } from './names.ts';
import { type Entry, levelCheck, rulesCheck } from './numbers.ts';
import { MOST_ENTRIES, type OnlyKey, onlySchema } from './schema.ts';

/** One key of `only` or of an entry of `except`, compiled. */
export interface KeyCheck {
  readonly key: OnlyKey;
  readonly check: Check;
}

type Compile = (entries: readonly Entry[], report: (at: number) => Report) => Check;

const KEYS: Readonly<Record<Exclude<OnlyKey, 'fields'>, Compile>> = {
  level: levelCheck,
  rules: rulesCheck,
  groups: groupsCheck,
  agents: agentsCheck,
  locations: (entries) => namesCheck('locations', ['location'], entries),
  mitre: mitreCheck,
  managers: (entries) => namesCheck('managers', ['manager', 'name'], entries),
  nodes: (entries) => namesCheck('nodes', ['cluster', 'node'], entries),
  decoders: (entries) => namesCheck('decoders', ['decoder', 'name'], entries),
};

/** The keys in the order in which they are asked: the cheap ones first. */
const ORDER = Object.keys(onlySchema.shape) as OnlyKey[];

/**
 * Compiles the keys of a mapping. What is wrong is reported and left out.
 * @param also keys that may stand there as well.
 */
export function compileKeys(
  value: unknown,
  report: Report,
  knownFields: ReadonlySet<string> | undefined,
  also: readonly string[] = [],
): KeyCheck[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    report.error(`must be a mapping with keys such as ${ORDER.slice(0, 4).join(', ')}`);
    return [];
  }
  const mapping = value as Record<string, unknown>;
  const allowed = [...ORDER, ...also];
  for (const key of Object.keys(mapping)) {
    if (allowed.includes(key)) continue;
    const meant = nearest(key, allowed);
    const hint =
      meant === undefined ? `; there are ${allowed.join(', ')}` : `; did you mean ${meant}?`;
    report.at(key).unknownKey(`unknown key ${JSON.stringify(key)}${hint}`);
  }
  return ORDER.flatMap((key) => {
    if (!Object.hasOwn(mapping, key) || mapping[key] === undefined) return [];
    const its = report.at(key);
    const check =
      key === 'fields'
        ? fieldsCheck(mapping[key], its, knownFields)
        : keyCheck(key, mapping[key], its);
    return check === undefined ? [] : [{ key, check }];
  });
}

function keyCheck(key: keyof typeof KEYS, value: unknown, report: Report): Check | undefined {
  const schema: z.ZodType = onlySchema.shape[key];
  const { data, error } = schema.safeParse(value);
  if (error !== undefined) {
    report.error(error.issues[0]?.message ?? 'is wrong');
    return undefined;
  }
  const isList = Array.isArray(data);
  const entries = (isList ? data : [data]) as Entry[];
  const check = KEYS[key](entries, (at) => (isList ? report.at(at) : report));
  return report.isFine ? check : undefined;
}

function fieldsCheck(
  value: unknown,
  report: Report,
  knownFields: ReadonlySet<string> | undefined,
): Check | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    report.error('must be a mapping of paths such as data.srcip');
    return undefined;
  }
  const fields = Object.entries(value);
  if (fields.length === 0 || fields.length > MOST_ENTRIES) {
    report.error(`must have 1 to ${MOST_ENTRIES} paths such as data.srcip`);
    return undefined;
  }
  const checks = fields.flatMap(([path, test]) => {
    const its = report.at(path);
    const unknown = whyUnknown(path.split('.'), knownFields);
    if (unknown !== undefined) its.warning(unknown.message, unknown.hint);
    const check = fieldCheck(path, test, its);
    return its.isFine ? [check] : [];
  });
  return checks.length === 0 ? undefined : allOf('fields', checks);
}

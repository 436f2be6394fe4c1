import type { Alert } from '../../alert/alert.ts';
import { type JsonDocument, RawJson, stringify } from '../../alert/json.ts';
import { shortened } from '../../alert/shortened.ts';
import type { Bundle, BundleGroup } from '../../core/bundle.ts';
import { inert } from './bundle-text.ts';
import { displayText } from './text.ts';
import { isoTime } from './time-span.ts';

/** In characters. */
const LONGEST_VALUE = 500;
const LONGEST_FACT = 200;

/** Longest texts of an example that has too many bytes, in bytes, one after the other. */
const SHORTER_TEXTS = [8192, 1024, 128];

type Members = Readonly<Record<string, JsonDocument | undefined>>;

/** What a bundle is, for programs. */
export function bundleFacts(bundle: Bundle): Members {
  const { id, kind, about, by } = bundle;
  return {
    id,
    kind,
    about: about === undefined ? undefined : inert(about, LONGEST_VALUE),
    ...spanJson(bundle),
    by: by.map((field) => inert(field, LONGEST_VALUE)),
  };
}

/**
 * The groups of a bundle, for programs. Fields are values and not names of members: a name with a
 * point in it is changed by some services.
 */
export function bundleGroups({ by, groups }: Bundle): Members[] {
  return groups.map((group) => ({
    ...spanJson(group),
    rule: { id: fact(group, 'rule', 'id'), description: fact(group, 'rule', 'description') },
    agent: { id: fact(group, 'agent', 'id'), name: fact(group, 'agent', 'name') },
    key: by.map((field, at) => ({ field: inert(field, LONGEST_VALUE), value: valueAt(group, at) })),
    varying: group.varying.map(({ field, values, more }) => ({
      field: inert(field, LONGEST_VALUE),
      values: values.map((value) => inert(value, LONGEST_VALUE)),
      more,
    })),
  }));
}

function spanJson({ count, firstAt, lastAt, highestLevel }: BundleGroup | Bundle): Members {
  return {
    count,
    first: isoTime(firstAt),
    last: isoTime(lastAt),
    highest_level: highestLevel,
  };
}

function valueAt({ values }: BundleGroup, at: number): string | null {
  const value = values[at];
  return value === undefined ? null : inert(value, LONGEST_VALUE);
}

function fact({ example }: BundleGroup, ...path: string[]): string | undefined {
  return shortFact(example, path, LONGEST_VALUE);
}

/**
 * As many of these alerts as fit into the given number of bytes, commas included. Each is byte for byte
 * if it fits into its part of them; else its long texts are cut; else only a few facts are left of it.
 */
export function examplesWithin(alerts: readonly Alert[], bytes: number): RawJson[] {
  const examples: RawJson[] = [];
  let room = bytes;
  alerts.forEach((alert, at) => {
    const example = exampleWithin(alert, Math.floor(room / (alerts.length - at)) - 1);
    if (example === undefined) return;
    examples.push(example);
    room -= Buffer.byteLength(example.text) + 1;
  });
  return examples;
}

/** One alert in at most so many bytes; undefined when not even its facts fit. */
export function exampleWithin(alert: Alert, bytes: number): RawJson | undefined {
  const fits = (text: string) => Buffer.byteLength(text) <= bytes;
  // Never the mark that stands for a large alert: a bundle has several of them.
  const isWhole = !alert.isLarge && alert.raw.length <= 2 * bytes && fits(alert.text);
  if (isWhole) return new RawJson(alert.text);
  const source = alert.isLarge ? alert.raw : Buffer.from(alert.text);
  const lengths = source.length <= bytes ? [source.length, ...SHORTER_TEXTS] : SHORTER_TEXTS;
  for (const longest of bytes > 0 ? lengths : []) {
    const text = shortened(source, longest, bytes);
    if (text !== undefined && fits(text)) return new RawJson(text);
  }
  const facts = stringify(factsOnly(alert));
  return fits(facts) ? new RawJson(facts) : undefined;
}

function factsOnly(alert: Alert): JsonDocument {
  const short = (...path: string[]) => shortFact(alert, path, LONGEST_FACT);
  return {
    note: 'integratord removed the rest of this alert, because the message became too large.',
    id: short('id'),
    timestamp: short('timestamp'),
    rule: { id: short('rule', 'id'), level: short('rule', 'level') },
    agent: { id: short('agent', 'id'), name: short('agent', 'name') },
    location: short('location'),
  };
}

function shortFact(alert: Alert, path: readonly string[], longest: number): string | undefined {
  const text = displayText(alert.at(...path));
  return text === undefined ? undefined : inert(text, longest);
}

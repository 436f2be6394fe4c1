import { readFileSync } from 'node:fs';
import type { JsonValue } from '../alert/json.ts';
import { knownFields } from '../conditions/fields.ts';
import { underlined } from '../conditions/problem.ts';
import { type Conditions, readConditions } from '../conditions/read.ts';
import { conditionSettings } from '../conditions/vocabulary/schema.ts';
import { systemClock } from '../core/clock.ts';
import type { SettingsEntry } from './settings.ts';

/** The alerts that come with the program: their fields are known. */
const SAMPLES = new URL('../../examples/alerts.jsonl', import.meta.url);
const NAMES = Object.keys(conditionSettings);

/**
 * Reads `only`, `except` and `when` of an entry. What is wrong is reported at its place, inside of
 * expressions too, and left out; undefined when there are none.
 */
export function integrationConditions(entry: SettingsEntry): Conditions | undefined {
  const { value, report, yaml, path } = entry;
  if (!NAMES.some((name) => name in value)) return undefined;
  const { conditions, problems } = readConditions(value, {
    knownFields: fieldsOfSamples(),
    now: systemClock.now(),
  });
  for (const { severity, isKey, message, hint, span, ...problem } of problems) {
    const place = [...path, ...problem.path];
    const text = `${problem.path.join('.')}: ${message}${hint === undefined ? '' : `; did you mean ${hint}?`}`;
    const written = valueAt(value, problem.path);
    const isInside = span !== undefined && typeof written === 'string';
    const offset = isInside
      ? yaml.offsetInside(place, span.offset)
      : isKey
        ? yaml.offsetOfKey(place)
        : yaml.offsetOf(place);
    report[severity](offset, text, isInside ? underlined(written, span) : undefined);
  }
  return conditions.parts.length === 0 ? undefined : conditions;
}

/** The value without them: they are expressions and patterns, where `${` is what it is. */
export function withoutConditions<Value extends object>(value: Value): Value {
  return Object.fromEntries(
    Object.entries(value).filter(([name]) => !NAMES.includes(name)),
  ) as Value;
}

let ofSamples: ReadonlySet<string> | undefined;

function fieldsOfSamples(): ReadonlySet<string> {
  if (ofSamples === undefined) {
    const lines = readFileSync(SAMPLES, 'utf8').split('\n').filter(Boolean);
    ofSamples = knownFields(lines.map((line) => JSON.parse(line) as JsonValue));
  }
  return ofSamples;
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (found, key) => (found as Record<string | number, unknown> | undefined)?.[key],
    value,
  );
}

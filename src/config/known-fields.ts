import { readFileSync } from 'node:fs';
import type { JsonValue } from '../alert/json.ts';
import { knownFields } from '../conditions/fields.ts';

/** The alerts that come with the program: their fields are known. */
const SAMPLES = new URL('../../examples/alerts.jsonl', import.meta.url);

let ofSamples: ReadonlySet<string> | undefined;

/** The fields of the alerts that come with the program, by their paths. */
export function fieldsOfSamples(): ReadonlySet<string> {
  if (ofSamples === undefined) {
    const lines = readFileSync(SAMPLES, 'utf8').split('\n').filter(Boolean);
    ofSamples = knownFields(lines.map((line) => JSON.parse(line) as JsonValue));
  }
  return ofSamples;
}

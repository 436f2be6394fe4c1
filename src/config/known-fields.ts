import { closeSync, constants, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import type { JsonValue } from '../alert/json.ts';
import { knownFields } from '../conditions/fields.ts';

/** The alerts that come with the program: their fields are known. */
const SAMPLES = new URL('../../examples/alerts.jsonl', import.meta.url);
/** How much of the end of the alert file is looked at, in bytes: some hundred alerts. */
const RECENT_BYTES = 256 * 1024;

let ofSamples: ReadonlySet<string> | undefined;

/** The fields of the alerts that come with the program, by their paths. */
export function fieldsOfSamples(): ReadonlySet<string> {
  ofSamples ??= fieldsIn(readFileSync(SAMPLES, 'utf8'));
  return ofSamples;
}

/**
 * The fields that alerts are known to have: those of the samples, and of what a manager wrote lately.
 * @param alerts the path of its alert file; where it cannot be read, the samples have to do.
 */
export function fieldsKnownBy(alerts: string): ReadonlySet<string> {
  return new Set([...fieldsOfSamples(), ...fieldsIn(endOf(alerts))]);
}

function fieldsIn(lines: string): ReadonlySet<string> {
  const alerts = lines.split('\n').flatMap((line): JsonValue[] => {
    try {
      return [JSON.parse(line) as JsonValue];
    } catch {
      // It is cut, or of another format.
      return [];
    }
  });
  return knownFields(alerts);
}

function endOf(path: string): string {
  let descriptor: number | undefined;
  try {
    // Without waiting: it may be a pipe.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) return '';
    const { size } = stat;
    const bytes = Buffer.alloc(Math.min(size, RECENT_BYTES));
    const read = readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
    return bytes.toString('utf8', 0, read);
  } catch {
    return '';
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

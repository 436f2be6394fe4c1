import {
  type Bundle,
  cut,
  examplesWithin,
  groupLine,
  groupTexts,
  isoTime,
  type JsonDocument,
  moreAlerts,
  moreKeys,
} from '../sdk/index.ts';

/** How many bytes the lines about what is not shown may take. */
const REST_BYTES = 200;

/** Groups in an event that PagerDuty refused once, and the longest line of one, in characters. */
const FEW_GROUPS = 5;
const SHORT_LINE = 200;

type Members = Readonly<Record<string, JsonDocument | undefined>>;

/**
 * The details of an event for several alerts, in at most `bytes` bytes of JSON: a line for each key, since
 * that is what a person can read on a telephone, and as much of the examples as fits.
 */
export function bundleDetails(bundle: Bundle, bytes: number): JsonDocument {
  const lines = groupTexts(bundle).map(groupLine);
  const frame = Buffer.byteLength(JSON.stringify({ ...about(bundle, lines), examples: [] }));
  const examples = examplesWithin(bundle.examples, bytes - frame - REST_BYTES);
  return { ...about(bundle, lines), examples, more: moreAlerts(bundle, examples.length) };
}

/** After a rejection: the same without the examples, and with short lines. */
export function bundleWithoutDetails(bundle: Bundle): JsonDocument {
  const lines = groupTexts(bundle).map((group) => cut(groupLine(group), SHORT_LINE));
  return {
    note: 'integratord removed the details, because PagerDuty did not accept the whole event.',
    ...about(bundle, lines.slice(0, FEW_GROUPS)),
    more: moreAlerts(bundle, 0),
  };
}

function about(bundle: Bundle, groups: readonly string[]): Members {
  const { id, kind, count, firstAt, lastAt, highestLevel } = bundle;
  return {
    bundle: id,
    kind,
    count,
    first: isoTime(firstAt),
    last: isoTime(lastAt),
    highest_level: highestLevel,
    groups,
    more_groups: moreKeys(bundle, groups.length),
  };
}

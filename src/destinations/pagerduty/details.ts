import {
  type Alert,
  cut,
  displayText,
  isJsonObject,
  type JsonDocument,
  type JsonObject,
  type JsonValue,
  stringify,
} from '../sdk/index.ts';

/** Members of an alert that repeat earlier logs; the usual reason for huge alerts. */
const REPETITIONS = ['previous_output', 'previous_log'];
const REMOVED =
  '[removed by integratord: the event was larger than the 512 KB that PagerDuty accepts]';
/** Longest text inside an alert that must be shorteneder, in characters. */
const LONGEST_LEAF = 4096;
/** Longest of the few fields that stay when all details must be removed */
const LONGEST_FACT = 1024;

/**
 * The alert in at most `bytes` bytes of JSON: first without the repeated logs, then with every long
 * text cut, and finally only a note with the few facts that identify the alert.
 */
export function detailsWithin(alert: Alert, bytes: number): JsonDocument {
  const fewer: JsonObject = { ...alert.json };
  if (Object.keys(fewer).length === 0) return withoutDetails(alert);
  for (const name of REPETITIONS) {
    if (Object.hasOwn(fewer, name)) fewer[name] = REMOVED;
  }
  for (const smaller of [() => fewer, () => withShortTexts(fewer)]) {
    const details = smaller();
    if (Buffer.byteLength(stringify(details)) <= bytes) return details;
  }
  return withoutDetails(alert);
}

/** Replaces the alert: a note that says so, and where to find the alert. */
export function withoutDetails(alert: Alert): JsonDocument {
  const fact = (...path: string[]) => {
    const text = displayText(alert.at(...path));
    return text === undefined ? undefined : cut(text, LONGEST_FACT);
  };
  return {
    note: 'integratord removed the details, because PagerDuty did not accept the whole event. The full alert is in alerts.json on the manager.',
    id: fact('id'),
    timestamp: fact('timestamp'),
    rule: { id: fact('rule', 'id'), level: fact('rule', 'level') },
    agent: { id: fact('agent', 'id'), name: fact('agent', 'name') },
    location: fact('location'),
  };
}

function withShortTexts(value: JsonValue): JsonValue {
  if (typeof value === 'string') return cut(value, LONGEST_LEAF);
  if (Array.isArray(value)) return value.map(withShortTexts);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, withShortTexts(member)]),
  );
}

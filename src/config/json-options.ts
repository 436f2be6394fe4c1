import { isJsonObject, type JsonObject } from '../alert/json.ts';
import type { BlockValue } from './block-values.ts';
import type { Report } from './report.ts';

const EFFECT = 'a built-in integration ignores it, a script gets it unchanged';

/**
 * Parses the text of `<options>`. Returns undefined when it is not a JSON object; the integration then
 * continues without options, as the bundled scripts of the reference do, and the report says so.
 * @param text the value with its references resolved; it appears in no message
 */
export function parseOptions(
  text: string,
  { offset }: BlockValue,
  report: Report,
): JsonObject | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    report.warning(offset, `<options> ${whyNoJson(text)}; ${EFFECT}`);
    return undefined;
  }
  if (isJsonObject(parsed)) return parsed;
  report.warning(offset, `<options> must be a JSON object, as in {"key": "value"}; ${EFFECT}`);
  return undefined;
}

/** The most likely error, without quoting any of the text. */
function whyNoJson(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '') return 'is empty, not a JSON object';
  if (/[\u2018-\u201f]/.test(trimmed)) {
    return 'is not JSON: it has typographic quotes, such as “ and ”; write "';
  }
  if (!trimmed.startsWith('{')) return 'is not a JSON object: it must begin with {';
  if (!trimmed.endsWith('}')) return 'is not a JSON object: it must end with }';
  if (/^\{\s*'/.test(trimmed)) return 'is not JSON: names and texts must be in double quotes';
  if (/,\s*[}\]]/.test(trimmed)) return 'is not JSON: there is a comma before a closing bracket';
  return 'is not valid JSON';
}

import { isJsonObject, type JsonObject } from '../../alert/json.ts';
import { JsonScanner, Malformed } from '../../alert/json-scanner.ts';

/**
 * The JSON object that a text is or begins with; undefined when there is none. Some
 * services write a second object right after the first (Shuffle does, on errors).
 */
export function firstJson(text: string): JsonObject | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{')) return undefined;
  return parseObject(trimmed) ?? parseObject(beginning(trimmed) ?? '');
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The object that a text begins with; undefined when it is never closed, or not JSON. */
function beginning(text: string): string | undefined {
  const bytes = Buffer.from(text);
  try {
    const { start, end } = new JsonScanner(bytes, 0, bytes.length).place();
    return bytes.toString('utf8', start, end);
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

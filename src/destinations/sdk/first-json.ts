import { isJsonObject, type JsonObject } from '../../alert/json.ts';

/**
 * The JSON object that a text is or begins with; undefined when there is none. Some
 * services write a second object right after the first (Shuffle does, on errors).
 */
export function firstJson(text: string): JsonObject | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith('{')) return undefined;
  return parseObject(trimmed) ?? parseObject(trimmed.slice(0, endOfObject(trimmed)));
}

function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The offset after the brace that closes the first one; the text's length when it is never closed. */
function endOfObject(text: string): number {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (inString) {
      if (character === '\\') at += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{') depth += 1;
    else if (character === '}') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return text.length;
}

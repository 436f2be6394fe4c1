/**
 * The JSON text of an object's member, as the reference's JSON library (cJSON) finds it: names are
 * compared ignoring the case of ASCII letters, and the first of several counts, where
 * JSON.parse takes the last. Undefined when there is none, or when the text is not an object.
 * @param json valid JSON text.
 */
export function memberText(json: string, name: string): string | undefined {
  const wanted = name.toLowerCase();
  let at = skipSpace(json, 0);
  if (json[at] !== '{') return undefined;
  at = skipSpace(json, at + 1);
  while (json[at] === '"') {
    const nameEnd = endOfValue(json, at);
    const found = JSON.parse(json.slice(at, nameEnd)) as string;
    const start = skipSpace(json, skipSpace(json, nameEnd) + 1);
    const end = endOfValue(json, start);
    if (found.length === wanted.length && found.toLowerCase() === wanted) {
      return json.slice(start, end);
    }
    at = skipSpace(json, skipSpace(json, end) + 1);
  }
  return undefined;
}

function skipSpace(json: string, from: number): number {
  let at = from;
  while (at < json.length && json.charCodeAt(at) <= 0x20) at += 1;
  return at;
}

/** The offset after the value that begins at `from`. */
function endOfValue(json: string, from: number): number {
  let depth = 0;
  for (let at = from; at < json.length; at += 1) {
    const character = json[at] as string;
    if (character === '"') {
      at = endOfString(json, at) - 1;
    } else if (character === '{' || character === '[') {
      depth += 1;
    } else if (character === '}' || character === ']') {
      if (depth === 0) return at;
      depth -= 1;
    } else {
      if (depth === 0 && (character === ',' || character === ':')) return at;
      continue;
    }
    if (depth === 0) return at + 1;
  }
  return json.length;
}

function endOfString(json: string, from: number): number {
  for (let at = from + 1; at < json.length; at += 1) {
    if (json[at] === '\\') at += 1;
    else if (json[at] === '"') return at + 1;
  }
  return json.length;
}

import { isJsonObject, type JsonValue } from '../alert/json.ts';

/** What stands in the place of a field that is not shown. */
export const HIDDEN = '[hidden]';

/** Says of a path whether it, or what it is part of, is not shown. */
export type IsHidden = (path: readonly string[]) => boolean;

/**
 * Which fields are not shown, by their patterns: `data.win.eventdata.*password*`. A star stands for any
 * part of a name, letters of either case are the same, and what is below a hidden field is hidden too.
 */
export function hiddenBy(patterns: readonly string[]): IsHidden {
  const tests = patterns.map((pattern) => pattern.toLowerCase().split('.').map(nameTest));
  return (path) =>
    tests.some(
      (names) =>
        names.length <= path.length &&
        names.every((fits, at) => fits((path[at] as string).toLowerCase())),
    );
}

/**
 * Each part between stars as early as it can be: what comes after has the most room then. A regular
 * expression would try all other places as well, and names are as long as whoever writes the alert wants.
 */
function nameTest(pattern: string): (name: string) => boolean {
  const [start = '', ...rest] = pattern.split('*');
  const end = rest.pop();
  if (end === undefined) return (name) => name === start;
  return (name) => {
    if (!name.startsWith(start)) return false;
    let at = start.length;
    for (const part of rest) {
      const found = name.indexOf(part, at);
      if (found === -1) return false;
      at = found + part.length;
    }
    return name.length - end.length >= at && name.endsWith(end);
  };
}

/** A copy with what is hidden replaced. The places in a list are no part of a path. */
export function withoutHidden(value: JsonValue, isHidden: IsHidden): JsonValue {
  const walk = (part: JsonValue, path: readonly string[]): JsonValue => {
    if (path.length > 0 && isHidden(path)) return HIDDEN;
    if (Array.isArray(part)) return part.map((item) => walk(item, path));
    if (!isJsonObject(part)) return part;
    return Object.fromEntries(
      Object.entries(part).map(([name, member]) => [name, walk(member, [...path, name])]),
    );
  };
  return walk(value, []);
}

/** The texts in hidden fields, to be hidden wherever else they show. */
export function hiddenTexts(value: JsonValue, isHidden: IsHidden): string[] {
  const found: string[] = [];
  const walk = (part: JsonValue, path: readonly string[], isBelow: boolean): void => {
    const hides = isBelow || (path.length > 0 && isHidden(path));
    if (Array.isArray(part)) for (const item of part) walk(item, path, hides);
    else if (isJsonObject(part)) {
      for (const [name, member] of Object.entries(part)) walk(member, [...path, name], hides);
    } else if (hides && part !== null && typeof part !== 'boolean') found.push(String(part));
  };
  walk(value, [], false);
  return found;
}

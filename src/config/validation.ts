import { z } from 'zod';
import { suggestion } from '../core/nearest.ts';
import { allowedKeys, issueText, schemaAt } from './issue-text.ts';
import { quoted, type Report } from './report.ts';
import type { YamlFile, YamlPath } from './yaml-document.ts';

/** A part of the settings file, and where it stands. */
export interface YamlPart {
  readonly yaml: YamlFile;
  readonly report: Report;
  /** Where it is in the file. */
  readonly path: YamlPath;
  readonly value: unknown;
}

/** What is right of a part, and the settings that were wrong, which are left out. */
export interface Validated<Schema extends z.ZodType> {
  readonly value: z.output<Schema> | undefined;
  readonly wrong: ReadonlySet<string>;
}

/**
 * Validates a part of the settings file. What is wrong is reported and left out: a setting goes as a
 * whole, also where only something in it is wrong.
 * @param depth how many keys of a path, counted from this part, name a setting.
 * @param whyUnknown what to say of a key that the schema does not have, where more is known.
 */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  part: YamlPart,
  depth: number | ((path: YamlPath) => number),
  whyUnknown: (key: string) => string | undefined = () => undefined,
): Validated<Schema> {
  const result = schema.safeParse(part.value, { error: issueText });
  const wrong = new Set<string>();
  if (result.success) return { value: result.data, wrong };
  const rest: unknown = structuredClone(part.value);
  for (const issue of result.error.issues) {
    if (issue.path.length > 0) wrong.add(String(issue.path[0]));
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        wrong.add(key);
        const why = issue.path.length === 0 ? whyUnknown(key) : undefined;
        reportUnknown(part, schema, [...issue.path, key], why);
        remove(rest, [...issue.path, key], depth);
      }
    } else {
      const path = [...part.path, ...issue.path];
      part.report.error(part.yaml.offsetOf(path), explain(schema, part, issue));
      remove(rest, issue.path, depth);
    }
  }
  const salvaged = schema.safeParse(rest);
  return { value: salvaged.success ? salvaged.data : undefined, wrong };
}

function reportUnknown(
  { yaml, report, path }: YamlPart,
  schema: z.ZodType,
  keys: YamlPath,
  why: string | undefined,
): void {
  const key = String(keys.at(-1));
  const allowed = allowedKeys(schema, keys.slice(0, -1));
  const known = suggestion(key, allowed) || `; allowed are ${allowed.join(', ')}`;
  const message = why ?? `unknown key ${quoted(key)}${known}`;
  report.error(yaml.offsetOfKey([...path, ...keys]), message);
}

function explain(schema: z.ZodType, part: YamlPart, issue: z.core.$ZodIssue): string {
  const path = [...part.path, ...issue.path];
  if (path.length === 0) {
    return `the settings file must be a mapping with keys such as integrations`;
  }
  const where = path.map(String).map((key) => (/^[\w#-]+$/.test(key) ? key : quoted(key)));
  const found = schemaAt(schema, issue.path);
  const description = found instanceof z.ZodType ? found.description : undefined;
  const about = description === undefined ? '' : `. ${description}`;
  return `${where.join('.')}: ${issue.message}${about}`;
}

/** Takes a setting away. */
function remove(root: unknown, path: YamlPath, depth: number | ((path: YamlPath) => number)): void {
  const setting = path.slice(0, typeof depth === 'number' ? depth : depth(path));
  const last = setting.pop();
  let parent: unknown = root;
  for (const key of setting) parent = isRecord(parent) ? parent[String(key)] : undefined;
  if (last !== undefined && isRecord(parent)) delete parent[String(last)];
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

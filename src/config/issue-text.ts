import { z } from 'zod';
import { listed } from './report.ts';

const TYPES: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  int: 'a whole number',
  number: 'a number',
  object: 'a mapping',
  record: 'a mapping',
  string: 'a text',
};

/** What a value must be, in the words of YAML; undefined where the schema has words of its own. */
export const issueText: z.core.$ZodErrorMap = (issue) => {
  const { code } = issue;
  if (code === 'invalid_type') {
    const expected = TYPES[issue.expected] ?? issue.expected;
    return issue.input === undefined ? 'is missing' : `must be ${expected}`;
  }
  if (code === 'too_small') {
    const least = issue.inclusive ? 'at least' : 'more than';
    return `must ${sized(issue.origin)} ${least} ${issue.minimum}${unit(issue.origin)}`;
  }
  if (code === 'too_big') {
    const most = issue.inclusive ? 'at most' : 'less than';
    return `must ${sized(issue.origin)} ${most} ${issue.maximum}${unit(issue.origin)}`;
  }
  if (code === 'invalid_value') {
    return `must be ${listed(issue.values.map(String)).replace(/, ([^,]*)$/, ' or $1')}`;
  }
  return undefined;
};

const sized = (origin: string) => (['string', 'array'].includes(origin) ? 'have' : 'be');

function unit(origin: string): string {
  if (origin === 'array') return ' items';
  return origin === 'string' ? ' characters' : '';
}

/** The keys that a mapping at a path may have; none where the schema there is something else. */
export function allowedKeys(root: z.ZodType, path: readonly PropertyKey[]): string[] {
  const found = withoutOptional(schemaAt(root, path));
  const isItem = found instanceof z.ZodArray && typeof path.at(-1) === 'number';
  const schema = isItem ? withoutOptional(found.element) : found;
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

/** The schema of the value at a path; for an item of a list, that of the list. */
export function schemaAt(
  root: z.ZodType,
  path: readonly PropertyKey[],
): z.core.$ZodType | undefined {
  let schema: z.core.$ZodType | undefined = root;
  for (const key of path) {
    const inner: z.core.$ZodType | undefined = withoutOptional(schema);
    if (inner instanceof z.ZodObject) schema = inner.shape[String(key)];
    else if (inner instanceof z.ZodRecord) schema = inner.valueType;
    else break;
  }
  return schema;
}

function withoutOptional(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  return schema instanceof z.ZodOptional ? schema.unwrap() : schema;
}

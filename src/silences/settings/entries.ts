import { z } from 'zod';
import { nearest } from '../../core/nearest.ts';
import type { Report } from '../../core/problem-report.ts';
import { MOST_QUIET } from './schema.ts';

/** The entries of a list, each with its place; what is no entry is reported. */
export function entriesOf(
  value: unknown,
  report: Report,
): readonly { readonly entry: Readonly<Record<string, unknown>>; readonly report: Report }[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    report.error('must be a list of entries');
    return [];
  }
  if (value.length > MOST_QUIET) report.error(`may have ${MOST_QUIET} entries`);
  return value.slice(0, MOST_QUIET).flatMap((entry: unknown, at) => {
    const its = report.at(at);
    if (typeof entry === 'object' && entry !== null && !Array.isArray(entry)) {
      return [{ entry: entry as Record<string, unknown>, report: its }];
    }
    its.error('must be a mapping');
    return [];
  });
}

/** Reads an entry by its schema; undefined where something is wrong with it, which is reported. */
export function readEntry<Schema extends z.ZodObject>(
  schema: Schema,
  entry: Readonly<Record<string, unknown>>,
  report: Report,
): z.output<Schema> | undefined {
  const allowed = Object.keys(schema.shape);
  for (const key of Object.keys(entry)) {
    if (allowed.includes(key)) continue;
    const meant = nearest(key, allowed);
    const hint =
      meant === undefined ? `; there are ${allowed.join(', ')}` : `; did you mean ${meant}?`;
    report.at(key).unknownKey(`unknown key ${JSON.stringify(key)}${hint}`);
  }
  const { data, error } = schema.safeParse(entry);
  for (const { code, path, message } of error?.issues ?? []) {
    if (code === 'unrecognized_keys') continue;
    const [key] = path;
    if (path.length === 1 && entry[String(key)] === undefined) {
      report.error(`must have ${JSON.stringify(key)}`);
    } else {
      report.at(...(path as (string | number)[])).error(message);
    }
  }
  return report.isFine ? data : undefined;
}

/** Integrations that do not exist are no mistake of their entry: it does without them. */
export function warnOfUnknown(
  integrations: readonly string[] | undefined,
  ids: ReadonlySet<string> | undefined,
  report: Report,
): void {
  if (ids === undefined) return;
  for (const [at, id] of (integrations ?? []).entries()) {
    if (ids.has(id)) continue;
    const meant = nearest(id, ids);
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`;
    report.at('integrations', at).warning(`no integration has the id ${JSON.stringify(id)}${hint}`);
  }
}

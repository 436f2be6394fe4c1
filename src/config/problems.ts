import { underlined } from '../conditions/problem.ts';
import type { Problem } from '../core/problem.ts';
import type { YamlPart } from './validation.ts';

/** Reports what a reader found wrong in a part, each at its place, inside of texts too. */
export function reportProblems(
  problems: readonly Problem[],
  { value, report, yaml, path }: YamlPart,
): void {
  for (const { severity, isKey, message, hint, span, ...problem } of problems) {
    const place = [...path, ...problem.path];
    const text = `${problem.path.join('.')}: ${message}${hint === undefined ? '' : `; did you mean ${hint}?`}`;
    const written = valueAt(value, problem.path);
    const isInside = span !== undefined && typeof written === 'string';
    const offset = isInside
      ? yaml.offsetInside(place, span.offset)
      : isKey
        ? yaml.offsetOfKey(place)
        : yaml.offsetOf(place);
    report[severity](offset, text, isInside ? underlined(written, span) : undefined);
  }
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>(
    (found, key) => (found as Record<string | number, unknown> | undefined)?.[key],
    value,
  );
}

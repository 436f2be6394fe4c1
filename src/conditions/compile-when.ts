import type { Report } from '../core/problem-report.ts';
import { compileExpression, type ExpressionOptions } from './cel/compile.ts';
import type { Check } from './check.ts';

/** Compiles the value of a `when`. Undefined where it is no expression: then its report says why. */
export function compileWhen(
  value: unknown,
  report: Report,
  options: ExpressionOptions,
): Check | undefined {
  if (typeof value !== 'string') {
    report.error('must be an expression, as a text', 'rule.level >= 7');
    return undefined;
  }
  const { check, problems } = compileExpression(value, options);
  for (const problem of problems) {
    report.problems.push({ ...problem, path: report.path, isKey: false });
  }
  return check;
}

import type { Problem, Span } from '../core/problem.ts';
import type { Scalar } from './values.ts';

export type { Problem, Span };

/** A problem in an expression, which does not know yet where the expression stands. */
export type ExpressionProblem = Pick<Problem, 'severity' | 'message' | 'hint'> & {
  readonly span: Span;
};

/** The line of a source that a span begins in, and below it carets under the place. */
export function underlined(source: string, { offset, length }: Span): string {
  const start = source.lastIndexOf('\n', offset - 1) + 1;
  const newline = source.indexOf('\n', offset);
  const line = source.slice(start, newline === -1 ? source.length : newline);
  const column = offset - start;
  const carets = '^'.repeat(Math.max(1, Math.min(length, line.length - column)));
  return `${line}\n${line.slice(0, column).replace(/[^\t]/g, ' ')}${carets}`;
}

/** A value as it is written in an expression. */
export function written(value: Scalar): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

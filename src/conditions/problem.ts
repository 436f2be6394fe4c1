import type { Scalar } from './values.ts';

/** Where something stands in the source of an expression, in UTF-16 units. */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** What is wrong with a condition, and where. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  /** Keys and positions, from the mapping that holds `only`, `except` and `when`. */
  readonly path: readonly (string | number)[];
  /** True where the key at the end of the path is wrong, and not its value. */
  readonly isKey: boolean;
  /** Half a sentence: what is wrong. */
  readonly message: string;
  /** What to write instead. */
  readonly hint?: string;
  /** The place inside the text at the path, an expression or a pattern. */
  readonly span?: Span;
}

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

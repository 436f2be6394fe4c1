import type { Span } from '../problem.ts';

/** The operators that compare two values. */
export const COMPARISONS = ['==', '!=', '<', '<=', '>', '>='] as const;
export type Comparison = (typeof COMPARISONS)[number];
export const ARITHMETIC = ['+', '-', '*', '/', '%'] as const;
export type Arithmetic = (typeof ARITHMETIC)[number];

/** An expression, and where it stands in its source. */
export type Expression = {
  readonly start: number;
  readonly end: number;
} & (
  | {
      readonly kind: 'literal';
      /** Undefined is the literal null. */
      readonly value: string | number | boolean | undefined;
      /** False for a whole number that lost digits. */
      readonly isExact: boolean;
    }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'member'; readonly of: Expression; readonly name: string }
  | { readonly kind: 'index'; readonly of: Expression; readonly at: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | {
      readonly kind: 'method';
      readonly of: Expression;
      readonly name: string;
      readonly args: readonly Expression[];
    }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | {
      readonly kind: 'choice';
      readonly condition: Expression;
      readonly yes: Expression;
      readonly no: Expression;
    }
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'minus'; readonly of: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: Comparison | Arithmetic | 'in';
      readonly left: Expression;
      readonly right: Expression;
    }
);

export type ExpressionOf<Kind extends Expression['kind']> = Extract<
  Expression,
  { readonly kind: Kind }
>;

/** Ends compiling at the first thing that is wrong; it never leaves this folder. */
export class Wrong extends Error {
  readonly span: Span;
  readonly hint: string | undefined;

  constructor(
    message: string,
    at: { readonly start: number; readonly end: number },
    hint?: string,
  ) {
    super(message);
    this.span = { offset: at.start, length: Math.max(0, at.end - at.start) };
    this.hint = hint;
  }
}

/** The source of a part, with the parentheses that belong to it. */
export function sourceOf(
  source: string,
  { start, end }: Pick<Expression, 'start' | 'end'>,
): string {
  let from = start;
  let to = end;
  for (let rounds = 0; rounds < 100; rounds += 1) {
    const { opened, closed } = unmatched(source.slice(from, to));
    if (opened > 0) {
      const next = source.indexOf(')', to);
      if (next === -1) break;
      to = next + 1;
    } else if (closed > 0) {
      const before = source.lastIndexOf('(', from - 1);
      if (before === -1) break;
      from = before;
    } else break;
  }
  return source.slice(from, to).trim();
}

/** How many parentheses have no partner, texts in quotes left out. */
function unmatched(text: string): { opened: number; closed: number } {
  let opened = 0;
  let closed = 0;
  for (const [piece] of text.matchAll(/"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*'|[()]/g)) {
    if (piece === '(') opened += 1;
    else if (piece === ')' && opened > 0) opened -= 1;
    else if (piece === ')') closed += 1;
  }
  return { opened, closed };
}

import { bothHints, eitherHints, type Hints, NO_HINTS } from './hints.ts';
import type { Scope } from './scope.ts';

/**
 * A question to an alert. The daemon asks it with `passes`; explanations are made of the same
 * closures, so that both can never disagree.
 */
export interface Check {
  readonly kind: 'all' | 'any' | 'not' | 'choice' | 'test';
  /** This part as it was written. */
  readonly text: string;
  readonly passes: (scope: Scope) => boolean;
  /** The value found, for people. */
  readonly found?: (scope: Scope) => string;
  /** The value wanted, for people. */
  readonly wanted?: string;
  readonly parts: readonly Check[];
  readonly hints: Hints;
}

/** A question without parts. */
export type Leaf = Pick<Check, 'text' | 'passes' | 'found' | 'wanted'> & { readonly hints?: Hints };

export function leaf({ hints = NO_HINTS, ...rest }: Leaf): Check {
  return { kind: 'test', parts: [], hints, ...rest };
}

/** Passes when all parts do; asks no further than needed. */
export function allOf(text: string, parts: readonly Check[]): Check {
  const tests = parts.map(({ passes }) => passes);
  const [first, second] = tests;
  const passes =
    first !== undefined && second !== undefined && tests.length === 2
      ? (scope: Scope) => first(scope) && second(scope)
      : (scope: Scope) => {
          for (const test of tests) if (!test(scope)) return false;
          return true;
        };
  const hints = parts.map((part) => part.hints).reduce(bothHints, NO_HINTS);
  return { kind: 'all', text, passes, parts, hints };
}

/** Passes when one part does; asks no further than needed. */
export function anyOf(text: string, parts: readonly Check[]): Check {
  const tests = parts.map(({ passes }) => passes);
  const passes = (scope: Scope) => {
    for (const test of tests) if (test(scope)) return true;
    return false;
  };
  const hints = parts.length === 0 ? NO_HINTS : parts.map((part) => part.hints).reduce(eitherHints);
  return { kind: 'any', text, passes, parts, hints };
}

/** Passes when the part doesn't. */
export function notOf(text: string, part: Check): Check {
  const test = part.passes;
  return { kind: 'not', text, passes: (scope) => !test(scope), parts: [part], hints: NO_HINTS };
}

/** Asks the second or the third, as the first says. */
export function choiceOf(text: string, condition: Check, yes: Check, no: Check): Check {
  const [test, then, otherwise] = [condition.passes, yes.passes, no.passes];
  return {
    kind: 'choice',
    text,
    passes: (scope) => (test(scope) ? then(scope) : otherwise(scope)),
    parts: [condition, yes, no],
    hints: eitherHints(yes.hints, no.hints),
  };
}

import type { Time } from '../../times/time.ts';
import { type Check, leaf } from '../check.ts';
import type { Scope } from '../scope.ts';
import { type Scalar, shown, type Value } from '../values.ts';
import { type Expression, sourceOf, Wrong } from './expression.ts';

/** What a value can be, as far as it is known. `texts` is a list of texts, `any` may be an object. */
export type Type = 'bool' | 'text' | 'number' | 'list' | 'texts' | 'any';

/** A part of an expression, ready to be evaluated. */
export interface Compiled {
  readonly expression: Expression;
  readonly type: Type;
  /** Never throws. */
  readonly evaluate: (scope: Scope) => Value;
  /** For a part that is true or false. */
  readonly check?: Check;
  /** For a field of the alert. */
  readonly path?: readonly string[];
  /** For a value that is written out. */
  readonly constant?: Scalar;
  /** For a list of values that are written out. */
  readonly constants?: readonly Scalar[];
}

/** What `at` asks of a time. */
export type AskedTime = Pick<Time, 'contains'>;

/** What the parts of the compiler need of each other. */
export interface Context {
  readonly source: string;
  /** The names that `at` knows. */
  readonly times: ReadonlyMap<string, AskedTime>;
  /** Names that exist, and are wrong themselves. */
  readonly wrongTimes: ReadonlySet<string>;
  compile(expression: Expression): Compiled;
  /** Compiles with a variable; its values stand in the slot that is given. */
  withVariable<T>(name: string, type: Type, at: Expression, inside: (slot: number) => T): T;
  warn(message: string, at: Expression, hint?: string): void;
}

const NAMES: Readonly<Record<Type, string>> = {
  bool: 'true or false',
  text: 'a text',
  number: 'a number',
  list: 'a list',
  texts: 'a list of texts',
  any: 'a value',
};

/** A type in words. */
export const typeName = (type: Type): string => NAMES[type];
export const isList = (type: Type): boolean => type === 'list' || type === 'texts';

/** A part as a question. */
export function checkOf({ source }: Context, compiled: Compiled): Check {
  const { check, type, evaluate, expression } = compiled;
  if (check !== undefined) return check;
  const text = sourceOf(source, expression);
  if (type === 'bool' || type === 'any') {
    const found = (scope: Scope) => shown(evaluate(scope));
    return leaf({ text, passes: (scope) => evaluate(scope) === true, found, wanted: 'true' });
  }
  throw new Wrong(`this is ${typeName(type)}, and a condition is needed`, expression);
}

/** A part that is a question, as a value. */
export function ofCheck(expression: Expression, check: Check): Compiled {
  return { expression, type: 'bool', evaluate: check.passes, check };
}

/** The text that must be written out at a place, since it is compiled. */
export function constantText({ constant, expression }: Compiled): string {
  if (typeof constant === 'string') return constant;
  throw new Wrong('a text in quotes must stand here', expression);
}

import { allOf, anyOf, type Check, choiceOf, notOf } from '../check.ts';
import { FIELD_TYPES, whyUnknown } from '../fields.ts';
import { lookupOf } from '../lookup.ts';
import type { ExpressionProblem } from '../problem.ts';
import type { Scope } from '../scope.ts';
import { present, type Scalar, type Value } from '../values.ts';
import { compileComparison, compileIn } from './comparisons.ts';
import {
  type AskedTime,
  type Compiled,
  type Context,
  checkOf,
  isList,
  ofCheck,
  type Type,
  typeName,
} from './context.ts';
import {
  type Arithmetic,
  type Expression,
  type ExpressionOf,
  sourceOf,
  Wrong,
} from './expression.ts';
import { compileCall } from './functions.ts';
import { compileMethod } from './methods.ts';
import { parseExpression } from './parse.ts';

export interface ExpressionOptions {
  /** What `at("name")` asks. */
  readonly times?: ReadonlyMap<string, AskedTime>;
  /** The names of times that were left out, since something is wrong with them. */
  readonly wrongTimes?: ReadonlySet<string>;
  /** The fields of sample alerts; others are warned of. */
  readonly knownFields?: ReadonlySet<string> | undefined;
}

/** A compiled expression; without a check where it is wrong. */
export interface CompiledExpression {
  readonly check?: Check;
  readonly problems: readonly ExpressionProblem[];
}

/** A comprehension may stand in one other: more would take too long. */
const MOST_NESTED = 2;

/** Compiles an expression in the syntax of CEL. */
export function compileExpression(
  source: string,
  options: ExpressionOptions = {},
): CompiledExpression {
  const compiler = new Compiler(source, options);
  try {
    const compiled = compiler.compile(parseExpression(source));
    return { check: checkOf(compiler, compiled), problems: compiler.problems };
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    const { message, span, hint } = error;
    const problem = {
      severity: 'error',
      message,
      span,
      ...(hint !== undefined && { hint }),
    } as const;
    return { problems: [...compiler.problems, problem] };
  }
}

class Compiler implements Context {
  readonly source: string;
  readonly times: ReadonlyMap<string, AskedTime>;
  readonly wrongTimes: ReadonlySet<string>;
  readonly problems: ExpressionProblem[] = [];
  readonly #knownFields: ReadonlySet<string> | undefined;
  readonly #variables: { readonly name: string; readonly type: Type }[] = [];

  constructor(source: string, { times, wrongTimes, knownFields }: ExpressionOptions) {
    this.source = source;
    this.times = times ?? new Map();
    this.wrongTimes = wrongTimes ?? new Set();
    this.#knownFields = knownFields;
  }

  compile(expression: Expression): Compiled {
    const path = this.#pathOf(expression);
    if (path !== undefined) return this.#field(expression, path);
    switch (expression.kind) {
      case 'literal':
        return this.#literal(expression);
      case 'name':
        return this.#variable(expression);
      case 'member':
        return this.#memberOf(expression, expression.of, () => expression.name);
      case 'index': {
        const at = this.compile(expression.at);
        if (at.type !== 'number' && at.type !== 'text' && at.type !== 'any') {
          throw new Wrong(`this is ${typeName(at.type)}, and a position is needed`, expression.at);
        }
        return this.#memberOf(expression, expression.of, at.evaluate);
      }
      case 'call':
        return compileCall(this, expression);
      case 'method':
        return compileMethod(this, expression);
      case 'list':
        return this.#list(expression);
      case 'choice':
        return this.#choice(expression);
      case 'all':
      case 'any': {
        const parts = expression.parts.map((part) => this.#check(part));
        const join = expression.kind === 'all' ? allOf : anyOf;
        return ofCheck(expression, join(sourceOf(this.source, expression), parts));
      }
      case 'not': {
        const text = sourceOf(this.source, expression);
        return ofCheck(expression, notOf(text, this.#check(expression.of)));
      }
      case 'minus':
        return this.#minus(expression);
      case 'binary':
        return this.#binary(expression);
    }
  }

  withVariable<T>(name: string, type: Type, at: Expression, inside: (slot: number) => T): T {
    if (this.#variables.length >= MOST_NESTED) {
      throw new Wrong('this stands in two others of its kind, and only one is possible', at);
    }
    const slot = this.#variables.push({ name, type }) - 1;
    const result = inside(slot);
    this.#variables.pop();
    return result;
  }

  warn(message: string, { start, end }: Expression, hint?: string): void {
    const span = { offset: start, length: end - start };
    this.problems.push({ severity: 'warning', message, span, ...(hint !== undefined && { hint }) });
  }

  /** The path of a field of the alert, or undefined where it is something else. */
  #pathOf(expression: Expression): string[] | undefined {
    if (expression.kind === 'name') {
      return this.#slotOf(expression.name) === -1 ? [expression.name] : undefined;
    }
    if (expression.kind === 'member') return this.#pathOf(expression.of)?.concat(expression.name);
    if (expression.kind === 'index') {
      const { of, at } = expression;
      if (at.kind !== 'literal' || typeof at.value !== 'string') return undefined;
      return this.#pathOf(of)?.concat(at.value);
    }
    if (expression.kind !== 'call' || expression.name !== 'field') return undefined;
    const [path, more] = expression.args;
    if (path?.kind !== 'literal' || typeof path.value !== 'string' || more !== undefined)
      return undefined;
    return path.value === '' ? undefined : path.value.split('.');
  }

  #slotOf(name: string): number {
    return this.#variables.findLastIndex((variable) => variable.name === name);
  }

  #field(expression: Expression, path: readonly string[]): Compiled {
    const unknown = whyUnknown(path, this.#knownFields);
    if (unknown !== undefined) this.warn(unknown.message, expression, unknown.hint);
    const type = FIELD_TYPES.get(path.join('.')) ?? 'any';
    return { expression, type, evaluate: lookupOf(path), path };
  }

  #literal(expression: ExpressionOf<'literal'>): Compiled {
    const { value, isExact } = expression;
    if (value === undefined) throw new Wrong('null is not a value here', expression);
    if (!isExact) {
      const message = 'numbers of more than 15 digits lose the last ones; compare a text';
      this.warn(message, expression);
    }
    return { expression, type: typeOf(value), evaluate: () => value, constant: value };
  }

  #variable(expression: ExpressionOf<'name'>): Compiled {
    const slot = this.#slotOf(expression.name);
    const type = this.#variables[slot]?.type ?? 'any';
    return { expression, type, evaluate: ({ variables }) => variables[slot] };
  }

  #memberOf(whole: Expression, of: Expression, key: (scope: Scope) => Value): Compiled {
    const { type, evaluate } = this.compile(of);
    if (type !== 'any' && !isList(type)) {
      throw new Wrong(`${typeName(type)} has no members`, of);
    }
    return {
      expression: whole,
      type: type === 'texts' ? 'text' : 'any',
      evaluate: (scope) => memberAt(evaluate(scope), key(scope)),
    };
  }

  #list(expression: ExpressionOf<'list'>): Compiled {
    const items = expression.items.map((item) => this.compile(item));
    const constants = items.flatMap(({ constant }) => (constant === undefined ? [] : [constant]));
    const isTexts = items.length > 0 && items.every(({ type }) => type === 'text');
    const type = isTexts ? 'texts' : 'list';
    if (constants.length === items.length) {
      return { expression, type, evaluate: () => [...constants], constants };
    }
    const evaluate = (scope: Scope) => {
      if (!scope.spend(items.length / 4)) return undefined;
      return items.map((item) => item.evaluate(scope) ?? null);
    };
    return { expression, type, evaluate };
  }

  #choice(expression: ExpressionOf<'choice'>): Compiled {
    const condition = this.#check(expression.condition);
    const yes = this.compile(expression.yes);
    const no = this.compile(expression.no);
    if (yes.type === 'bool' && no.type === 'bool') {
      const text = sourceOf(this.source, expression);
      const parts = [checkOf(this, yes), checkOf(this, no)] as const;
      return ofCheck(expression, choiceOf(text, condition, ...parts));
    }
    const { passes } = condition;
    return {
      expression,
      type: yes.type === no.type ? yes.type : 'any',
      evaluate: (scope) => (passes(scope) ? yes : no).evaluate(scope),
    };
  }

  #minus(expression: ExpressionOf<'minus'>): Compiled {
    const of = this.#number(expression.of);
    const { constant, evaluate } = of;
    if (typeof constant === 'number') {
      return { expression, type: 'number', evaluate: () => -constant, constant: -constant };
    }
    return { expression, type: 'number', evaluate: (scope) => negative(evaluate(scope)) };
  }

  #binary(expression: ExpressionOf<'binary'>): Compiled {
    const { operator, left, right } = expression;
    if (operator === 'in') return compileIn(this, expression);
    if (!(operator in ARITHMETICS)) return compileComparison(this, expression);
    const [l, r] = [this.#number(left).evaluate, this.#number(right).evaluate];
    const calculate = ARITHMETICS[operator as Arithmetic];
    return {
      expression,
      type: 'number',
      evaluate: (scope) => {
        const [a, b] = [l(scope), r(scope)];
        if (typeof a !== 'number' || typeof b !== 'number') return undefined;
        const result = calculate(a, b);
        return Number.isFinite(result) ? result : undefined;
      },
    };
  }

  #number(expression: Expression): Compiled {
    const compiled = this.compile(expression);
    if (compiled.type === 'number' || compiled.type === 'any') return compiled;
    throw new Wrong(
      `one can calculate with numbers; this is ${typeName(compiled.type)}`,
      expression,
    );
  }

  #check(expression: Expression): Check {
    return checkOf(this, this.compile(expression));
  }
}

const ARITHMETICS: Readonly<Record<Arithmetic, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
};

function typeOf(value: Scalar): Type {
  if (typeof value === 'string') return 'text';
  return typeof value === 'number' ? 'number' : 'bool';
}

const negative = (value: Value) => (typeof value === 'number' ? -value : undefined);

/** Own members only, so that a key such as `constructor` finds nothing. */
function memberAt(value: Value, key: Value): Value {
  if (typeof value !== 'object') return undefined;
  if (Array.isArray(value)) return typeof key === 'number' ? present(value[key]) : undefined;
  return typeof key === 'string' && Object.hasOwn(value, key) ? present(value[key]) : undefined;
}

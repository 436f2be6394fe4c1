import type { Check } from '../check.ts';
import { leaf } from '../check.ts';
import { itemsOf, type Scope } from '../scope.ts';
import { present, shown, type Value } from '../values.ts';
import { type Compiled, type Context, checkOf, isList, ofCheck, typeName } from './context.ts';
import { type ExpressionOf, sourceOf, Wrong } from './expression.ts';

export const COMPREHENSIONS = ['exists', 'all', 'exists_one', 'filter'] as const;
type Comprehension = (typeof COMPREHENSIONS)[number];

export function isComprehension(name: string): name is Comprehension {
  return COMPREHENSIONS.some((known) => known === name);
}

/**
 * `list.exists(x, …)` and its like. The members of an object are its keys; a single value counts as
 * a list of one. Of an absent list all are false, and `filter` is absent.
 */
export function compileComprehension(
  context: Context,
  method: ExpressionOf<'method'>,
  name: Comprehension,
): Compiled {
  const [variable, body] = method.args;
  if (variable?.kind !== 'name' || body === undefined || method.args.length !== 2) {
    throw new Wrong(`${name} takes a name and a condition`, method, `${name}(x, x == "a")`);
  }
  const of = context.compile(method.of);
  if (!isList(of.type) && of.type !== 'any') {
    throw new Wrong(`this is ${typeName(of.type)}, and ${name} asks a list`, method.of);
  }
  const type = of.type === 'texts' ? 'text' : 'any';
  return context.withVariable(variable.name, type, method, (slot) => {
    const test = memberTest(checkOf(context, context.compile(body)), slot);
    if (name === 'filter') {
      return { expression: method, type: of.type, evaluate: filtering(of, test) };
    }
    const check = leaf({
      text: sourceOf(context.source, method),
      passes: QUANTIFIERS[name](of, test),
      found: (scope) => shown(of.evaluate(scope)),
      wanted: context.source.slice(method.of.end, method.end).replace(/^[\s)]*\.\s*/, ''),
    });
    return ofCheck(method, check);
  });
}

type MemberTest = (member: Value, scope: Scope) => boolean;

function memberTest({ passes }: Check, slot: number): MemberTest {
  return (member, scope) => {
    if (!scope.spend(1)) return false;
    scope.variables[slot] = member;
    return passes(scope);
  };
}

type Quantifier = (of: Compiled, test: MemberTest) => (scope: Scope) => boolean;

const QUANTIFIERS: Readonly<Record<Exclude<Comprehension, 'filter'>, Quantifier>> = {
  exists:
    ({ evaluate }, test) =>
    (scope) => {
      for (const member of itemsOf(evaluate(scope), scope)) {
        if (test(present(member), scope)) return true;
        if (scope.isExhausted) return false;
      }
      return false;
    },
  all:
    ({ evaluate }, test) =>
    (scope) => {
      const value = evaluate(scope);
      for (const member of itemsOf(value, scope)) if (!test(present(member), scope)) return false;
      return value !== undefined;
    },
  exists_one:
    ({ evaluate }, test) =>
    (scope) => {
      let count = 0;
      for (const member of itemsOf(evaluate(scope), scope)) {
        if (test(present(member), scope)) count += 1;
        if (count > 1 || scope.isExhausted) return false;
      }
      return count === 1;
    },
};

function filtering({ evaluate }: Compiled, test: MemberTest): (scope: Scope) => Value {
  return (scope) => {
    const value = evaluate(scope);
    if (value === undefined) return undefined;
    const kept = [];
    for (const member of itemsOf(value, scope)) {
      if (scope.isExhausted) return undefined;
      if (test(present(member), scope)) kept.push(member);
    }
    return kept;
  };
}

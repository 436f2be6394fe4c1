import { leaf } from '../check.ts';
import { type Hints, NO_HINTS, type Range } from '../hints.ts';
import { written } from '../problem.ts';
import { hasMember, isAmong, itemsOf, type Scope } from '../scope.ts';
import { numberOf, present, type Scalar, shown, type Value } from '../values.ts';
import { type Compiled, type Context, isList, ofCheck, type Type, typeName } from './context.ts';
import {
  type Comparison,
  type Expression,
  type ExpressionOf,
  sourceOf,
  Wrong,
} from './expression.ts';

type Binary = ExpressionOf<'binary'>;

/** `==`, `<` and the like: false where a field is absent or of another type; `!=` is never `==`. */
export function compileComparison(context: Context, expression: Binary): Compiled {
  const { left, right } = expression;
  const operator = expression.operator as Comparison;
  refuseNull(context, left, right);
  const [l, r] = [context.compile(left), context.compile(right)];
  agree(context, l, r, expression);
  warnOfText(context, l, [r.constant]);
  warnOfText(context, r, [l.constant]);
  const check = leaf({
    text: sourceOf(context.source, expression),
    passes: comparing(operator, l, r),
    ...inWords(context, operator, l, r),
    hints: hintsOf(operator, l, r),
  });
  return ofCheck(expression, check);
}

function comparing(operator: Comparison, l: Compiled, r: Compiled): (scope: Scope) => boolean {
  const [left, right] = [l.evaluate, r.evaluate];
  switch (operator) {
    case '==':
      return (scope) => equal(left(scope), right(scope), scope);
    case '!=':
      return (scope) => !equal(left(scope), right(scope), scope);
    case '<':
      return (scope) => ordered(left(scope), right(scope), (a, b) => a < b);
    case '<=':
      return (scope) => ordered(left(scope), right(scope), (a, b) => a <= b);
    case '>':
      return (scope) => ordered(left(scope), right(scope), (a, b) => a > b);
    case '>=':
      return (scope) => ordered(left(scope), right(scope), (a, b) => a >= b);
  }
}

/** Equal, or a member of the list that the other is. */
export function equal(a: Value, b: Value, scope: Scope): boolean {
  if (a === undefined || b === undefined) return false;
  if (typeof a !== 'object' && typeof b !== 'object') return a === b;
  if (Array.isArray(a) && typeof b !== 'object') return hasMember(a, b, scope);
  if (Array.isArray(b) && typeof a !== 'object') return hasMember(b, a, scope);
  return false;
}

function ordered(a: Value, b: Value, test: (a: number | string, b: number | string) => boolean) {
  if (typeof a === 'number') return typeof b === 'number' && test(a, b);
  return typeof a === 'string' && typeof b === 'string' && test(a, b);
}

/** `x in [..]`, `x in list`, and for an object whether it has a key. */
export function compileIn(context: Context, expression: Binary): Compiled {
  const { left, right } = expression;
  refuseNull(context, left, right);
  const [l, r] = [context.compile(left), context.compile(right)];
  if (!isList(r.type) && r.type !== 'any') {
    const hint = r.type === 'text' ? `${sourceOf(context.source, right)}.contains(…)` : undefined;
    throw new Wrong(`in needs a list, and this is ${typeName(r.type)}`, right, hint);
  }
  if (r.constants === undefined && r.type === 'texts') {
    agreeWithMember(context, l, { ...r, type: 'text' }, expression);
  }
  const items = right.kind === 'list' ? right.items : [];
  for (const [at, constant] of (r.constants ?? []).entries()) {
    const member = { ...r, expression: items[at] ?? right, type: ofScalar(constant), constant };
    agreeWithMember(context, l, member, expression);
  }
  warnOfText(context, l, r.constants ?? []);
  const text = sourceOf(context.source, expression);
  const isFixed = l.constant !== undefined;
  const check = leaf({
    text,
    passes: r.constants === undefined ? inValue(l, r) : inConstants(l, new Set(r.constants)),
    found: (scope) => shown((isFixed ? r : l).evaluate(scope)),
    wanted: isFixed
      ? `with ${sourceOf(context.source, left)}`
      : `in ${sourceOf(context.source, right)}`,
    hints: hintsOfIn(l, r),
  });
  return ofCheck(expression, check);
}

function inConstants(l: Compiled, constants: ReadonlySet<Value>): (scope: Scope) => boolean {
  return (scope) => isAmong(l.evaluate(scope), constants, scope);
}

function inValue(l: Compiled, r: Compiled): (scope: Scope) => boolean {
  return (scope) => {
    const wanted = l.evaluate(scope);
    const value = r.evaluate(scope);
    if (typeof value === 'object' && !Array.isArray(value)) {
      return typeof wanted === 'string' && Object.hasOwn(value, wanted);
    }
    if (wanted === undefined || value === undefined) return false;
    if (!Array.isArray(wanted)) return equal(wanted, value, scope);
    const members = [...itemsOf(value, scope)];
    return wanted.some((member) => scope.spend(1) && equal(present(member), members, scope));
  };
}

function ofScalar(value: Scalar): Type {
  if (typeof value === 'string') return 'text';
  return typeof value === 'number' ? 'number' : 'bool';
}

function inWords(context: Context, operator: Comparison, l: Compiled, r: Compiled) {
  const fixed = l.constant === undefined ? r : l;
  const asked = fixed === l ? r : l;
  const found = (scope: Scope) => {
    if (fixed.constant !== undefined) return shown(asked.evaluate(scope));
    return `${shown(l.evaluate(scope))} and ${shown(r.evaluate(scope))}`;
  };
  const sign = fixed === l ? MIRRORED[operator] : operator;
  return { found, wanted: `${sign} ${sourceOf(context.source, fixed.expression)}` };
}

const MIRRORED: Readonly<Record<Comparison, Comparison>> = {
  '==': '==',
  '!=': '!=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

function refuseNull({ source }: Context, left: Expression, right: Expression): void {
  for (const [side, other] of [
    [left, right],
    [right, left],
  ] as const) {
    if (side.kind !== 'literal' || side.value !== undefined) continue;
    throw new Wrong(
      'null is not compared; an absent field is found with has',
      side,
      `!has(${sourceOf(source, other)})`,
    );
  }
}

/** Types that can never be equal, or cannot be ordered, are an error. */
function agree(context: Context, l: Compiled, r: Compiled, expression: Binary): void {
  const isOrder = expression.operator !== '==' && expression.operator !== '!=';
  for (const side of [l, r]) {
    if (isList(side.type) || (isOrder && side.type === 'bool')) {
      const other = side === l ? r : l;
      const hint = isList(side.type)
        ? `${sourceOf(context.source, other.expression)} in ${sourceOf(context.source, side.expression)}`
        : undefined;
      throw new Wrong(`${typeName(side.type)} cannot be compared like this`, side.expression, hint);
    }
  }
  agreeWithMember(context, l, r, expression);
}

function agreeWithMember(context: Context, l: Compiled, r: Compiled, at: Expression): void {
  if (l.type === 'any' || r.type === 'any' || l.type === r.type) return;
  // Of a list any member may be meant.
  if (isList(l.type)) return;
  for (const [side, other] of [
    [l, r],
    [r, l],
  ] as const) {
    const { constant } = side;
    if (constant === undefined) continue;
    const name = sourceOf(context.source, other.expression);
    const place = side.expression.kind === 'literal' ? side.expression : at;
    if (other.type === 'text') {
      throw new Wrong(`${name} is a text, and this is not`, place, written(String(constant)));
    }
    const number = numberOf(constant);
    const hint = other.type === 'number' && number !== undefined ? String(number) : undefined;
    throw new Wrong(
      `${name} is ${typeName(other.type)}, and this is ${typeName(side.type)}`,
      place,
      hint,
    );
  }
  throw new Wrong(`${typeName(l.type)} is never ${typeName(r.type)}`, at);
}

/** Numbers in `data` are texts, nearly always. */
function warnOfText(
  context: Context,
  side: Compiled,
  others: readonly (Scalar | undefined)[],
): void {
  if (side.path?.[0] !== 'data' || side.type !== 'any') return;
  const other = others.find((value) => typeof value === 'number' || typeof value === 'boolean');
  if (other === undefined) return;
  const name = sourceOf(context.source, side.expression);
  const hint = typeof other === 'number' ? `n(${name})` : `"${other}"`;
  context.warn(
    `${name} is probably a text: Wazuh makes texts of all values in data`,
    side.expression,
    hint,
  );
}

const EVERYTHING = 2 ** 31;

/** What level or rule a comparison needs. */
function hintsOf(operator: Comparison, l: Compiled, r: Compiled): Hints {
  if (l.constant !== undefined && r.constant === undefined)
    return hintsOf(MIRRORED[operator], r, l);
  const name = l.path?.join('.');
  const { constant } = r;
  if (name === 'rule.level' && typeof constant === 'number') {
    const range = levelsOf(operator, constant);
    return range === undefined ? NO_HINTS : { levels: range };
  }
  if (name === 'rule.id' && operator === '==') return ruleHints([constant]);
  return NO_HINTS;
}

function levelsOf(operator: Comparison, level: number): Range | undefined {
  switch (operator) {
    case '==':
      return { from: level, to: level };
    case '<':
    case '<=':
      return { from: -EVERYTHING, to: Math.floor(level) };
    case '>':
    case '>=':
      return { from: Math.ceil(level), to: EVERYTHING };
    case '!=':
      return undefined;
  }
}

function hintsOfIn(l: Compiled, r: Compiled): Hints {
  const name = l.path?.join('.');
  if (r.constants !== undefined && r.constants.length > 0) {
    if (name === 'rule.id') return ruleHints(r.constants);
    const levels = r.constants.filter((level) => typeof level === 'number');
    if (name === 'rule.level' && levels.length > 0) {
      return { levels: { from: Math.min(...levels), to: Math.max(...levels) } };
    }
  }
  const isGroups = r.path?.join('.') === 'rule.groups';
  return isGroups && typeof l.constant === 'string' ? { groups: [l.constant] } : NO_HINTS;
}

/** Ids as the analysis daemon writes them; of others nothing is known. */
function ruleHints(ids: readonly (Scalar | undefined)[]): Hints {
  const ranges = ids.flatMap((id) => {
    if (typeof id !== 'string' || !/^[1-9]\d{0,8}$/.test(id)) return [];
    return [{ from: Number(id), to: Number(id) }];
  });
  return ranges.length === ids.length ? { ruleIds: ranges } : NO_HINTS;
}

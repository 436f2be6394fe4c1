import { suggestion } from '../../core/nearest.ts';
import { leaf } from '../check.ts';
import { compileGlob, LONGEST_PATTERN, type TextTest } from '../glob.ts';
import { NO_HINTS } from '../hints.ts';
import { compileNetworks, parseNetwork } from '../networks.ts';
import { compileRegex } from '../regex.ts';
import { isAmong, type Scope, someText } from '../scope.ts';
import { present, shown, textOf, type Value } from '../values.ts';
import { COMPREHENSIONS, compileComprehension, isComprehension } from './comprehensions.ts';
import { type Compiled, type Context, constantText, isList, ofCheck, typeName } from './context.ts';
import { type ExpressionOf, sourceOf, Wrong } from './expression.ts';
import { compileSize } from './functions.ts';

type Method = ExpressionOf<'method'>;

const TEXT_TESTS = ['glob', 'matches', 'inCidr', 'startsWith', 'endsWith', 'contains'] as const;
const METHODS: readonly string[] = [...TEXT_TESTS, 'lower', 'size', 'hasAny', ...COMPREHENSIONS];

export function compileMethod(context: Context, method: Method): Compiled {
  const { name } = method;
  if (isComprehension(name)) return compileComprehension(context, method, name);
  if (!METHODS.includes(name)) {
    const hint = suggestion(name, METHODS) || `; there are ${METHODS.join(', ')}`;
    throw new Wrong(`there is no function ${name}${hint}`, nameOf(context, method));
  }
  const count = name === 'lower' || name === 'size' ? 0 : 1;
  if (method.args.length !== count) {
    const takes = count === 0 ? 'nothing' : 'one value';
    throw new Wrong(`${name} takes ${takes} in its parentheses`, method);
  }
  const of = context.compile(method.of);
  if (name === 'size') return compileSize(method, of);
  if (name === 'hasAny') return compileHasAny(context, method, of);
  if (of.type === 'number' || of.type === 'bool') {
    throw new Wrong(`this is ${typeName(of.type)}, and ${name} asks texts`, method.of);
  }
  if (name === 'lower') return compileLower(method, of);
  const test = textTest(context, method);
  const check = leaf({
    text: sourceOf(context.source, method),
    passes: (scope) => someText(of.evaluate(scope), test, scope),
    ...inWords(context, method, of),
  });
  return ofCheck(method, check);
}

function nameOf({ source }: Context, { of, name, end }: Method): { start: number; end: number } {
  const start = source.indexOf(name, of.end);
  return start === -1 ? { start: of.end, end } : { start, end: start + name.length };
}

function inWords(context: Context, method: Method, of: Compiled) {
  const { start } = nameOf(context, method);
  return {
    found: (scope: Scope) => shown(of.evaluate(scope)),
    wanted: context.source.slice(start, method.end),
  };
}

function textTest(context: Context, method: Method): TextTest {
  const argument = context.compile(method.args[0] as Method);
  switch (method.name) {
    case 'glob': {
      const pattern = constantText(argument);
      if (pattern.length <= LONGEST_PATTERN) return compileGlob(pattern);
      throw new Wrong(`a glob may have ${LONGEST_PATTERN} characters`, argument.expression);
    }
    case 'matches': {
      const test = compileRegex(constantText(argument));
      if (typeof test === 'function') return test;
      throw new Wrong(test.wrong, argument.expression);
    }
    case 'inCidr':
      return networkTest(argument);
    default:
      return pieceTest(method.name, argument);
  }
}

function networkTest(argument: Compiled): TextTest {
  const { constants = [argument.constant], expression } = argument;
  const items = expression.kind === 'list' ? expression.items : [];
  const networks = constants.map((text, at) => {
    const network = typeof text === 'string' ? parseNetwork(text) : undefined;
    if (network !== undefined) return network;
    throw new Wrong(
      typeof text === 'string'
        ? `${JSON.stringify(text)} is no network`
        : 'a network in quotes must stand here, or a list of them',
      items[at] ?? expression,
      '"10.0.0.0/8"',
    );
  });
  const contains = compileNetworks(networks);
  return (text, scope) => scope.spend(networks.length / 16) && contains(text);
}

/** Compared characters for one unit of work, where both texts are the alert's. */
const PIECE_WORK = 4096;

function pieceTest(name: string, { constant, evaluate, type, expression }: Compiled): TextTest {
  if (type !== 'text' && type !== 'any') {
    throw new Wrong(`this is ${typeName(type)}, and ${name} needs a text`, expression);
  }
  const has = PIECES[name] ?? PIECES.contains;
  if (typeof constant === 'string') {
    return (text, scope) => scope.spend(text.length / PIECE_WORK) && has(text, constant);
  }
  return (text, scope) => {
    const piece = textOf(evaluate(scope));
    if (piece === undefined) return false;
    return scope.spend((text.length * piece.length) / PIECE_WORK) && has(text, piece);
  };
}

const PIECES: Readonly<Record<string, (text: string, piece: string) => boolean>> & {
  readonly contains: (text: string, piece: string) => boolean;
} = {
  startsWith: (text, piece) => text.startsWith(piece),
  endsWith: (text, piece) => text.endsWith(piece),
  contains: (text, piece) => text.includes(piece),
};

function compileLower(method: Method, of: Compiled): Compiled {
  const { evaluate, type } = of;
  return {
    expression: method,
    type: type === 'list' ? 'any' : type,
    evaluate: (scope) => {
      const value = evaluate(scope);
      if (!Array.isArray(value)) return lower(value, scope);
      if (!scope.spend(value.length)) return undefined;
      return value.map((member) => lower(present(member), scope) ?? null);
    },
  };
}

function lower(value: Value, scope: Scope): string | undefined {
  const text = textOf(value);
  if (text === undefined || !scope.spend(1 + text.length / 64)) return undefined;
  return text.toLowerCase();
}

function compileHasAny(context: Context, method: Method, of: Compiled): Compiled {
  const argument = context.compile(method.args[0] as Method);
  const { constants } = argument;
  if (constants === undefined) {
    throw new Wrong('a list must stand here, of texts in quotes', argument.expression);
  }
  if (!isList(of.type) && of.type !== 'any') {
    throw new Wrong(`this is ${typeName(of.type)}, and hasAny asks a list`, method.of);
  }
  const wanted = new Set<Value>(constants);
  const isGroups = of.path?.join('.') === 'rule.groups';
  const groups = constants.filter((constant) => typeof constant === 'string');
  const check = leaf({
    text: sourceOf(context.source, method),
    passes: (scope) => isAmong(of.evaluate(scope), wanted, scope),
    ...inWords(context, method, of),
    hints: isGroups ? { groups } : NO_HINTS,
  });
  return ofCheck(method, check);
}

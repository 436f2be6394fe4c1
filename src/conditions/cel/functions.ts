import { suggestion } from '../../core/nearest.ts';
import { leaf } from '../check.ts';
import { itemsOf } from '../scope.ts';
import { numberOf, shown } from '../values.ts';
import { type Compiled, type Context, constantText, isList, ofCheck, typeName } from './context.ts';
import { type ExpressionOf, sourceOf, Wrong } from './expression.ts';

type Call = ExpressionOf<'call'>;
/** The functions that are called without a value before them. `field` is a field, and found there. */
export const FUNCTIONS = ['has', 'size', 'n', 'at', 'field'] as const;

export function compileCall(context: Context, call: Call): Compiled {
  switch (call.name) {
    case 'has':
      return compileHas(context, call);
    case 'size':
      return compileSize(call, context.compile(onlyArgument(call)));
    case 'n': {
      const { evaluate, type, expression } = context.compile(onlyArgument(call));
      if (isList(type) || type === 'bool') {
        throw new Wrong(`this is ${typeName(type)}, and n reads texts`, expression);
      }
      return { expression: call, type: 'number', evaluate: (scope) => numberOf(evaluate(scope)) };
    }
    case 'at':
      return compileAt(context, call);
    case 'field':
      throw new Wrong(
        'the path of a field must stand here, in quotes',
        call,
        'field("data.srcip")',
      );
    default: {
      const hint = suggestion(call.name, FUNCTIONS) || `; there are ${FUNCTIONS.join(', ')}`;
      const span = { start: call.start, end: call.start + call.name.length };
      throw new Wrong(`there is no function ${call.name}${hint}`, span);
    }
  }
}

function onlyArgument(call: Call): Call['args'][number] {
  const [argument, more] = call.args;
  if (argument !== undefined && more === undefined) return argument;
  throw new Wrong(`${call.name} takes one value`, call);
}

function compileHas(context: Context, call: Call): Compiled {
  const argument = onlyArgument(call);
  const { evaluate, path } = context.compile(argument);
  if (path === undefined && argument.kind !== 'member' && argument.kind !== 'index') {
    throw new Wrong('has asks for a field', argument, 'has(data.srcip)');
  }
  const check = leaf({
    text: sourceOf(context.source, call),
    passes: (scope) => evaluate(scope) !== undefined,
    found: (scope) => shown(evaluate(scope)),
    wanted: 'present',
  });
  return ofCheck(call, check);
}

/** How many characters a text has, or members a list or an object. */
export function compileSize(expression: Call | ExpressionOf<'method'>, of: Compiled): Compiled {
  if (of.type === 'number' || of.type === 'bool') {
    throw new Wrong(`${typeName(of.type)} has no size`, of.expression);
  }
  const { evaluate } = of;
  return {
    expression,
    type: 'number',
    evaluate: (scope) => {
      const value = evaluate(scope);
      if (typeof value === 'string' && !scope.spend(value.length / 16)) return undefined;
      if (typeof value === 'object') return itemsOf(value, scope).length;
      return typeof value === 'string' ? charactersIn(value) : undefined;
    },
  };
}

function charactersIn(text: string): number {
  let characters = 0;
  for (const _ of text) characters += 1;
  return characters;
}

function compileAt(context: Context, call: Call): Compiled {
  const argument = context.compile(onlyArgument(call));
  const name = constantText(argument);
  const asked = context.times.get(name);
  if (asked === undefined && context.wrongTimes.has(name)) {
    throw new Wrong('this time is wrong itself, so it cannot be asked', argument.expression);
  }
  if (asked === undefined) {
    const names = [...context.times.keys()];
    const known =
      suggestion(name, names) || (names.length > 0 ? `; there are ${names.join(', ')}` : '');
    throw new Wrong(`times has no entry of this name${known}`, argument.expression);
  }
  const check = leaf({
    text: sourceOf(context.source, call),
    passes: ({ time }) => asked.contains(time),
    found: ({ time }) => new Date(time).toISOString(),
    wanted: name,
  });
  return ofCheck(call, check);
}

import { createRequire } from 'node:module';
import type { ASTNode, default as Cel, Environment } from '@marcbachmann/cel-js';
import { type Expression, Wrong } from './expression.ts';

/** The longest source, in characters. */
export const LONGEST_SOURCE = 2000;
/** Parts of an expression; members of lists that are written out don't count. */
export const MOST_NODES = 500;
/** How deep parts may stand in each other. A chain of `&&` is one level. */
export const MOST_DEPTH = 30;
export const MOST_LIST_MEMBERS = 1000;

const require = createRequire(import.meta.url);
let environment: Environment | undefined;

/** Loaded only when there is an expression: most installations have none. */
function loaded(): Environment {
  if (environment !== undefined) return environment;
  const { Environment: Parser } = require('@marcbachmann/cel-js') as typeof Cel;
  environment = new Parser({
    unlistedVariablesAreDyn: true,
    homogeneousAggregateLiterals: false,
    limits: {
      // Parentheses count as well there.
      maxDepth: 2 * MOST_DEPTH,
      maxAstNodes: MOST_NODES + MOST_LIST_MEMBERS + 1,
      maxListElements: MOST_LIST_MEMBERS,
    },
  });
  return environment;
}

/**
 * Parses an expression in the syntax of CEL. Only the library's parser is used: evaluating and
 * checking types are our own, as CEL makes an absent field an error.
 * @throws {Wrong} where it is not one, or beyond the limits.
 */
export function parseExpression(source: string): Expression {
  if (source.length > LONGEST_SOURCE) {
    const message = `an expression may have ${LONGEST_SOURCE} characters; this one has ${source.length}`;
    throw new Wrong(message, { start: LONGEST_SOURCE, end: LONGEST_SOURCE + 1 });
  }
  if (source.trim() === '') throw new Wrong('the expression is empty', { start: 0, end: 0 });
  return new Converter().convert(parsed(source), 0);
}

function parsed(source: string): ASTNode {
  const parser = loaded();
  try {
    return parser.parse(source).ast;
  } catch (error) {
    const { code = '', summary = '', range } = error as LibraryError;
    const start = range?.start ?? 0;
    const end = Math.max(start, range?.end ?? start);
    const { message, hint } = inWords(code, summary, source, start);
    throw new Wrong(message, { start, end }, hint);
  }
}

interface LibraryError {
  readonly code?: string;
  readonly summary?: string;
  readonly range?: { readonly start: number; readonly end: number };
}

const TOKENS: Readonly<Record<string, string>> = {
  EOF: 'the end',
  IDENTIFIER: 'a name',
  RPAREN: ')',
  RBRACKET: ']',
  LPAREN: '(',
  COLON: ':',
  DOT: '.',
  COMMA: ',',
};

function inWords(
  code: string,
  summary: string,
  source: string,
  start: number,
): { message: string; hint?: string } {
  const rest = source.slice(start);
  if (code === 'unexpected_character') {
    if (rest.startsWith('=')) return { message: '= does not compare', hint: '==' };
    if (rest.startsWith('&')) return { message: '& is not an operator', hint: '&&' };
    if (rest.startsWith('|')) return { message: '| is not an operator', hint: '||' };
    const word = /^[A-Za-z]+/.exec(rest)?.[0];
    if (word === 'and') return { message: 'and is not an operator', hint: '&&' };
    if (word === 'or') return { message: 'or is not an operator', hint: '||' };
    if (word === 'not') return { message: 'not is not an operator', hint: '!(…)' };
    return { message: `this cannot stand here: ${word ?? rest.slice(0, 1)}` };
  }
  if (code === 'expected_token') {
    const [, wanted = '', found = ''] = /^Expected (\w+), got (\w+)/.exec(summary) ?? [];
    return { message: `${inWord(wanted)} is missing here, before ${inWord(found)}` };
  }
  if (code === 'unexpected_token') {
    const found = /(\w+)$/.exec(summary)?.[1] ?? '';
    return found === 'EOF'
      ? { message: 'the expression ends too early' }
      : { message: 'a value is missing here' };
  }
  if (code === 'reserved_identifier') {
    return { message: 'CEL keeps this name for itself', hint: 'field("…")' };
  }
  if (code === 'invalid_macro_argument')
    return { message: 'a name for the member must stand here' };
  if (code === 'limit_exceeded')
    return { message: 'the expression is nested too deeply, or too long' };
  return { message: summary === '' ? 'this is no expression' : lowerFirst(summary) };
}

const inWord = (token: string) => TOKENS[token] ?? token.toLowerCase();
const lowerFirst = (text: string) => `${text.slice(0, 1).toLowerCase()}${text.slice(1)}`;

/** Makes our own tree of the library's, within the limits. */
class Converter {
  #nodes = 0;

  convert(node: ASTNode, depth: number, isMember = false): Expression {
    const { start, end } = node;
    if (!isMember) this.#nodes += 1;
    if (this.#nodes > MOST_NODES) {
      throw new Wrong(`an expression may have ${MOST_NODES} parts`, { start, end });
    }
    if (depth > MOST_DEPTH) {
      throw new Wrong(`parts may stand ${MOST_DEPTH} levels deep in each other`, { start, end });
    }
    const place = { start, end };
    const inner = (part: ASTNode) => this.convert(part, depth + 1);
    switch (node.op) {
      case 'value':
        return { ...place, kind: 'literal', ...literal(node.args, place) };
      case 'id':
        return { ...place, kind: 'name', name: node.args };
      case '.':
        return { ...place, kind: 'member', of: inner(node.args[0]), name: node.args[1] };
      case '[]':
        return { ...place, kind: 'index', of: inner(node.args[0]), at: inner(node.args[1]) };
      case 'call':
        return { ...place, kind: 'call', name: node.args[0], args: node.args[1].map(inner) };
      case 'rcall': {
        const [name, of, args] = node.args;
        return { ...place, kind: 'method', name, of: inner(of), args: args.map(inner) };
      }
      case 'list': {
        const items = node.args.map((item) => this.convert(item, depth + 1, item.op === 'value'));
        return { ...place, kind: 'list', items };
      }
      case '?:': {
        const [condition, yes, no] = node.args;
        return {
          ...place,
          kind: 'choice',
          condition: inner(condition),
          yes: inner(yes),
          no: inner(no),
        };
      }
      case '&&':
      case '||': {
        const parts = chain(node, node.op).map(inner);
        return { ...place, kind: node.op === '&&' ? 'all' : 'any', parts };
      }
      case '!_':
        return { ...place, kind: 'not', of: inner(node.args) };
      case '-_':
        return { ...place, kind: 'minus', of: inner(node.args) };
      case 'map':
        throw new Wrong('there are no maps in conditions', place);
      case '.?':
      case '[?]':
        throw new Wrong('an absent field is no error: ? is not needed', place);
      case 'in':
      case '==':
      case '!=':
      case '<':
      case '<=':
      case '>':
      case '>=':
      case '+':
      case '-':
      case '*':
      case '/':
      case '%': {
        const [left, right] = node.args;
        return {
          ...place,
          kind: 'binary',
          operator: node.op,
          left: inner(left),
          right: inner(right),
        };
      }
    }
  }
}

/** The parts of `a && b && c`, which the parser nests. */
function chain(node: ASTNode, operator: '&&' | '||'): ASTNode[] {
  const parts: ASTNode[] = [];
  let rest = node;
  while (rest.op === operator) {
    const [left, right] = rest.args as [ASTNode, ASTNode];
    parts.push(right);
    rest = left;
  }
  return [...parts, rest].reverse();
}

type Literal = { value: string | number | boolean | undefined; isExact: boolean };

function literal(value: unknown, place: { start: number; end: number }): Literal {
  if (typeof value === 'string' || typeof value === 'boolean') return { value, isExact: true };
  if (value === null) return { value: undefined, isExact: true };
  if (typeof value === 'number') return { value, isExact: true };
  const whole: unknown = value?.valueOf();
  if (typeof whole === 'bigint') {
    const number = Number(whole);
    if (Number.isFinite(number)) return { value: number, isExact: BigInt(number) === whole };
    throw new Wrong('the number is too large', place);
  }
  throw new Wrong('bytes are not used in conditions', place, 'a text in quotes');
}

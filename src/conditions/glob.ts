import type { Scope } from './scope.ts';

/** Tells whether a text fits a pattern. It takes its work from the scope. */
export type TextTest = (text: string, scope: Scope) => boolean;

/** The longest pattern, in characters. */
export const LONGEST_PATTERN = 1000;
/** Characters that are compared for one unit of work. */
const CHARACTERS_PER_WORK = 32;

/**
 * Compiles a glob: it fits whole values, with case; `*` is any text, also with slashes, `?` is any
 * one character. There is no escape.
 */
export function compileGlob(pattern: string): TextTest {
  const simple = simpleGlob(pattern);
  if (simple !== undefined) return simple;
  const glob = Array.from(pattern.replace(/\*+/g, '*'), codeOf);
  return (text, scope) => fits(glob, text, scope);
}

/** True for a pattern that is more than a text. */
export function isGlob(text: string): boolean {
  return /[*?]/.test(text);
}

function simpleGlob(pattern: string): TextTest | undefined {
  const [, before = '', inner = '', after = ''] = /^(\**)([^*?]*)(\**)$/.exec(pattern) ?? [];
  if (inner === '' && before + after === '')
    return pattern === '' ? (text) => text === '' : undefined;
  if (before !== '' && after !== '') return (text) => text.includes(inner);
  if (before !== '') return (text) => text.endsWith(inner);
  if (after !== '') return (text) => text.startsWith(inner);
  return (text) => text === inner;
}

const STAR = -1;
const ANY = -2;

/** Goes back to the last star only: what stood before it fits already as early as it can. */
function fits(glob: readonly number[], text: string, scope: Scope): boolean {
  let at = 0;
  let next = 0;
  let star = -1;
  let afterStar = 0;
  let steps = 0;
  while (at < text.length) {
    steps += 1;
    if (steps % CHARACTERS_PER_WORK === 0 && !scope.spend(1)) return false;
    const wanted = glob[next];
    const code = text.codePointAt(at) as number;
    if (wanted === STAR) {
      star = next;
      next += 1;
      afterStar = at;
    } else if (wanted === ANY || wanted === code) {
      next += 1;
      at += unitsOf(code);
    } else if (star >= 0) {
      afterStar += unitsOf(text.codePointAt(afterStar) as number);
      at = afterStar;
      next = star + 1;
    } else return false;
  }
  while (glob[next] === STAR) next += 1;
  return next === glob.length;
}

function codeOf(character: string): number {
  if (character === '*') return STAR;
  return character === '?' ? ANY : (character.codePointAt(0) as number);
}

const unitsOf = (code: number) => (code > 0xffff ? 2 : 1);

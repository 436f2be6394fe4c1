import { createRequire } from 'node:module';
import type * as Re2 from 're2js';
import type { TextTest } from './glob.ts';
import { LONGEST_PATTERN } from './glob.ts';
import { isAlwaysFast, type Program } from './regex-cost.ts';

const require = createRequire(import.meta.url);
/** Loaded only when there is a regular expression. */
const re2 = () => require('re2js') as typeof Re2;

/** Characters of text for one unit of work. */
const CHARACTERS_PER_WORK = 32;

/**
 * Compiles a regular expression in the syntax of RE2: without backreferences and lookaround, so that
 * no text can make it slow. It fits when it is found anywhere; `^` and `$` bind it to the ends.
 * @returns what is wrong with it, as half a sentence, where it cannot be used.
 */
export function compileRegex(pattern: string): TextTest | { readonly wrong: string } {
  if (pattern.length > LONGEST_PATTERN) {
    return { wrong: `the regular expression is longer than ${LONGEST_PATTERN} characters` };
  }
  let regex: Re2.RE2JS;
  try {
    regex = re2().RE2JS.compile(pattern);
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    return {
      wrong: `this is no regular expression of RE2: ${reason.replace(/^error parsing regexp: /, '')}`,
    };
  }
  const { prog } = regex.re2() as { prog: Program };
  if (!isAlwaysFast(prog)) {
    return {
      wrong:
        'a hostile text could make this regular expression slow; use * or + in place of large repetitions such as {20}',
    };
  }
  return (text, scope) => {
    return scope.spend(1 + Math.floor(text.length / CHARACTERS_PER_WORK)) && regex.test(text);
  };
}

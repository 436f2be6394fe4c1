import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { vectors } from '../../test/support/vectors.ts';
import { compileSregex, neverFound } from './sregex.ts';

const rows = vectors<{ pattern: string; text: string; match: boolean }>('sregex.jsonl');

const matches = (pattern: string, text: string) => compileSregex(pattern).matches(text);

describe('sregex', () => {
  it('answers as the reference for every recorded row', () => {
    expect(rows).toHaveLength(3000);
    const wrong = rows.filter(({ pattern, text, match }) => matches(pattern, text) !== match);
    expect(wrong).toEqual([]);
  });

  it('shows subpatterns in lower case, without anchors and negation', () => {
    expect(compileSregex('!^/Var/Log$|SSHD||^|$').subpatterns).toEqual([
      '/var/log',
      'sshd',
      '',
      '',
      '',
    ]);
  });

  it('knows no escapes and no wildcards', () => {
    expect(matches('a.c', 'abc')).toBe(false);
    expect(matches('a.c', 'a.c')).toBe(true);
    expect(matches('a\\|b', 'b')).toBe(true);
    expect(matches('a*', 'aaa')).toBe(false);
  });

  it('negates the whole and not one alternative', () => {
    expect(matches('!a|b', 'b')).toBe(false);
    expect(matches('!a|b', 'c')).toBe(true);
    expect(matches('a|!b', '!b')).toBe(true);
    expect(matches('a|!b', 'x')).toBe(false);
  });

  it('lets an empty alternative match anything', () => {
    expect(matches('', 'x')).toBe(true);
    expect(matches('nope|', 'x')).toBe(true);
    expect(matches('!', 'x')).toBe(false);
  });

  it('finds a random piece of a text, whatever the case of its ASCII letters', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[ -{}~]{1,30}$/),
        fc.nat(),
        fc.nat(),
        fc.boolean(),
        (text, from, length, upper) => {
          const start = from % text.length;
          const piece = text.slice(start, start + 1 + (length % text.length));
          fc.pre(!/^[!^]|\$$/.test(piece));
          const pattern = upper ? piece.toUpperCase() : piece.toLowerCase();
          expect(matches(pattern, text)).toBe(true);
          expect(matches(`!${pattern}`, text)).toBe(false);
        },
      ),
    );
  });

  it('stays quick on long texts and patterns', () => {
    const text = `${'a'.repeat(1_000_000)}b`;
    const pattern = `${'a'.repeat(10_000)}c|${'a'.repeat(10_000)}b`;
    expect(matches(pattern, text)).toBe(true);
  });
});

describe('neverFound', () => {
  /** Letters whose UTF-8 form begins with one of the bytes that the reference folds. */
  const letter = fc.constantFrom('é', 'Ü', 'ß', 'я', 'Ж', 'λ', 'Ω', 'א');
  const plain = fc.stringMatching(/^[a-z0-9/.]{0,6}$/);

  it('tells the patterns that cannot work from those that can', () => {
    expect(neverFound('münchen')).toBe(true);
    expect(neverFound('ok|!é')).toBe(true);
    expect(neverFound('!münchen')).toBe(true);
    expect(neverFound('^münchen')).toBe(false);
    expect(neverFound('münchen$')).toBe(false);
    expect(neverFound('^münchen$')).toBe(false);
    expect(neverFound('munich|東京')).toBe(false);
    expect(neverFound('')).toBe(false);
  });

  it('flags only what never matches unanchored', () => {
    fc.assert(
      fc.property(plain, letter, plain, plain, (before, odd, after, around) => {
        const pattern = before + odd + after;
        expect(neverFound(pattern)).toBe(true);
        for (const text of [pattern, around + pattern + around, pattern.toUpperCase(), around]) {
          expect(matches(pattern, text)).toBe(false);
        }
      }),
    );
  });

  it('leaves nothing unflagged that would not find itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 12 }), (pattern) => {
        fc.pre(!/[|^$!]/.test(pattern));
        expect(matches(pattern, pattern)).toBe(!neverFound(pattern));
      }),
      { numRuns: 500 },
    );
  });
});

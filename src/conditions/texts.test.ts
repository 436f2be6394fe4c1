import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conditionAlert } from '../../test/support/conditions.ts';
import { compileGlob } from './glob.ts';
import { compileRegex } from './regex.ts';
import { Scope } from './scope.ts';
import { canonicalNumber } from './values.ts';

const scope = () => new Scope(conditionAlert({ rule: {} }), 0);

describe('a glob', () => {
  it.each([
    ['web*', 'web01', true],
    ['web*', 'Web01', false],
    ['web', 'web01', false],
    ['*', '', true],
    ['', '', true],
    ['', 'a', false],
    ['?', 'a', true],
    ['?', '', false],
    ['?', '😀', true],
    ['??', '😀', false],
    ['/var/*.log', '/var/log/a/b.log', true],
    ['*a*b*', 'xxaxxbxx', true],
    ['*a*b', 'xxaxxbxx', false],
    ['a**b', 'ab', true],
    ['a.c', 'abc', false],
    ['[a]', 'a', false],
    ['*?c', 'abcc', true],
  ])('%s fits %s: %s', (pattern, text, fits) => {
    expect(compileGlob(pattern)(text, scope())).toBe(fits);
  });

  it('fits what the same regular expression fits', () => {
    const letters = { unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 };
    const texts = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 12 });
    fc.assert(
      fc.property(fc.string(letters), texts, (pattern, text) => {
        const regex = new RegExp(`^${pattern.replaceAll('?', '.').replaceAll('*', '.*')}$`, 's');
        expect(compileGlob(pattern)(text, scope())).toBe(regex.test(text.replaceAll('\n', ' ')));
      }),
      { numRuns: 3000 },
    );
  });

  it('gives up on what is too much work', () => {
    const used = scope();
    const pattern = `*${'a'.repeat(500)}b?`;
    expect(compileGlob(pattern)('a'.repeat(65_536), used)).toBe(false);
    expect(used.isExhausted).toBe(true);
  });
});

describe('a regular expression', () => {
  it.each([
    '^(a+)+$',
    '(x+x+)+y',
    '(a|aa)+$',
    '(.*)(.*)(.*)(.*)(.*)x$',
    '(a?){50}a{50}x',
    '\\b\\w+\\b.*\\b\\d+\\b',
  ])('takes a time that grows with the text: %s', (pattern) => {
    const test = compileRegex(pattern);
    if (typeof test !== 'function') throw new Error(test.wrong);
    for (const text of ['a', 'x', 'ab', 'a ']) {
      expect(quickest(() => test(`${text.repeat(32_000 / text.length)}!`, scope()))).toBeLessThan(
        50,
      );
    }
  });

  it.each(['(a|b)*a(a|b){20}$', 'error.{0,50}failed', '(?:a{0,100}){10}b$'])(
    'is refused where a text could make it slow: %s',
    (pattern) => {
      expect(compileRegex(pattern)).toHaveProperty('wrong');
    },
  );

  it.each([
    'Failed password for (root|admin)',
    '(?i)[a-z]+@[a-z]+\\.(com|org)',
    '\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}',
    '[a-f0-9]{32}',
    '(?i)powershell.*-enc(odedcommand)?\\s+[A-Za-z0-9+/=]{20,}',
    '\\p{L}+x\\p{Lu}',
  ])('may be a usual one: %s', (pattern) => {
    expect(compileRegex(pattern)).toBeTypeOf('function');
  });

  it.each(['(a', '(?=a)b', '(a)\\1', 'a'.repeat(1001), '((((a{99}){99}){99}){99})'])(
    'is refused where RE2 has no such thing: %s',
    (pattern) => {
      expect(compileRegex(pattern)).toHaveProperty('wrong');
    },
  );
});

/** The time that the processor took for the quickest of three, in milliseconds. */
function quickest(run: () => void): number {
  const times = [1, 2, 3].map(() => {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return Math.min(...times);
}

it.each([
  ['22', '22'],
  ['22.0', '22'],
  ['022', '22'],
  ['-0', '0'],
  ['2.2e1', '22'],
  ['9007199254740993', '9007199254740993'],
  ['0x16', undefined],
  [' 22', undefined],
  ['', undefined],
  ['1e999', undefined],
])('the number %j is %j', (text, number) => {
  expect(canonicalNumber(text)).toBe(number);
});

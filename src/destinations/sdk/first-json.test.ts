import { describe, expect, it } from 'vitest';
import { firstJson } from './first-json.ts';

describe('firstJson', () => {
  it.each([
    ['{"a":1}', { a: 1 }],
    [' {"a":{"b":"}"}} ', { a: { b: '}' } }],
    ['{"a":1}{"b":2}', { a: 1 }],
    ['{"a":"\\"}{"}trailing', { a: '"}{' }],
    ['{"a":[{"b":"é"}]} {"c":1', { a: [{ b: 'é' }] }],
    ['{"a":1,"a":2}]', { a: 2 }],
    ['{"a":"1\n2"}{}', undefined],
    ['{"a":1]}', undefined],
    ['{"a":1 b}', undefined],
    ['[1]', undefined],
    ['"text"', undefined],
    ['{"a":', undefined],
    ['{a}', undefined],
    ['', undefined],
    ['ok', undefined],
  ])('%j', (text, expected) => {
    expect(firstJson(text)).toEqual(expected);
  });

  it('takes no time for long broken text', () => {
    expect(firstJson(`{"${'\\"'.repeat(500_000)}`)).toBeUndefined();
    expect(firstJson('{'.repeat(500_000))).toBeUndefined();
  });
});

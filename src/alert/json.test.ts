import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isJsonObject,
  type JsonDocument,
  type JsonValue,
  RawJson,
  stringify,
  valueAt,
} from './json.ts';

describe('stringify', () => {
  it('writes plain values as JSON.stringify does', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        expect(stringify(value as JsonValue)).toBe(JSON.stringify(value));
      }),
      { numRuns: 200 },
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -0, 1e21, 'a\u2028b\ud800'])(
    'writes %s as JSON.stringify does',
    (value) => {
      expect(stringify({ value })).toBe(JSON.stringify({ value }));
    },
  );

  it('carries ready-made JSON through byte for byte', () => {
    const alert = '{ "2":1, "1":1.0, "1":12345678901234567890,\t"e":1e25 }';
    const document = { text: 'a"b', list: [new RawJson(alert), null], raw: new RawJson('[ ]') };
    expect(stringify(document)).toBe(`{"text":"a\\"b","list":[${alert},null],"raw":[ ]}`);
    expect(stringify(new RawJson(alert))).toBe(alert);
  });

  it('leaves out keys without a value', () => {
    expect(stringify({ a: undefined, b: 1, c: undefined })).toBe('{"b":1}');
  });

  it('writes a key named __proto__ like any other', () => {
    const value = JSON.parse('{"__proto__":{"x":1},"constructor":2}') as JsonDocument;
    expect(stringify(value)).toBe('{"__proto__":{"x":1},"constructor":2}');
  });
});

describe('valueAt', () => {
  const root = JSON.parse('{"a":{"b":[1],"__proto__":"own"},"n":null}') as JsonValue;

  it.each<[string[], JsonValue | undefined]>([
    [[], root],
    [['a', 'b'], [1]],
    [['a', 'b', '0'], undefined],
    [['a', 'b', 'length'], undefined],
    [['a', '__proto__'], 'own'],
    [['n'], null],
    [['n', 'x'], undefined],
    [['missing', 'x'], undefined],
    [['__proto__'], undefined],
    [['constructor', 'name'], undefined],
    [['toString'], undefined],
  ])('%j', (path, expected) => {
    expect(valueAt(root, ...path)).toEqual(expected);
  });

  it('accepts a root that is missing', () => {
    expect(valueAt(undefined, 'a')).toBeUndefined();
  });
});

describe('isJsonObject', () => {
  it('takes objects only', () => {
    expect([{}, { a: 1 }, Object.create(null)].every(isJsonObject)).toBe(true);
    expect([null, undefined, [], 'x', 1, true].some(isJsonObject)).toBe(false);
  });
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withMember } from './json-edit.ts';

const edited = (json: string, name = 'a', value = '1') =>
  withMember(Buffer.from(json), name, () => value)?.toString();

describe('a member', () => {
  it.each([
    ['{"a":"x","b":2}', '{"a":1,"b":2}'],
    ['{ "a" : {"a":3} , "b":12345678901234567890 }\n', '{ "a" : 1 , "b":12345678901234567890 }\n'],
    ['{"b":{"a":3}}', '{"b":{"a":3},"a":1}'],
    ['{}', '{"a":1}'],
    [' { } ', ' { "a":1} '],
    ['{"a":1,"a":[]}', '{"a":1,"a":1}'],
    ['{"\\u0061":"x"}', '{"\\u0061":1}'],
    ['{"A":"x"}', '{"A":"x","a":1}'],
    ['{"b":"}\\"a\\":2"}', '{"b":"}\\"a\\":2","a":1}'],
    ['\ufeff{"b":1}', '\ufeff{"b":1,"a":1}'],
  ])('of %j is set in place or added at the end', (json, expected) => {
    expect(edited(json)).toBe(expected);
  });

  it.each(['', '[1]', '"a"', '{"a":', 'null', '{"a":1'])('has no place in %j', (json) => {
    expect(edited(json)).toBeUndefined();
  });

  it('is made of the old value', () => {
    const edit = (value: Buffer | undefined) => `[${value?.toString() ?? 'null'}]`;
    expect(withMember(Buffer.from('{"a":1.0}'), 'a', edit)?.toString()).toBe('{"a":[1.0]}');
    expect(withMember(Buffer.from('{}'), 'a', edit)?.toString()).toBe('{"a":[null]}');
  });

  it('is all that changes', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (object, name) => {
        const json = JSON.stringify(object);
        const result = JSON.parse(edited(json, name, '"new"') ?? '') as Record<string, unknown>;
        const names = new Set([...Object.keys(JSON.parse(json) as object), name]);
        expect(new Set(Object.keys(result))).toEqual(names);
        for (const [key, value] of Object.entries(JSON.parse(json) as object)) {
          expect(result[key]).toEqual(key === name ? 'new' : value);
        }
      }),
    );
  });
});

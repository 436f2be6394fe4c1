import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memberText } from './json-member.ts';

describe('memberText', () => {
  it.each([
    ['{"a":1,"a":2}', 'a', '1'],
    ['{"A":1,"a":2}', 'a', '1'],
    ['{"a":{"b":[1,{"c":"}"}]},"b":2}', 'b', '2'],
    ['{"a":{"b":[1,{"c":"}"}]},"b":2}', 'a', '{"b":[1,{"c":"}"}]}'],
    [' {\n "a" : "x\\"y" , "b" : null } ', 'a', '"x\\"y"'],
    [' {\n "a" : "x\\"y" , "b" : null } ', 'b', 'null'],
    ['{"\\u0061":true}', 'a', 'true'],
    ['{"a,b:":1,"c":2}', 'c', '2'],
    ['{"Full_Log":"x"}', 'full_log', '"x"'],
    ['{"full\u007flog":1,"full_log":2}', 'full_log', '2'],
    ['{"\u0011":1,"1":2}', '1', '2'],
    ['{"É":1,"é":2}', 'é', '2'],
    ['{"\u212a":1,"k":2}', 'k', '2'],
    ['{"é":"é","a":"ü"}', 'a', '"ü"'],
    ['{"":1}', '', '1'],
    ['{}', 'a', undefined],
    ['{"a":1', 'a', undefined],
    ['{"a":1}{"a":2}', 'a', '1'],
    ['', 'a', undefined],
    ['[{"a":1}]', 'a', undefined],
    ['"a"', 'a', undefined],
  ])('%j, %s: %j', (json, name, expected) => {
    expect(memberText(json, name)).toBe(expected);
  });

  it('finds what JSON.parse finds, where names differ by more than case', () => {
    const objects = fc.uniqueArray(fc.tuple(fc.string(), fc.jsonValue()), {
      selector: ([name]) => name.toLowerCase(),
    });
    fc.assert(
      fc.property(objects, fc.constantFrom(undefined, 1, '\t'), (members, indent) => {
        const json = JSON.stringify(Object.fromEntries(members), null, indent);
        for (const [name, value] of Object.entries(JSON.parse(json) as object)) {
          expect(JSON.parse(memberText(json, name) ?? '')).toEqual(value);
        }
      }),
    );
  });
});

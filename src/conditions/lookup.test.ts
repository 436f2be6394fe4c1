import { expect, it } from 'vitest';
import { conditionAlert } from '../../test/support/conditions.ts';
import { lookupOf } from './lookup.ts';
import { Scope } from './scope.ts';

const members = [
  '"data":{"a":"first"}',
  '"data":{"a":{"b":[1,{"c":null}],"é":"ü"},"x\\u0079z":"escaped","empty":null,"a.b":"dotted","n":1e2}',
  '"full_log":"a \\"quoted\\" log"',
  '"top":false',
  '"Data":{"a":"other"}',
];
const paths = [
  ['data'],
  ['data', 'a'],
  ['data', 'a', 'b'],
  ['data', 'a', 'b', 'c'],
  ['data', 'a', 'é'],
  ['data', 'xyz'],
  ['data', 'empty'],
  ['data', 'a.b'],
  ['data', 'n'],
  ['data', 'nothing', 'below'],
  ['full_log'],
  ['full_log', 'length'],
  ['top'],
  ['constructor', 'name'],
  ['__proto__'],
];

function found(json: string): unknown[] {
  const scope = new Scope(conditionAlert(json), 0);
  return paths.map((path) => lookupOf(path)(scope));
}

it('finds the same in a large alert as in a small one', () => {
  const small = found(`{"rule":{},${members.join()}}`);
  expect(small.slice(1, 6)).toEqual([
    { b: [1, { c: null }], é: 'ü' },
    [1, { c: null }],
    undefined,
    'ü',
    'escaped',
  ]);
  const many = Array.from({ length: 5000 }, (_, at) => `"k${at}":{"a":"x"}`).join();
  const one = `"blob":"${'x'.repeat(500_000)}"`;
  for (const padding of [many, one]) {
    expect(found(`{"rule":{},${padding},${members.join()}}`)).toEqual(small);
    expect(found(`{${members.join()},"rule":{},${padding}}`)).toEqual(small);
  }
});

it('finds a path that was asked for only after others', () => {
  const scope = new Scope(conditionAlert(`{"rule":{},"late":"x","b":"${'x'.repeat(20_000)}"}`), 0);
  expect(lookupOf(['nothing'])(scope)).toBeUndefined();
  expect(lookupOf(['late'])(scope)).toBe('x');
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRuleIds } from './rule-ids.ts';

describe('parseRuleIds', () => {
  // The first ten are what the reference made of these lists when it ran.
  it.each([
    ['5710,5712', [5710, 5712], []],
    ['5710, 5712 ,550', [5710, 5712, 550], []],
    ['1, 2,,3 4,x,5', [1, 2, 3], [' 4', 'x,5']],
    ['5710 5712', [5710], [' 5712']],
    ['550;553', [550], [';553']],
    ['5710.5', [5710], ['.5']],
    ['5710,abc,5712', [5710], ['abc,5712']],
    ['0,5710', [5710], []],
    [',7,8', [7, 8], []],
    ['+5710', [], ['+5710']],
    ['5710;5712,5715', [5710, 5715], [';5712']],
    ['5712,', [5712], []],
    ['', [], []],
    [' , ', [], []],
    ['\n5710', [], ['\n5710']],
  ])('%j', (list, ids, ignored) => {
    expect(parseRuleIds(list)).toMatchObject({ ids, ignored });
  });

  it('tells a list of nothing from a list of zeros', () => {
    expect(parseRuleIds('abc').isSet).toBe(false);
    expect(parseRuleIds('0')).toEqual({ ids: [], isSet: true, ignored: [] });
  });

  it('reads back any list of ids', () => {
    const separators = fc.constantFrom(',', ', ', ' ,', ',,', ', ,');
    const ids = fc.array(fc.integer({ min: 1, max: 999_999 }));
    fc.assert(
      fc.property(ids, separators, (numbers, separator) => {
        expect(parseRuleIds(numbers.join(separator)).ids).toEqual(numbers);
      }),
    );
  });
});

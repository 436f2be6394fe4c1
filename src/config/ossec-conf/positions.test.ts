import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Positions } from './positions.ts';

describe('Positions', () => {
  it('counts lines and columns from 1', () => {
    const positions = new Positions('ab\ncd');
    expect(positions.at(0)).toEqual({ line: 1, column: 1 });
    expect(positions.at(2)).toEqual({ line: 1, column: 3 });
    expect(positions.at(3)).toEqual({ line: 2, column: 1 });
    expect(positions.at(5)).toEqual({ line: 2, column: 3 });
  });

  it('counts characters, not code units', () => {
    const text = 'ü🚨x';
    expect(new Positions(text).at(text.indexOf('x'))).toEqual({ line: 1, column: 3 });
  });

  it('takes offsets beyond the end for the end, and negative ones for the beginning', () => {
    expect(new Positions('a\nb').at(99)).toEqual({ line: 2, column: 2 });
    expect(new Positions('a\nb').at(-1)).toEqual({ line: 1, column: 1 });
  });

  it('agrees with counting from the beginning, in whatever order it is asked', () => {
    const piece = fc.oneof(fc.constant('\n'), fc.constant('🚨'), fc.string({ unit: 'binary' }));
    const text = fc
      .tuple(fc.array(piece), fc.nat(3000))
      .map(([pieces, count]) => pieces.join('x'.repeat(count)));
    fc.assert(
      fc.property(text, fc.array(fc.nat(20_000)), (whole, offsets) => {
        const positions = new Positions(whole);
        for (const offset of offsets) {
          // An offset inside of a pair counts the whole pair, as the character has begun.
          const before = whole.slice(0, offset).split('\n');
          const last = before.at(-1) ?? '';
          const column = last.replace(/[\udc00-\udfff]/g, '').length + 1;
          expect(positions.at(offset)).toEqual({ line: before.length, column });
        }
      }),
    );
  });
});

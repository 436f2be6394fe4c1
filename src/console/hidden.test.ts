import { describe, expect, it } from 'vitest';
import { hiddenBy, hiddenTexts, withoutHidden } from './hidden.ts';

const ALERT = {
  full_log: 'login of root',
  data: { win: { eventdata: { targetPassword: 'hunter22', user: 'root' } }, list: ['a', 'b'] },
};

describe('hidden fields', () => {
  const isHidden = hiddenBy(['full_log', 'data.win.eventdata.*password*', 'data.list']);

  it('are replaced, whatever their letters, and with all that is in them', () => {
    expect(withoutHidden(ALERT, isHidden)).toEqual({
      full_log: '[hidden]',
      data: { win: { eventdata: { targetPassword: '[hidden]', user: 'root' } }, list: '[hidden]' },
    });
    expect(withoutHidden({ data: { list: { deep: 1 } } }, isHidden)).toEqual({
      data: { list: '[hidden]' },
    });
  });

  it('are found where lists stand on the way', () => {
    const value = { data: [{ list: 'x' }, { other: 'y' }] };
    expect(withoutHidden(value, isHidden)).toEqual({
      data: [{ list: '[hidden]' }, { other: 'y' }],
    });
  });

  it('have their texts hidden elsewhere, too', () => {
    expect(hiddenTexts(ALERT, isHidden)).toEqual(['login of root', 'hunter22', 'a', 'b']);
  });

  it('are named by whole paths, in which a star stands for a part of one name', () => {
    expect(hiddenBy(['data.*'])(['data', 'x', 'y'])).toBe(true);
    expect(hiddenBy(['data.*.z'])(['data', 'x', 'y'])).toBe(false);
    expect(hiddenBy(['d.t'])(['dat'])).toBe(false);
    expect(hiddenBy(['a+b(c)'])(['a+b(c)'])).toBe(true);
  });

  it.each([
    ['*pass*word*', 'myPassAndWordX', true],
    ['*pass*word*', 'wordpass', false],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['a**b', 'a-b', true],
    ['*', '', true],
  ])('%s and %s', (pattern, name, is) => {
    expect(hiddenBy([pattern])([name])).toBe(is);
  });

  it('are looked for quickly, whatever names an alert has', () => {
    const before = performance.now();
    expect(hiddenBy(['*a*b*c*'])(['ab'.repeat(8000)])).toBe(false);
    expect(performance.now() - before).toBeLessThan(1000);
  });
});

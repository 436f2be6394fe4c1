import { describe, expect, it } from 'vitest';
import { nearest, suggestion } from './nearest.ts';

const words = ['hook_url', 'api_key', 'level', 'group', 'retries'];

describe('nearest', () => {
  it.each([
    ['hook-url', 'hook_url'],
    ['hookurl', 'hook_url'],
    ['HOOK_URL', 'hook_url'],
    ['levle', 'level'],
    ['leve', 'level'],
    ['retrys', 'retries'],
    ['colour', undefined],
    ['', undefined],
    ['x'.repeat(100_000), undefined],
  ])('%.20s', (word, meant) => {
    expect(nearest(word, words)).toBe(meant);
  });

  it('makes half a sentence, or nothing', () => {
    expect(suggestion('grup', words)).toBe('; did you mean group?');
    expect(suggestion('colour', words)).toBe('');
  });
});

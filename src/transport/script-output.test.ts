import { describe, expect, it } from 'vitest';
import { ScriptOutput } from './script-output.ts';

const collected = (cap: number, ...chunks: string[]) => {
  const output = new ScriptOutput(cap);
  for (const chunk of chunks) output.add(Buffer.from(chunk));
  return output.toString();
};

describe('ScriptOutput', () => {
  it('keeps what fits as it is', () => {
    expect(collected(10)).toBe('');
    expect(collected(10, 'abc', 'defghij')).toBe('abcdefghij');
    expect(collected(10, 'abcdefghij')).toBe('abcdefghij');
  });

  it('keeps beginning and end of what does not', () => {
    expect(collected(10, 'abcdefghijk')).toBe('abcde\n… [output cut] …\nghijk');
    expect(collected(10, ...'abcdefghijklmnopqrstuvwxyz'.split(''))).toBe(
      'abcde\n… [output cut] …\nvwxyz',
    );
  });

  it('does not cut a character that came in two pieces', () => {
    const output = new ScriptOutput(10);
    for (const byte of Buffer.from('aéb')) output.add(Buffer.from([byte]));
    expect(output.toString()).toBe('aéb');
  });
});

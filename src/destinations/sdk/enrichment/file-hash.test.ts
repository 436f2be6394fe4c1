import { describe, expect, it } from 'vitest';
import { hashIn, isHashOfNothing } from './file-hash.ts';

const MD5 = '44d88612fea8a8f36de82e1278abb02f';

describe('hashIn', () => {
  it.each([
    [MD5, MD5],
    [MD5.toUpperCase(), MD5.toUpperCase()],
    [`md5: ${MD5}.`, MD5],
    ['1'.repeat(32), '1'.repeat(32)],
  ])('finds the hash in %j', (text, hash) => {
    expect(hashIn(text, 'md5')).toBe(hash);
  });

  it.each([
    [undefined],
    [null],
    [12],
    [''],
    ['nothash'],
    [`${MD5.slice(0, 31)}F`],
    [MD5.slice(1)],
    [`${MD5}0`],
    [`x${MD5}`],
    [`_${MD5}`],
    [`${MD5} ${MD5}`],
    [[MD5]],
    [{ md5: MD5 }],
  ])('finds none in %j', (value) => {
    expect(hashIn(value, 'md5')).toBeUndefined();
  });

  it('knows the lengths', () => {
    expect(hashIn('a'.repeat(40), 'sha1')).toBe('a'.repeat(40));
    expect(hashIn('a'.repeat(64), 'sha256')).toBe('a'.repeat(64));
    expect(hashIn('a'.repeat(64), 'sha1')).toBeUndefined();
    expect(hashIn('a'.repeat(40), 'md5')).toBeUndefined();
  });
});

describe('isHashOfNothing', () => {
  it('knows the hashes of an empty file, in both cases', () => {
    expect(isHashOfNothing('d41d8cd98f00b204e9800998ecf8427e')).toBe(true);
    expect(isHashOfNothing('DA39A3EE5E6B4B0D3255BFEF95601890AFD80709')).toBe(true);
    expect(
      isHashOfNothing('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'),
    ).toBe(true);
    expect(isHashOfNothing(MD5)).toBe(false);
  });
});

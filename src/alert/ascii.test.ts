import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { asciiLower, escapeControls } from './ascii.ts';

it('lowers A to Z and nothing else', () => {
  expect(asciiLower('AbZ[@É\u212a\u0130ß')).toBe('abz[@É\u212a\u0130ß');
  expect(asciiLower('')).toBe('');
});

it('escapes control characters so that JSON reads them back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
      const plain = text.replace(/["\\]/g, '');
      const escaped = escapeControls(plain);
      expect(escaped).not.toMatch(/[\u0000-\u001f]/);
      expect(JSON.parse(`"${escaped}"`)).toBe(plain);
    }),
  );
});

import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { textIn, valueIn } from './value-in.ts';

/** What is read of a value that stands in the middle of other bytes. */
function read(json: string) {
  const value = Buffer.from(json);
  return valueIn(
    Buffer.concat([Buffer.from('[,'), value, Buffer.from('\\"]')]),
    2,
    2 + value.length,
  );
}

it.each([
  'a',
  '\u00a0"',
  'é\\',
  '"é',
  'ü\n',
  '😀\t\u2028',
  `${'x'.repeat(31)}"`,
  `${'é'.repeat(40)}"`,
  '',
])('the text %j is read as it was written', (text) => {
  expect(read(JSON.stringify(text))).toBe(text);
  // Again, when it is known.
  expect(read(JSON.stringify(text))).toBe(text);
});

it('whatever a text is made of, it is read as JSON.parse reads it', () => {
  const piece = fc.constantFrom('a', 'é', '\u00a0', '"', '\\', '\n', '\u2028', '😀', '/', ' ');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.boolean(), (pieces, isEscaped) => {
      const written = JSON.stringify(pieces.join(''));
      const json = isEscaped ? written.replaceAll('é', '\\u00e9').replaceAll('/', '\\/') : written;
      expect(read(json)).toBe(pieces.join(''));
    }),
    { numRuns: 2000 },
  );
});

it('control characters may stand in a text as they are', () => {
  const bytes = Buffer.from('"é\u0001\\""');
  expect(textIn(bytes, 0, bytes.length)).toBe('é\u0001"');
});

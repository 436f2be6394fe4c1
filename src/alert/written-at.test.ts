import { expect, it } from 'vitest';
import { writtenAt } from './written-at.ts';

const at = (text: string) => writtenAt(Buffer.from(text));

it("reads an alert's timestamp with its zone, without parsing the alert", () => {
  expect(at('{"timestamp":"2026-08-20T11:22:31.771+0000","rule":{"level":3}}')).toBe(
    Date.UTC(2026, 7, 20, 11, 22, 31, 771),
  );
  expect(at('{"rule":{},"timestamp":"2026-08-20T11:22:31.771+0200"}')).toBe(
    Date.UTC(2026, 7, 20, 9, 22, 31, 771),
  );
});

it.each([
  '',
  '{}',
  '{"timestamp":"',
  '{"timestamp":"yesterday"}',
  `{"timestamp":"${' '.repeat(99)}"}`,
  '{"timestamp":12}',
])('finds no time in %j', (text) => {
  expect(at(text)).toBeUndefined();
});

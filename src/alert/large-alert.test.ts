import { assert, dictionary, jsonValue, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Alert } from './alert.ts';
import { type JsonDocument, stringify } from './json.ts';
import { alertOf, LargeAlert, messageBytes, piecesOf } from './large-alert.ts';
import { validJson } from './valid-json.ts';

function large(text: string | Buffer): LargeAlert {
  const raw = Buffer.from(text as string);
  return new LargeAlert({ length: raw.length, read: () => Buffer.from(raw) });
}

/** A message as it is sent: with the alert's bytes where its marks are. */
function sent(document: JsonDocument, { raw }: LargeAlert): string {
  const parts = piecesOf(stringify(document)).flatMap((piece) =>
    typeof piece === 'string'
      ? [Buffer.from(piece)]
      : [...validJson(raw.subarray(piece.start, piece.end))].map((part) => Buffer.from(part)),
  );
  return Buffer.concat(parts).toString('utf8');
}

const LONGEST_TEXT = 2 ** 16;

describe('a large alert', () => {
  it('is told by its size', () => {
    const text = JSON.stringify({ rule: { id: '1' }, log: 'x'.repeat(LONGEST_TEXT) });
    expect(alertOf(Buffer.from(text))).toBeInstanceOf(LargeAlert);
    expect(alertOf(Buffer.from('{}'))).not.toBeInstanceOf(LargeAlert);
  });

  it('answers as a parsed one does, whatever is in it', () => {
    assert(
      property(dictionary(string(), jsonValue()), (document) => {
        const text = JSON.stringify(document);
        const parsed = new Alert(Buffer.from(text));
        const alert = large(text);
        for (const [name, value] of Object.entries(document)) {
          expect(alert.at(name)).toEqual(parsed.at(name));
          if (typeof value !== 'object' || value === null) continue;
          for (const inner of Object.keys(value)) {
            expect(alert.at(name, inner)).toEqual(parsed.at(name, inner));
          }
        }
        expect(alert.at('missing', 'too')).toEqual(parsed.at('missing', 'too'));
        expect(alert.json).toEqual(parsed.json);
      }),
    );
  });

  it('takes the last of equal names, as JSON.parse does', () => {
    expect(large('{"a":1,"a":2,"\\u0061":3}').at('a')).toBe(3);
  });

  it('finds members after a thousand others', () => {
    const many = Array.from({ length: 5000 }, (_, i) => `"m${i}":${i}`).join(',');
    const alert = large(`{${many},"rule":{"level":7,"id":"5"}}`);
    expect(alert.level).toBe(7);
    expect(alert.at('m4999')).toBe(4999);
    expect(alert.at('m1')).toBe(1);
    expect(alert.at('m5000')).toBeUndefined();
  });

  it.each([
    ['ASCII', 'x'],
    ['long characters', '\u{1f525}'],
    ['escapes', '\\"'],
    ['long escapes', '\\u00e9'],
  ])('cuts a long text of %s to a whole one', (_, unit) => {
    for (const shift of ['', 'a', 'ab', 'abc', 'abcd', 'abcde']) {
      const json = `"${shift}${unit.repeat(20_000 * 6)}"`;
      const text = large(`{"full_log":${json}}`).at('full_log');
      const whole = JSON.parse(json) as string;
      expect(text).toBe(whole.slice(0, (text as string).length));
      expect((text as string).length).toBeGreaterThan(10_000);
      expect((text as string).length).toBeLessThan(LONGEST_TEXT);
    }
  });

  it('shows the beginning of a large list as a text', () => {
    const text = large(`{"full_log":[${'{},'.repeat(200_000)}{}]}`).at('full_log');
    expect(text).toMatch(/^\[\{\},\{\}/);
    expect((text as string).length).toBeLessThanOrEqual(LONGEST_TEXT);
  });

  it('goes into a message whole, without being there as a text', () => {
    const text = `{"full_log":"${'\u{1f525}'.repeat(50_000)}"}`;
    const alert = large(text);
    const document = { log: alert.jsonAt('full_log'), alert: alert.rawJson, last: 1 };
    const message = stringify(document);
    expect(message.length).toBeLessThan(300);
    const whole = sent(document, alert);
    expect(JSON.parse(whole)).toEqual({
      log: '\u{1f525}'.repeat(50_000),
      alert: JSON.parse(text),
      last: 1,
    });
    expect(messageBytes(message)).toBe(Buffer.byteLength(whole));
  });

  it('is sent as valid JSON, as a parsed one is', () => {
    const piece = Buffer.concat([
      Buffer.from('\uFEFF{"a":\t"tab\there \\"quoted\\" '),
      Buffer.from([0xff, 0xc3]),
      Buffer.from(`${'é\u0001'.repeat(40_000)}"}`),
    ]);
    const alert = large(piece);
    expect(JSON.parse(sent(alert.rawJson, alert))).toEqual(new Alert(piece).json);
  });

  it('is told apart from another by its text', () => {
    const one = large(`{"a":"${'x'.repeat(100_000)}1"}`);
    expect(one.text).not.toBe(large(`{"a":"${'x'.repeat(100_000)}2"}`).text);
    expect(one.text.length).toBeLessThan(LONGEST_TEXT + 200);
  });

  it('of too many members is empty as an object, and found member by member', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => `"m${i}":1`).join(',');
    const alert = large(`{${many},"rule":{"level":3}}`);
    expect(alert.json).toEqual({});
    expect(alert.level).toBe(3);
  });
});

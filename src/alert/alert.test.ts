import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixtureLines } from '../../test/support/vectors.ts';
import { Alert } from './alert.ts';

const alertOf = (text: string) => new Alert(Buffer.from(text));

describe('an alert', () => {
  it('keeps its raw bytes, and embeds them unchanged', () => {
    const raw = fixtureLines('samples/w4_99_edge_cases.jsonl')[7] as Buffer;
    const alert = new Alert(raw);
    expect(alert.raw).toBe(raw);
    expect(alert.text).toBe(raw.toString('utf8'));
    expect(alert.rawJson.text).toContain(
      '"2":"b","1":"a","n":12345678901234567890,"f":1.0,"e":1e25',
    );
  });

  it('gives values, texts and the level', () => {
    const alert = alertOf(
      '{"rule":{"level":7,"id":5710,"mail":false,"groups":["a"]},"agent":{"name":"web"}}',
    );
    expect(alert.at('rule', 'groups')).toEqual(['a']);
    expect(alert.textAt('rule', 'id')).toBe('5710');
    expect(alert.textAt('rule', 'mail')).toBe('false');
    expect(alert.textAt('agent', 'name')).toBe('web');
    expect(alert.textAt('rule', 'groups')).toBeUndefined();
    expect(alert.textAt('agent', 'name', 'length')).toBeUndefined();
    expect(alert.textAt('missing')).toBeUndefined();
    expect(alert.level).toBe(7);
  });

  it.each([
    ['{"rule":{"level":"12"}}', 12],
    ['{"rule":{"level":"high"}}', 0],
    ['{"rule":{"level":null}}', 0],
    ['{"rule":{"level":1e999}}', 0],
    ['{"rule":{}}', 0],
    ['{}', 0],
  ])('has a finite level whatever stands there: %s', (text, level) => {
    expect(alertOf(text).level).toBe(level);
  });

  it.each(['[1]', '"x"', 'null', '7', '', '{', '{"a":1} x', '\u0001'])(
    'is an empty object where the line is none: %j',
    (text) => {
      const alert = alertOf(text);
      expect(alert.json).toEqual({});
      expect(alert.text).toBe('{}');
    },
  );

  it('is not fooled by keys that JavaScript knows', () => {
    const alert = alertOf(
      '{"__proto__":{"polluted":"yes"},"constructor":{"name":"x"},"rule":{"toString":"y"}}',
    );
    expect(alert.textAt('polluted')).toBeUndefined();
    expect(alert.textAt('__proto__', 'polluted')).toBe('yes');
    expect(alert.textAt('constructor', 'name')).toBe('x');
    expect(alert.textAt('rule', 'toString')).toBe('y');
    expect(alertOf('{}').at('constructor')).toBeUndefined();
    expect(alertOf('{}').at('__proto__')).toBeUndefined();
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('reads bytes that are no UTF-8', () => {
    const raw = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(new Alert(raw).textAt('a')).toBe('\ufffd');
    expect(new Alert(raw).raw).toBe(raw);
  });
});

describe('JSON that only the reference reads', () => {
  it('becomes valid, and stays what it was otherwise', () => {
    const alert = alertOf('\ufeff{"a":"1\u0000\t2\\n\\"\u001f",\u0001"b" :\u000b[ "\\\\" ]}');
    expect(alert.json).toEqual({ a: '1\u0000\t2\n"\u001f', b: ['\\'] });
    expect(alert.text).toBe('{"a":"1\\u0000\\u00092\\n\\"\\u001f", "b" : [ "\\\\" ]}');
  });

  it('has its duplicate and integer-like keys in place after the repair', () => {
    expect(alertOf('{"2":"\u0001","1":1.0,"1":2}').text).toBe('{"2":"\\u0001","1":1.0,"1":2}');
  });

  it('is repaired in strings of many megabytes', () => {
    const long = `${'x'.repeat(16 * 1024 * 1024)}\u0001`;
    expect(alertOf(`{"a":"${long}"}`).textAt('a')).toBe(long);
  });

  it('is given up quickly where there is nothing to repair', () => {
    const unfinished = `{"a":"${'\\"'.repeat(1024 * 1024)}`;
    expect(alertOf(unfinished).json).toEqual({});
  });

  it('is repaired wherever control characters stand', () => {
    const control = fc.integer({ min: 0, max: 0x1f }).map((code) => String.fromCharCode(code));
    const text = fc.string({ unit: 'grapheme', maxLength: 6 });
    fc.assert(
      fc.property(fc.array(fc.tuple(text, control), { maxLength: 5 }), control, (parts, gap) => {
        const value = parts.map(([part, character]) => part + character).join('');
        const raw = parts
          .map(([part, character]) => JSON.stringify(part).slice(1, -1) + character)
          .join('');
        expect(alertOf(`{${gap}"a"${gap}:"${raw}"${gap}}`).json).toEqual({ a: value });
      }),
    );
  });
});

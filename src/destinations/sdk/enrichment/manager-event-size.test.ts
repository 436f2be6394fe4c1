import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJsonObject, type JsonObject, type JsonValue, stringify } from '../../../alert/json.ts';
import type { ManagerEvent } from '../../../core/enrichment.ts';
import {
  datagramBytes,
  fitted,
  fittedAround,
  LARGEST_DATAGRAM,
  type Reduced,
  withoutLargest,
} from './manager-event-size.ts';

const event = (message: ManagerEvent['message']): ManagerEvent => ({ location: 'x', message });
const bytes = (value: JsonValue) => Buffer.byteLength(stringify(value));

describe('fitted', () => {
  it('leaves an event alone that fits to the byte', () => {
    const frame = datagramBytes(event({ text: '' }));
    const exact = event({ text: 'a'.repeat(LARGEST_DATAGRAM - frame) });
    expect(datagramBytes(exact)).toBe(LARGEST_DATAGRAM);
    expect(fitted(exact)).toBe(exact);
    const larger = event({ text: 'a'.repeat(LARGEST_DATAGRAM - frame + 1) });
    expect(stringify(fitted(larger).message)).toContain('… [truncated]"}');
  });

  it('counts bytes, not characters, and never halves one', () => {
    const small = fitted(event({ text: '🚨'.repeat(20_000), other: 'kept' }));
    expect(datagramBytes(small)).toBeLessThanOrEqual(LARGEST_DATAGRAM);
    expect(small.message['text']).toMatch(/^(?:🚨){1000,}… \[truncated\]$/u);
    expect(small.message['other']).toBe('kept');
  });

  it('cuts the deeper texts as well, and no number', () => {
    const small = fitted(event({ a: { b: ['x'.repeat(70_000), 12, null, undefined as never] } }));
    expect(datagramBytes(small)).toBeLessThanOrEqual(LARGEST_DATAGRAM);
    expect(stringify(small.message)).toContain(',12,null');
  });
});

describe('withoutLargest', () => {
  it('drops the largest members first, and names them', () => {
    const object = { small: 1, large: 'x'.repeat(900), medium: 'y'.repeat(300), type: 'ip' };
    expect(withoutLargest(object, 2000)).toEqual({ kept: object, removed: [] });
    expect(withoutLargest(object, 400)).toEqual({
      kept: { small: 1, medium: object.medium, type: 'ip' },
      removed: ['large'],
    });
    expect(withoutLargest(object, 100)).toEqual({
      kept: { small: 1, type: 'ip' },
      removed: ['large', 'medium'],
    });
    expect(withoutLargest(object, 0).kept).toEqual({});
  });

  it('is never larger than allowed', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(500), (object, most) => {
        const { kept } = withoutLargest(object as JsonObject, most);
        expect(bytes(kept)).toBeLessThanOrEqual(Math.max(most, 2));
      }),
    );
  });

  it('does not confuse names that JavaScript gives a meaning', () => {
    const object = JSON.parse('{"__proto__":{"a":1},"b":2}') as JsonObject;
    expect(stringify(withoutLargest(object, 1000).kept)).toBe('{"__proto__":{"a":1},"b":2}');
  });

  it('names only a few of many', () => {
    const many = Object.fromEntries(
      Array.from({ length: 5000 }, (_, at) => [`${'n'.repeat(200)}${at}`, at]),
    );
    const { kept, removed } = withoutLargest(many, 10);
    expect(kept).toEqual({});
    expect(bytes([...removed])).toBeLessThan(2000);
  });
});

describe('fittedAround', () => {
  const around =
    (rest: string) =>
    ({ kept, removed }: Reduced): ManagerEvent =>
      event({ source: kept, removed, rest });

  it('changes nothing that fits', () => {
    const answer = { kept: { a: 'x'.repeat(60_000) }, removed: [] };
    expect(fittedAround(answer, around('r')).message['source']).toEqual(answer.kept);
  });

  it('drops parts of the answer before it cuts anything', () => {
    const rest = 'r'.repeat(20_000);
    const kept = { big: 'x'.repeat(40_000), small: 'y', middle: 'z'.repeat(10_000) };
    const small = fittedAround({ kept, removed: ['earlier'] }, around(rest));
    expect(datagramBytes(small)).toBeLessThanOrEqual(LARGEST_DATAGRAM);
    expect(small.message).toEqual({
      source: { small: 'y', middle: kept.middle },
      removed: ['earlier', 'big'],
      rest,
    });
  });

  it('leaves room for the names of what it dropped', async () => {
    const members = Array.from({ length: 100 }, (_, at) => [
      `${String(at).padStart(3, '0')}${'n'.repeat(60)}`,
      'x'.repeat(800 + at),
    ]);
    const rest = 'r'.repeat(5000);
    const small = fittedAround({ kept: Object.fromEntries(members), removed: [] }, around(rest));
    expect(datagramBytes(small)).toBeLessThanOrEqual(LARGEST_DATAGRAM);
    expect(small.message['removed']).toHaveLength(16);
    expect(small.message['rest']).toBe(rest);
  });

  it('drops the whole answer, and cuts the rest, when that is what it takes', () => {
    const small = fittedAround({ kept: { a: 'x' }, removed: [] }, around('r'.repeat(70_000)));
    expect(datagramBytes(small)).toBeLessThanOrEqual(LARGEST_DATAGRAM);
    expect(small.message['source']).toEqual({});
    expect(small.message['removed']).toEqual(['a']);
    expect(small.message['rest']).toMatch(/^r{4000,}… \[truncated\]$/);
  });

  it('never exceeds the limit', () => {
    const text = fc
      .nat(80_000)
      .chain((length) =>
        fc.constantFrom('x', '"', 'ü', '\u0001').map((character) => character.repeat(length)),
      );
    const answer = fc.dictionary(fc.string(), fc.oneof(text, fc.jsonValue()), { maxKeys: 5 });
    fc.assert(
      fc.property(answer, text, (kept, rest) => {
        const small = fittedAround({ kept: kept as JsonObject, removed: [] }, around(rest));
        expect(datagramBytes(small)).toBeLessThanOrEqual(LARGEST_DATAGRAM);
        expect(isJsonObject(JSON.parse(stringify(small.message)))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

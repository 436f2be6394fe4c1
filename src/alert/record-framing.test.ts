import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { beginsText, endOfWholeAlerts, isTextLog, recordAt } from './record-framing.ts';

const A = "** Alert 1.0: - a,\n2016 Aug 05 10:50:17 h->/l\nRule: 1 (level 2) -> 'x'\nlog\n\n";
const B = A.replace('1.0', '2.0').replace('log', 'two\nlines');

function split(text: string): string[] {
  const bytes = Buffer.from(text);
  const records: string[] = [];
  for (let start = 0; start < bytes.length; ) {
    const { end, next } = recordAt(bytes, start);
    records.push(bytes.toString('utf8', start, end));
    start = next;
  }
  return records;
}

describe('records', () => {
  it('are lines, where they are no text alerts', () => {
    expect(split('{"a":1}\n\n{"b":2}\nrest')).toEqual(['{"a":1}', '', '{"b":2}', 'rest']);
  });

  it('are text alerts up to their blank line, or to the next header', () => {
    expect(split(A + B)).toEqual([A.trimEnd(), B.trimEnd()]);
    expect(split(`${A}\n\n${B}`)).toEqual([A.trimEnd(), B.trimEnd()]);
    expect(split(A.slice(0, -1) + B)).toEqual([A.trimEnd(), B.trimEnd()]);
    expect(split(A.slice(0, -2))).toEqual([A.trimEnd()]);
  });

  it('are not ended by a line of a log that only begins like a header', () => {
    const text = A.replace('log', 'log\n** Alert of my own');
    expect(split(text + B)).toEqual([text.trimEnd(), B.trimEnd()]);
    expect(endOfWholeAlerts(Buffer.from(text.slice(0, -1)))).toBe(0);
  });

  it('tell a text log by its first bytes', () => {
    expect(isTextLog(Buffer.from(A))).toBe(true);
    expect(isTextLog(Buffer.from(`\n${A}`))).toBe(true);
    expect(isTextLog(Buffer.from('{"a":"** Alert "}'))).toBe(false);
    expect(isTextLog(Buffer.from('** Ale'))).toBe(false);
    expect(isTextLog(Buffer.alloc(0))).toBe(false);
    expect(beginsText(Buffer.from(`x\n${A}`), 2)).toBe(true);
  });

  it('are whole when their blank line or the next header is there', () => {
    const whole = (text: string) => endOfWholeAlerts(Buffer.from(text));
    expect(whole(A)).toBe(A.length);
    expect(whole(A.slice(0, -1))).toBe(0);
    expect(whole(A + B.slice(0, -1))).toBe(A.length);
    expect(whole(A.slice(0, -1) + B)).toBe(A.length + B.length - 1);
    expect(whole(`${A}** Ale`)).toBe(A.length);
    expect(whole('rest of a log\n')).toBe(14);
    expect(whole('no newline')).toBe(0);
  });

  it('handed out as they become whole are the same as all at once', () => {
    const text = Buffer.from(A + B + A + B);
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 12 }), (cuts) => {
        const found: string[] = [];
        let done = 0;
        for (const cut of [...cuts.sort((a, b) => a - b), text.length]) {
          const end = done + endOfWholeAlerts(text.subarray(done, cut));
          found.push(...split(text.toString('utf8', done, end)).filter((one) => one !== ''));
          done = end;
        }
        expect(done).toBe(text.length);
        expect(found).toEqual(split(text.toString()));
      }),
    );
  });
});

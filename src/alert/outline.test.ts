import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixtureLines } from '../../test/support/vectors.ts';
import { Alert } from './alert.ts';
import { scanAlert, scanUnusual } from './alert-scan.ts';
import { valueAt } from './json.ts';
import { isOutlined, outlineOf } from './outline.ts';

const KEYS = [
  'rule',
  'id',
  'level',
  'groups',
  'agent',
  'data',
  'name',
  'location',
  'RULE',
  'é',
  '__proto__',
];

/** Paths of all that is in a value, and of some things that are not. */
function pathsIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null || path.length > 7) return [path];
  const below = Object.entries(value).flatMap(([key, member]) => pathsIn(member, [...path, key]));
  return [path, [...path, 'absent'], ...below];
}

/** The text of a value, as JSON has it in many ways: blanks, escapes, members that come again. */
const texts: fc.Arbitrary<string> = fc.letrec<{ value: string; object: string }>((tie) => {
  const blank = fc.constantFrom('', '', '', ' ', '\t', '\u0001');
  const string = fc
    .oneof(
      fc.constantFrom('5710', 'web01', 'a"b\\c', 'é', '\u2028', 'x'.repeat(40)),
      fc.string(),
      // What is written as it is, as an escape, or as several bytes, in any order.
      fc.string({
        unit: fc.constantFrom('a', '"', '\\', '\n', 'é', '\u00a0', '😀'),
        maxLength: 36,
      }),
    )
    .chain((text) =>
      fc.constantFrom(JSON.stringify(text), JSON.stringify(text).replace('e', '\\u0065')),
    );
  const scalar = fc.oneof(
    string,
    fc.constantFrom(
      '0',
      '-0',
      '7',
      '123456789',
      '1234567890123456789',
      '1.5e3',
      '-1',
      'true',
      'false',
      'null',
    ),
  );
  const key = fc
    .oneof(fc.constantFrom(...KEYS), fc.string({ maxLength: 5 }))
    .map((text) => JSON.stringify(text));
  const member = fc.tuple(blank, key, blank, tie('value'), blank).map((parts) => {
    return `${parts[0]}${parts[1]}${parts[2]}:${parts[3]}${parts[4]}`;
  });
  return {
    value: fc.oneof(
      { maxDepth: 6, depthSize: 'large' },
      scalar,
      tie('object'),
      fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(',')}]`),
    ),
    object: fc.array(member, { maxLength: 6 }).map((members) => `{${members.join(',')}}`),
  };
}).object;

describe('of whatever is JSON', () => {
  it('finds what JSON.parse finds', () => {
    let usual = 0;
    fc.assert(
      fc.property(texts, (text) => {
        const raw = Buffer.from(text);
        const { json } = new Alert(raw);
        for (const path of pathsIn(json)) {
          const found = outlineOf(raw);
          if (found === undefined || !isOutlined(path)) continue;
          usual += 1;
          expect([path, found.at(path)]).toEqual([path, valueAt(json, ...path)]);
          expect(new Alert(raw).find(path)).toEqual(valueAt(json, ...path));
        }
      }),
      { numRuns: 2000 },
    );
    expect(usual).toBeGreaterThan(1000);
  });

  it('gives the facts that the scanner finds, also of a part of more bytes', () => {
    fc.assert(
      fc.property(texts, fc.string(), (text, around) => {
        const [before, record] = [Buffer.from(around), Buffer.from(text)];
        const bytes = Buffer.concat([before, record, before]);
        const end = before.length + record.length;
        expect(scanAlert(bytes, before.length, end)).toEqual(
          scanUnusual(bytes, before.length, end),
        );
      }),
      { numRuns: 2000 },
    );
  });
});

describe('of what is no JSON, or hardly', () => {
  it('says the same as the scanner', () => {
    const samples = [
      '{"rule":{"level":7,"id":"12","groups":["a","b"]},"data":{"n":[1,{"x":null}]}}',
    ];
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.array(fc.tuple(fc.nat(), fc.constantFrom(...'{}[]",:\\u0041 \u0000e-.tn'.split(''))), {
          minLength: 1,
          maxLength: 4,
        }),
        (sample, changes) => {
          const bytes = Buffer.from(sample);
          for (const [at, character] of changes) bytes.write(character, at % bytes.length);
          expect(scanAlert(bytes)).toEqual(scanUnusual(bytes, 0, bytes.length));
          const found = outlineOf(bytes);
          if (found === undefined) return;
          const { json } = new Alert(Buffer.from(bytes));
          for (const path of pathsIn(json).filter(isOutlined)) {
            expect([path, found.at(path)]).toEqual([path, valueAt(json, ...path)]);
          }
        },
      ),
      { numRuns: 5000 },
    );
  });

  it('is not there for what could be read in two ways', () => {
    const unusual = [
      '',
      '[]',
      '"x"',
      '\ufeff{}',
      '{"r\\u0075le":{}}',
      `{"a":${'['.repeat(70)}${']'.repeat(70)}}`,
      `{${Array.from({ length: 501 }, (_, i) => `"k${i}":1`).join()}}`,
      `{"a":"${'x'.repeat(2 ** 14)}"}`,
      '{"a":1}}',
      '{"a":01}',
    ];
    for (const text of unusual)
      expect([text, outlineOf(Buffer.from(text))]).toEqual([text, undefined]);
  });
});

it('finds what stands in the fixtures', () => {
  for (const raw of fixtureLines('samples/w4_99_edge_cases.jsonl')) {
    expect(scanAlert(raw)).toEqual(scanUnusual(raw, 0, raw.length));
  }
});

it('knows which alert it is of', () => {
  const [one, other] = ['{"a":1}', '{"a":2}'].map((text) => new Alert(Buffer.from(text)));
  expect([one?.find(['a']), other?.find(['a']), one?.find(['a'])]).toEqual([1, 2, 1]);
});

import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fixtureLines } from '../../test/support/vectors.ts';
import { Alert } from './alert.ts';
import { scanAlert } from './alert-scan.ts';
import { asciiLower } from './ascii.ts';
import type { AlertFacts } from './facts.ts';
import { isJsonObject } from './json.ts';

const scan = (text: string) => scanAlert(Buffer.from(text));

/** The facts of a text that must be readable. */
function factsOf(text: string): AlertFacts {
  const facts = scan(text);
  if (typeof facts === 'string') throw new Error(`called unreadable: ${facts}`);
  return facts;
}

const MANAGER = { level: 3, ruleId: '502', groups: ['ossec'], id: '1787223605.0' };

describe('the edge cases', () => {
  const lines = fixtureLines('samples/w4_99_edge_cases.jsonl');
  const agent = { agentId: '000', agentName: 'wazuh-manager' };
  const here = { ...MANAGER, ...agent, location: 'wazuh-monitord' };

  it('are all there', () => {
    expect(lines).toHaveLength(16);
    expect(lines.slice(11, 14).map((line) => line.length)).toEqual([90_514, 65_535, 65_536]);
  });

  it.each<[number, string, ReturnType<typeof scanAlert>]>([
    [0, 'an ordinary alert', here],
    [1, 'invalid JSON', 'invalid JSON'],
    [2, 'no rule', 'no rule in it'],
    [3, 'the level as a string', { ...here, level: 0 }],
    [4, 'a numeric rule id', here],
    [5, 'no location', { ...here, location: undefined }],
    [6, 'RULE in capitals', here],
    [
      7,
      'the level twice',
      { level: 3, ruleId: '1', groups: ['a'], location: 'dup-keys-int-keys-bignum', id: undefined },
    ],
    [8, 'trailing garbage', 'invalid JSON'],
    [9, 'an empty line', 'empty line'],
    [10, 'an array', 'no rule in it'],
    [11, 'a line of 90 KB', { ...here, agentName: `agent_${'0'.repeat(494)}` }],
    [12, 'a line as long as the reference reads', here],
    [13, 'a line one byte longer', here],
    [14, 'the line after it', { ...here, location: 'after-overlong' }],
    [15, 'an unfinished line', 'invalid JSON'],
  ])('line %i: %s', (index, _name, expected) => {
    expect(scanAlert(lines[index] as Buffer)).toEqual(expected);
  });
});

describe('names', () => {
  it('are compared without regard to the case of ASCII letters', () => {
    const text =
      '{"ID":"a","Rule":{"LEVEL":5,"Id":"1","GROUPS":["g"]},"LOCATION":"x","rule":{"level":9}}';
    expect(scan(text)).toEqual({
      level: 5,
      ruleId: '1',
      groups: ['g'],
      location: 'x',
      id: 'a',
    });
  });

  it('are not folded beyond ASCII', () => {
    // The Kelvin sign and the long s fold to ASCII letters in Unicode.
    expect(scan('{"ru\u017fe":{},"r\u212a":1}')).toBe('no rule in it');
    expect(factsOf('{"rule":{},"\u0130d":"x"}').id).toBeUndefined();
  });

  it('may be written with escapes', () => {
    expect(factsOf('{"r\\u0075le":{"l\\u0065vel":4}}').level).toBe(4);
  });

  it('count where they stand: those of nested objects are others', () => {
    expect(scan('{"data":{"rule":{"level":3}}}')).toBe('no rule in it');
    const facts = factsOf('{"rule":{"mitre":{"id":"T1","level":9},"level":3},"agent":{"id":"7"}}');
    expect(facts).toMatchObject({ level: 3, ruleId: undefined, id: undefined });
  });
});

describe('of several equal names the first counts', () => {
  it.each<[string, Partial<AlertFacts>]>([
    ['{"rule":{"level":1},"rule":{"level":2}}', { level: 1 }],
    ['{"rule":{"level":1},"RULE":{"id":"2"}}', { level: 1, ruleId: undefined }],
    ['{"rule":null,"rule":{"level":2}}', { level: undefined }],
    ['{"rule":{"level":null,"level":2}}', { level: 0 }],
    ['{"rule":{"groups":"x","groups":["a"]}}', { groups: undefined }],
    ['{"rule":{"id":[],"id":"3"}}', { ruleId: undefined }],
    ['{"rule":{},"location":{},"location":"x"}', { location: undefined }],
    ['{"rule":{},"id":"1","Id":"2"}', { id: '1' }],
  ])('%s', (text, expected) => {
    expect(factsOf(text)).toMatchObject(expected);
  });
});

describe('values of unusual types', () => {
  it.each<[string, number | undefined]>([
    ['"12"', 0],
    ['12.9', 12],
    ['-12.9', -12],
    ['1e1', 10],
    ['true', 1],
    ['false', 0],
    ['null', 0],
    ['[]', 0],
    ['{}', 0],
    ['99999999999', 2147483647],
    ['-1e999', -2147483648],
  ])('level %s', (level, expected) => {
    expect(factsOf(`{"rule":{"level":${level}}}`).level).toBe(expected);
  });

  it.each<[string, string | undefined]>([
    ['"5710"', '5710'],
    ['5710', '5710'],
    ['5710.0', '5710.0'],
    ['12345678901234567890', '12345678901234567890'],
    ['""', ''],
    ['true', undefined],
    ['null', undefined],
    ['["1"]', undefined],
  ])('rule id %s', (id, expected) => {
    expect(factsOf(`{"rule":{"id":${id}}}`).ruleId).toBe(expected);
  });

  it.each<[string, string | undefined]>([
    ['"/var/log"', '/var/log'],
    ['5', '5'],
    ['-1.50e3', '-1.50e3'],
    ['true', 'true'],
    ['false', 'false'],
    ['null', undefined],
    ['{"a":1}', undefined],
  ])('location and id %s', (value, expected) => {
    const facts = factsOf(`{"rule":{},"location":${value},"id":${value}}`);
    expect([facts.location, facts.id]).toEqual([expected, expected]);
  });

  it('groups: only strings are taken', () => {
    const { groups } = factsOf('{"rule":{"groups":["a",1,null,["b"],{"c":"d"},"e\\"\\u00e9"]}}');
    expect(groups).toEqual(['a', 'e"é']);
    expect(factsOf('{"rule":{"groups":[]}}').groups).toEqual([]);
    expect(factsOf('{"rule":{"groups":"a"}}').groups).toBeUndefined();
  });

  it('a rule that is no object is still a rule', () => {
    for (const rule of ['null', '"x"', '[]', '7']) {
      expect(factsOf(`{"rule":${rule},"location":"l"}`)).toMatchObject({
        level: undefined,
        location: 'l',
      });
    }
  });
});

describe('what the reference reads although it is no JSON', () => {
  it('control characters in strings and between values', () => {
    const text = '\u0001{\u0000"rule"\u001f:\t{"level":3,"id":"a\u0000b\n\\t"}\r}\u0002';
    expect(factsOf(text)).toMatchObject({ level: 3, ruleId: 'a\u0000b\n\t' });
  });

  it('a byte order mark at the beginning, and nowhere else', () => {
    expect(factsOf('\ufeff{"rule":{"level":3}}').level).toBe(3);
    expect(scan('\ufeff')).toBe('empty line');
    expect(scan(' \ufeff{"rule":{}}')).toBe('invalid JSON');
    expect(scan('{"rule":{}}\ufeff')).toBe('invalid JSON');
  });

  it('bytes that are no UTF-8', () => {
    const bytes = Buffer.concat([
      Buffer.from('{"rule":{"id":"'),
      Buffer.from([0xff, 0xc3]),
      Buffer.from('"}}'),
    ]);
    expect(scanAlert(bytes)).toMatchObject({ ruleId: '\ufffd\ufffd' });
  });
});

describe('what is refused', () => {
  it.each([
    '{',
    '}',
    '{}}',
    '{"rule"}',
    '{"rule":}',
    '{"rule":{},}',
    '{,"rule":{}}',
    '{rule:{}}',
    "{'rule':{}}",
    '{"rule":{}"a":1}',
    '{"rule":[1,]}',
    '{"rule":[,1]}',
    '{"rule":[1 2]}',
    '{"rule":tru}',
    '{"rule":TRUE}',
    '{"rule":nul}',
    '{"rule":undefined}',
    '{"rule":"\\x41"}',
    '{"rule":"\\u12g4"}',
    '{"rule":"\\u12"}',
    '{"rule":"\\"}',
    '{"rule":"',
    '{"rule":1.}',
    '{"rule":.5}',
    '{"rule":+1}',
    '{"rule":1e}',
    '{"rule":-}',
    '{"rule":1-2}',
    '"',
    'null x',
  ])('%j', (text) => {
    expect(scan(text)).toBe('invalid JSON');
  });

  it('whitespace only is an empty line', () => {
    expect(scan(' \t\r')).toBe('empty line');
  });
});

describe('deep nesting', () => {
  const nested = (depth: number) => `{"rule":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;

  it('is read down to 1000 levels, as the reference does', () => {
    expect(typeof scan(nested(1000))).toBe('object');
    expect(scan(nested(1001))).toBe('invalid JSON');
    expect(typeof scan(`{"rule":1,"a":${'{"a":'.repeat(999)}1${'}'.repeat(1000)}`)).toBe('object');
    expect(scan(`{"rule":1,"a":${'{"a":'.repeat(1000)}1${'}'.repeat(1001)}`)).toBe('invalid JSON');
  });

  it('of 16 MiB neither overflows the stack nor takes long', () => {
    expect(scanAlert(Buffer.alloc(16 * 1024 * 1024, '['))).toBe('invalid JSON');
    expect(scanAlert(Buffer.from('{"rule":'.repeat(1024 * 1024)))).toBe('invalid JSON');
    expect(scanAlert(Buffer.from(`{"rule":{},"x":${'['.repeat(4 * 1024 * 1024)}`))).toBe(
      'invalid JSON',
    );
  });

  it('is counted again after each closed container', () => {
    expect(typeof scan(`{"rule":[${'[],'.repeat(5000)}{}]}`)).toBe('object');
  });
});

it('reads very long strings and numbers', () => {
  const long = 'x'.repeat(8 * 1024 * 1024);
  expect(factsOf(`{"rule":{"id":"\u0001\\n${long}"}}`).ruleId).toHaveLength(long.length + 2);
  expect(factsOf(`{"rule":{"level":${'9'.repeat(1_000_000)}}}`).level).toBe(2 ** 31 - 1);
});

describe('a slice', () => {
  const alert = '{"rule":{"level":7,"id":"12"},"location":"l"}';

  it('is read from its start to its end and no further', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 8 }),
        fc.uint8Array({ maxLength: 8 }),
        fc.nat({ max: alert.length }),
        (before, after, cut) => {
          const bytes = Buffer.concat([before, Buffer.from(alert), after]);
          const start = before.length;
          const end = start + alert.length;
          expect(scanAlert(bytes, start, end)).toMatchObject({ level: 7, location: 'l' });
          // What follows the end must not complete an alert that is cut off there.
          const short = scanAlert(bytes, start, end - cut);
          expect(short).toEqual(scan(alert.slice(0, alert.length - cut)));
        },
      ),
    );
  });

  it('ends within a word, a number, an escape, a byte order mark', () => {
    for (const text of ['{"rule":true}', '{"rule":1234}', '{"rule":"\\u0041"}', '\ufeff{}']) {
      const bytes = Buffer.from(text);
      for (let end = 0; end < bytes.length; end += 1) {
        expect(scanAlert(bytes, 0, end)).toEqual(scanAlert(bytes.subarray(0, end)));
      }
    }
    expect(scanAlert(Buffer.from('\ufeff{"rule":1}'), 0, 1)).toBe('invalid JSON');
  });
});

/** Pieces of JSON, and what is nearly that. */
const TOKENS =
  '{ } [ ] , : " \\ \\u rule "rule": "id": 0 - 1e5 . true null \u0000 \n \ufeff é 😀'.split(' ');

describe('for any input', () => {
  /** JSON-like bytes, so that damage is done in interesting places. */
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc
      .array(fc.constantFrom(...TOKENS), { maxLength: 20 })
      .map((parts) => Buffer.from(parts.join(''))),
  );

  it('gives an answer', () => {
    fc.assert(
      fc.property(noise, (bytes) => {
        const buffer = Buffer.from(bytes);
        const result = scanAlert(buffer);
        expect(['string', 'object']).toContain(typeof result);
      }),
      { numRuns: 3000 },
    );
  });

  it('also a damaged alert gets one', () => {
    const alert = fixtureLines('samples/w4_12_web_unicode.json')[0] as Buffer;
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 0, max: 255 }), (place, byte) => {
        const damaged = Buffer.from(alert);
        damaged[place % damaged.length] = byte;
        const facts = scanAlert(damaged);
        // What can be read here can also be delivered as JSON.
        const text = typeof facts === 'string' ? '{}' : new Alert(damaged).text;
        expect(() => JSON.parse(text)).not.toThrow();
      }),
      { numRuns: 2000 },
    );
  });

  it('whatever is readable has valid JSON text', () => {
    fc.assert(
      fc.property(noise, (bytes) => {
        const inside = Buffer.from(bytes);
        const line = Buffer.concat([Buffer.from('{"rule":'), inside, Buffer.from('}')]);
        if (typeof scanAlert(line) === 'string') return;
        expect(Object.keys(new Alert(line).json)).toContain('rule');
      }),
      { numRuns: 2000 },
    );
  });

  it('whatever JSON.parse accepts is not called invalid', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json({ noUnicodeString: false, maxDepth: 5 }),
          noise.map((bytes) => Buffer.from(bytes).toString('utf8')),
        ),
        (text) => {
          try {
            JSON.parse(text);
          } catch {
            return;
          }
          expect(scan(text)).not.toBe('invalid JSON');
        },
      ),
      { numRuns: 800 },
    );
  });
});

describe('objects with unique names', () => {
  const scalar = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 8 }),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
  );
  const value = fc.oneof(
    scalar,
    fc.array(fc.oneof(scalar, fc.array(scalar, { maxLength: 2 })), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('rule', 'id', 'x'), scalar, { maxKeys: 2 }),
  );
  const names = (wanted: string[]) =>
    fc.oneof(
      { weight: 5, arbitrary: fc.constantFrom(...wanted) },
      { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 4 }) },
    );
  const members = <T>(wanted: string[], content: fc.Arbitrary<T>) =>
    fc
      .uniqueArray(fc.tuple(names(wanted), content), {
        selector: ([name]) => asciiLower(name),
        maxLength: 6,
      })
      .map((entries) => Object.fromEntries(entries) as Record<string, unknown>);
  const rule = fc.oneof(value, members(['level', 'LEVEL', 'id', 'Id', 'groups', 'x'], value));
  const document = members(['rule', 'RULE', 'location', 'Location', 'id', 'ID', 'data'], rule);

  /** The same facts, found with JSON.parse. */
  function oracle(text: string): ReturnType<typeof scanAlert> {
    const read = (object: unknown, name: string): unknown => {
      if (!isJsonObject(object)) return undefined;
      return Object.entries(object).find(([key]) => asciiLower(key) === name)?.[1];
    };
    const wordOf = (value: unknown) =>
      typeof value === 'string'
        ? value
        : typeof value === 'number' || typeof value === 'boolean'
          ? JSON.stringify(value)
          : undefined;
    const root: unknown = JSON.parse(text);
    const rule = read(root, 'rule');
    if (rule === undefined) return 'no rule in it';
    const level = read(rule, 'level');
    const id = read(rule, 'id');
    const groups = read(rule, 'groups');
    return {
      level: level === undefined ? undefined : integerOf(level),
      ruleId: typeof id === 'boolean' ? undefined : wordOf(id),
      groups: Array.isArray(groups)
        ? groups.filter((group) => typeof group === 'string')
        : undefined,
      location: wordOf(read(root, 'location')),
      id: wordOf(read(root, 'id')),
    };
  }

  function integerOf(level: unknown): number {
    if (level === true) return 1;
    if (typeof level !== 'number') return 0;
    return Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(level))) + 0;
  }

  it('give the facts that JSON.parse finds', () => {
    fc.assert(
      fc.property(document, fc.constantFrom('', ' ', '\t'), (content, indent) => {
        const text = JSON.stringify(content, undefined, indent);
        expect(scan(text)).toEqual(oracle(text));
      }),
      { numRuns: 3000 },
    );
  });
});

import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Files } from './files.ts';
import { readSettings } from './settings.ts';
import { settingsSchema } from './settings-schema.ts';

const IDS = new Set(['slack', 'slack#2', 'custom-a']);

function read(text: string, ids: ReadonlySet<string> = IDS) {
  const content = { ok: true, bytes: Buffer.from(text), truncated: false, mode: 0o640 } as const;
  const files: Files = { read: () => content };
  const settings = readSettings('integratord.yaml', files);
  return {
    fatal: settings.fatal,
    integrations: Object.fromEntries(settings.integrations),
    messages: settings
      .diagnostics(ids)
      .map(({ severity, line, column, message }) => `${severity} ${line}:${column} ${message}`),
  };
}

describe('readSettings', () => {
  it('reads every setting', () => {
    const { integrations, messages, fatal } = read(`
integrations:
  slack:
    concurrency: 4
    rate_limit: { count: 10, seconds: 60, burst: 3 }
    retry:
      first_seconds: 2
      longest_seconds: 60
      give_up_hours: 1
  "slack#2":
    skip_rules: [5710, 87924]
    quota: { per_minute: 30, per_day: 20000 }
    cache: { found_hours: 48, not_found_hours: 0.5 }
`);
    expect(messages).toEqual([]);
    expect(fatal).toBe(false);
    expect(integrations).toEqual({
      slack: {
        concurrency: 4,
        skipRules: undefined,
        rateLimit: { count: 10, seconds: 60, burst: 3 },
        retry: { firstSeconds: 2, longestSeconds: 60, giveUpHours: 1 },
      },
      'slack#2': {
        concurrency: undefined,
        skipRules: [5710, 87924],
        rateLimit: undefined,
        retry: undefined,
        quota: { perMinute: 30, perDay: 20_000 },
        cache: { foundHours: 48, notFoundHours: 0.5 },
      },
    });
  });

  it('leaves the parts of quota and cache open that are not given', () => {
    const { integrations, messages } = read(`integrations:
  slack: { quota: { per_day: 15 }, cache: { found_hours: 1 } }
  "slack#2": { quota: { per_minute: 0 }, cache: { not_found_hours: 0 } }`);
    expect(integrations).toEqual({
      slack: { quota: { perDay: 15 }, cache: { foundHours: 1 } },
      'slack#2': {},
    });
    expect(messages).toEqual([
      expect.stringContaining('integrations.slack#2.quota.per_minute: '),
      expect.stringContaining('integrations.slack#2.cache.not_found_hours: '),
    ]);
  });

  it('has defaults for parts of a setting', () => {
    const { integrations } = read(`integrations:
  slack: { rate_limit: { count: 0.5, seconds: 1 }, retry: { give_up_hours: 2 } }
  custom-a: { rate_limit: { count: 5, seconds: 1 }, retry: { longest_seconds: 3 } }`);
    expect(integrations).toMatchObject({
      slack: {
        rateLimit: { burst: 1 },
        retry: { firstSeconds: 5, longestSeconds: 900, giveUpHours: 2 },
      },
      'custom-a': {
        rateLimit: { burst: 5 },
        retry: { firstSeconds: 3, longestSeconds: 3, giveUpHours: 24 },
      },
    });
  });

  it.each([
    '',
    '# only a comment\n',
    '---\n',
    'integrations:\n',
    'integrations:\n  slack:\n  #  x: 1\n',
    '\uFEFF{}',
  ])('finds nothing, and nothing wrong, in %j', (text) => {
    const { integrations, messages, fatal } = read(text);
    expect(
      Object.values(integrations).flatMap((settings) => Object.values(settings ?? {})),
    ).toEqual([]);
    expect(messages).toEqual([]);
    expect(fatal).toBe(false);
  });

  it('reports each wrong setting where it stands, and applies the right ones', () => {
    const { integrations, messages, fatal } = read(`integrations:
  slack:
    concurency: 2
    concurrency: many
    skip_rules: [5710, x]
    rate_limit: { count: 0, seconds: 1 }
    retry: { give_up_hours: 2 }
  "slack#2":
    rate_limit:
      count: 1
    concurrency: 2
  custom-a: fast
integration: {}
`);
    expect(fatal).toBe(false);
    expect(integrations).toMatchObject({
      slack: { concurrency: undefined, rateLimit: undefined, retry: { giveUpHours: 2 } },
      'slack#2': { concurrency: 2, rateLimit: undefined },
    });
    expect(Object.keys(integrations)).toEqual(['slack', 'slack#2']);
    expect(messages).toEqual([
      'error 3:5 unknown key "concurency"; did you mean concurrency?',
      expect.stringMatching(
        /^error 4:18 integrations\.slack\.concurrency: must be a number\. How many .* 1 to 100/,
      ),
      expect.stringMatching(/^error 5:24 integrations\.slack\.skip_rules\.1: must be a number/),
      expect.stringMatching(/^error 6:26 integrations\.slack\.rate_limit\.count: .*>0/),
      expect.stringMatching(
        /^error 10:7 integrations\.slack#2\.rate_limit\.seconds: must be a number/,
      ),
      expect.stringMatching(/^error 12:13 integrations\.custom-a: must be a mapping/),
      'error 13:1 unknown key "integration"; did you mean integrations?',
    ]);
  });

  it('lists the keys that are allowed where none is near', () => {
    expect(
      read('integrations: { slack: { rate_limit: { count: 1, seconds: 1, x: 1 } } }').messages,
    ).toEqual(['error 1:62 unknown key "x"; allowed are count, seconds, burst']);
  });

  it('refuses a first wait that is longer than the longest', () => {
    expect(read('integrations: { slack: { retry: { first_seconds: 901 } } }').messages).toEqual([
      expect.stringContaining('first_seconds must not be above longest_seconds'),
    ]);
  });

  it('warns about ids that no block has', () => {
    const text = 'integrations: { slak: { concurrency: 1 }, "slack#2": {} }';
    expect(read(text).messages).toEqual([
      'warning 1:17 no integration has the id "slak"; did you mean slack?',
    ]);
    expect(read(text, new Set()).messages).toEqual([
      'warning 1:17 no integration has the id "slak"; known are: none',
      'warning 1:43 no integration has the id "slack#2"; known are: none',
    ]);
  });

  it.each([
    ['integrations: [', 'this is not valid YAML'],
    ['a: 1\na: 2', 'this is not valid YAML: Map keys must be unique'],
    ['integrations:\n\tslack: 1', 'this is not valid YAML'],
    ['{}\n---\n{}', 'this is not valid YAML'],
    ['['.repeat(5000), 'this is not valid YAML: the nesting is too deep'],
    ['a: *nowhere', 'this YAML cannot be read'],
    ['&a [*a]', 'this YAML cannot be read'],
    ['a: \0\0\0\0', 'this is a binary file'],
  ])('cannot make sense of %j', (text, message) => {
    const { fatal, messages } = read(text);
    expect(fatal).toBe(true);
    expect(messages[0]).toMatch(/^error/);
    expect(messages[0]).toContain(message);
  });

  it.each(['hello', '- a', '42'])('takes no settings from %j', (text) => {
    const { fatal, messages } = read(text);
    expect(fatal).toBe(false);
    expect(messages).toEqual([
      expect.stringMatching(/^error 1:1 the settings file must hold keys/),
    ]);
  });

  it('survives keys that JavaScript gives a meaning', () => {
    const { integrations, messages } = read(
      'integrations: { __proto__: { concurrency: 2 }, constructor: { concurrency: 3 } }',
    );
    expect(Object.hasOwn(integrations, 'slack')).toBe(false);
    expect(integrations['constructor']).toMatchObject({ concurrency: 3 });
    expect(messages.length).toBeGreaterThan(0);
    expect(({} as Record<string, unknown>)['concurrency']).toBeUndefined();
  });

  it('never throws, and everything it says has a place in the file', () => {
    const words =
      'integrations slack concurrency rate_limit skip_rules x 1 -1 { } [ ] # " \' | ~ <<';
    const marks = [
      ': ',
      ':',
      '\n',
      '\n  ',
      '\n    ',
      ', ',
      '- ',
      '&a ',
      '*a',
      '!!int ',
      '? ',
      '🚨',
    ];
    const piece = fc.constantFrom(...words.split(' '), ...marks, '\t');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        const lines = text.split('\n').length;
        for (const message of read(text).messages) {
          const [, line, column] = /^(?:error|warning) (\d+):(\d+) ./.exec(message) ?? [];
          expect(Number(line)).toBeGreaterThanOrEqual(1);
          expect(Number(line)).toBeLessThanOrEqual(lines);
          expect(Number(column)).toBeGreaterThanOrEqual(1);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the settings and their documentation', () => {
  const manual = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');

  it('shows an example that is right', () => {
    const example = /```yaml\n([^]*?)```/.exec(manual)?.[1] ?? '';
    const ids = ['slack', 'slack#2', 'shuffle', 'virustotal'];
    const { integrations, messages } = read(example, new Set(ids));
    expect(messages).toEqual([]);
    expect(Object.keys(integrations)).toEqual(ids);
  });

  /** Name and schema of every key, however deep. */
  function keys(schema: z.core.JSONSchema._JSONSchema): [string, z.core.JSONSchema.BaseSchema][] {
    if (typeof schema === 'boolean') return [];
    const own = Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
      typeof property === 'boolean' ? [] : [[name, property] satisfies [string, unknown]],
    );
    const deeper = own.flatMap(([, property]) => keys(property));
    return [...own, ...deeper, ...keys(schema.additionalProperties ?? false)];
  }

  const all = keys(z.toJSONSchema(settingsSchema));

  it('finds the keys', () => {
    expect(all.map(([name]) => name)).toContain('give_up_hours');
    expect(all.length).toBeGreaterThanOrEqual(11);
  });

  it.each(all)('%s has a description and stands in docs/configuration.md', (name, schema) => {
    expect(schema.description).toMatch(/^[A-Z].*\.$/);
    expect(manual).toContain(`\`${name}\``);
  });
});

import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { configDestinations } from '../../test/support/config-destinations.ts';
import { NO_SETTINGS } from '../core/destination-settings.ts';
import type { Files } from './files.ts';
import { loadConfig } from './load.ts';
import { definitionSchema, narrowingSchema, settingsSchema } from './settings-schema.ts';

const CONF =
  '<ossec_config><integration><name>slack</name><hook_url>http://h/s</hook_url></integration>' +
  '<integration><name>slack</name><hook_url>http://h/s</hook_url></integration>' +
  '<integration><name>custom-a</name></integration>' +
  '<integration><name>virustotal</name><api_key>k</api_key></integration>' +
  '<integration><name>shuffle</name><hook_url>http://h/s</hook_url></integration></ossec_config>';

function read(text: string, conf = CONF) {
  const content = { truncated: false, mode: 0o640 } as const;
  const files: Files = {
    read: (path) => ({
      ...content,
      ok: true,
      bytes: Buffer.from(path === 'ossec.conf' ? conf : text),
    }),
  };
  const loaded = loadConfig({
    configFile: 'ossec.conf',
    settingsFile: 'integratord.yaml',
    env: {},
    destinations: configDestinations(),
    files,
  });
  return {
    fatal: loaded.fatal,
    integrations: Object.fromEntries(
      loaded.integrations.map(({ integration }) => [integration.id, integration.settings]),
    ),
    messages: loaded.diagnostics
      .filter(({ file }) => file === 'integratord.yaml')
      .map(({ severity, line, column, message }) => `${severity} ${line}:${column} ${message}`),
  };
}

describe('readSettings', () => {
  it('reads every setting', () => {
    const { integrations, messages, fatal } = read(`
integrations:
  slack:
    concurrency: 4
    message: original
    rate_limit: { count: 10, seconds: 60, burst: 3 }
    retry:
      first_seconds: 2
      longest_seconds: 60
      give_up_hours: 1
  shuffle:
    skip_rules: [5710, 87924]
  virustotal:
    quota: { per_minute: 30, per_day: 20000 }
    cache: { found_hours: 48, not_found_hours: 0.5 }
    forward: { to: [slack] }
`);
    expect(messages).toEqual([]);
    expect(fatal).toBe(false);
    expect(integrations).toMatchObject({
      slack: {
        concurrency: 4,
        rateLimit: { count: 10, seconds: 60, burst: 3 },
        retry: { firstSeconds: 2, longestSeconds: 60, giveUpHours: 1 },
        own: { message: 'original' },
      },
      'slack#2': {},
      shuffle: { own: { skip_rules: [5710, 87924] } },
      virustotal: {
        own: {
          quota: { per_minute: 30, per_day: 20_000 },
          cache: { found_hours: 48, not_found_hours: 0.5 },
        },
        forward: { to: ['slack'], onlyMalicious: true },
      },
    });
  });

  it('leaves out what is wrong in quota and cache', () => {
    const { integrations, messages } = read(`integrations:
  virustotal: { quota: { per_minute: 0 }, cache: { found_hours: 1 } }`);
    expect(integrations['virustotal']?.own).toEqual({ cache: { found_hours: 1 } });
    expect(messages).toEqual([
      'error 2:38 integrations.virustotal.quota.per_minute: must be at least 1. Look-ups within any 60 seconds, 1 to 6000.',
    ]);
  });

  it.each([
    [
      'slack: { skip_rules: [1] }',
      'skip_rules is not a setting of Slack: only of Shuffle. Remove it',
    ],
    [
      'slack: { quota: { per_day: 1 } }',
      'quota is not a setting of Slack: only of Maltiverse, VirusTotal',
    ],
    [
      'shuffle: { forward: { to: [slack] } }',
      'forward is not a setting of Shuffle: only of Maltiverse, VirusTotal',
    ],
    [
      'virustotal: { message: original }',
      'message is not a setting of VirusTotal: only of PagerDuty, Shuffle, Slack',
    ],
    ['slack: { message: rich }', 'integrations.slack.message: must be original'],
    [
      'virustotal: { forward: { to: [slak] } }',
      'forward goes to "slak", which is not the id of an integration; did you mean slack?',
    ],
    [
      'virustotal: { forward: { to: [virustotal] } }',
      'forward goes to "virustotal", which looks things up itself',
    ],
  ])('refuses what a destination does not have: %s', (entry, message) => {
    const { messages } = read(`integrations: { ${entry} }`);
    expect(messages).toEqual([expect.stringMatching(/^error 1:\d+ /)]);
    expect(messages[0]).toContain(message);
  });

  it('takes the one setting of a schedule that means something for scripts', () => {
    const { integrations, messages } = read(
      'integrations: { custom-a: { retry: { give_up_hours: 2 } } }',
    );
    expect(messages).toEqual([]);
    expect(integrations).toMatchObject({ 'custom-a': { retry: { giveUpHours: 2 } } });
  });

  it('has defaults for parts of a setting', () => {
    const { integrations } = read(`integrations:
  slack: { rate_limit: { count: 0.5, seconds: 1 }, retry: { give_up_hours: 2 } }
  shuffle: { rate_limit: { count: 5, seconds: 1 }, retry: { longest_seconds: 3 } }`);
    expect(integrations).toMatchObject({
      slack: {
        rateLimit: { burst: 1 },
        retry: { firstSeconds: 5, longestSeconds: 900, giveUpHours: 2 },
      },
      shuffle: {
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
      Object.values(integrations).flatMap((settings) =>
        Object.values(settings).filter((value) => value !== undefined),
      ),
    ).toEqual([]);
    expect(messages).toEqual([]);
    expect(fatal).toBe(false);
  });

  it('reports each wrong setting where it stands, and applies the right ones', () => {
    const { integrations, messages, fatal } = read(`integrations:
  slack:
    concurency: 2
    concurrency: many
    message: rich
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
    expect(messages).toEqual([
      'error 3:5 unknown key "concurency"; did you mean concurrency?',
      expect.stringMatching(
        /^error 4:18 integrations\.slack\.concurrency: must be a number\. How many .* 1 to 100/,
      ),
      expect.stringMatching(/^error 5:14 integrations\.slack\.message: must be original/),
      expect.stringMatching(
        /^error 6:26 integrations\.slack\.rate_limit\.count: must be more than 0/,
      ),
      expect.stringMatching(/^error 10:7 integrations\.slack#2\.rate_limit\.seconds: is missing/),
      expect.stringMatching(/^error 12:13 integrations\.custom-a: must be a mapping/),
      'error 13:1 unknown key "integration"; did you mean integrations?',
    ]);
  });

  it('lists the keys that are allowed where none is near', () => {
    expect(
      read('integrations: { slack: { rate_limit: { count: 1, seconds: 1, x: 1 } } }').messages,
    ).toEqual(['error 1:62 unknown key "x"; allowed are count, seconds, burst']);
  });

  it('lists the keys that an item of a list may have', () => {
    const tests = 'tests: [{ alert: { rule: {} }, goes_to: [slack]';
    expect(read(`${tests}, goes_too: [slack] }]`).messages).toEqual([
      'error 1:50 unknown key "goes_too"; did you mean goes_to?',
    ]);
    expect(read(`${tests}, x: 1 }]`).messages).toEqual([
      'error 1:50 unknown key "x"; allowed are alert, at, goes_to, not_to, because',
    ]);
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
    expect(read(text, '<ossec_config></ossec_config>').messages).toEqual([
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
      expect.stringMatching(/^error 1:1 the settings file must be a mapping/),
    ]);
  });

  it('survives keys that JavaScript gives a meaning', () => {
    const { messages } = read(
      'integrations: { __proto__: { concurrency: 2 }, constructor: { concurrency: 3 } }',
    );
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
    expect(example).toContain('slack#2');
    expect(read(example).messages).toEqual([]);
  });

  /** Name and schema of every key, however deep. */
  function keys(schema: z.core.JSONSchema._JSONSchema): [string, z.core.JSONSchema.BaseSchema][] {
    if (typeof schema === 'boolean') return [];
    const own = Object.entries(schema.properties ?? {}).flatMap(([name, property]) =>
      typeof property === 'boolean' ? [] : [[name, property] satisfies [string, unknown]],
    );
    const deeper = own.flatMap(([, property]) => keys(property));
    const parts = [...(schema.allOf ?? []), schema.items ?? false].flat();
    return [
      ...own,
      ...deeper,
      ...parts.flatMap(keys),
      ...keys(schema.additionalProperties ?? false),
    ];
  }

  // What only one destination has stands in its own page, which is generated.
  const general = [{ name: 'x', title: 'X', settings: NO_SETTINGS, enriches: true }];
  const schemas = [
    settingsSchema,
    ...general.flatMap((one) => [narrowingSchema(one), definitionSchema(one)]),
  ];
  const all = schemas.flatMap((schema) => keys(z.toJSONSchema(schema, { io: 'input' })));
  const names = [...new Map(all)];

  it('finds the keys', () => {
    expect(all.map(([name]) => name)).toContain('give_up_hours');
    expect(all.length).toBeGreaterThanOrEqual(11);
  });

  it.each(names)('%s has a description and stands in docs/configuration.md', (name, schema) => {
    expect(schema.description).toMatch(/^[A-Z].*\.$/);
    expect(manual).toContain(`\`${name}\``);
  });
});

import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configDestinations } from '../../test/support/config-destinations.ts';
import { BLOCK_OPTIONS } from './block-values.ts';
import type { Files } from './files.ts';
import { loadConfig } from './load.ts';

const destinations = configDestinations();

/** Loads one block, which begins at line 1, column 15. */
function load(block: string, env: Record<string, string> = {}) {
  const conf = `<ossec_config><integration>${block}</integration></ossec_config>`;
  const content = { ok: true, bytes: Buffer.from(conf), truncated: false, mode: 0o640 } as const;
  const files: Files = { read: () => content };
  const loaded = loadConfig({
    configFile: 'ossec.conf',
    settingsFile: undefined,
    env,
    destinations,
    files,
  });
  return { ...loaded, conf, entry: loaded.integrations[0] };
}

/** The warnings about a block that is read without errors. */
function warnings(block: string): string[] {
  const { diagnostics, entry } = load(block);
  expect(entry).toBeDefined();
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return diagnostics.map(({ message }) => message);
}

const CUSTOM = '<name>custom-a</name>';

describe('an <integration> block', () => {
  it('has defaults', () => {
    const { entry, diagnostics, secrets } = load(CUSTOM);
    expect(diagnostics).toEqual([]);
    expect(secrets).toEqual([]);
    expect(entry).toMatchObject({ unusable: undefined });
    expect(entry?.integration).toEqual({
      id: 'custom-a',
      name: 'custom-a',
      hookUrl: undefined,
      apiKey: undefined,
      level: 0,
      ruleIds: undefined,
      group: undefined,
      eventLocation: undefined,
      maxLog: 165,
      alertFormat: undefined,
      options: undefined,
      optionsText: undefined,
      timeout: 10,
      timeoutIsSet: false,
      retries: 3,
      retriesAreSet: false,
      settings: {},
      source: { file: 'ossec.conf', line: 1, column: 15 },
    });
  });

  it('takes all twelve options, in any order', () => {
    const { entry, diagnostics, secrets } = load(
      '<retries>5</retries><timeout>30</timeout><options>{"a":{"b":1}}</options>' +
        '<alert_format>json</alert_format><max_log>1024</max_log>' +
        '<event_location>^/var|!x$</event_location><group>a,b</group><rule_id>1,2</rule_id>' +
        '<rule_id>3</rule_id><level>7</level><api_key>the-key</api_key>' +
        '<hook_url>https://h/?a=1&amp;b=2</hook_url><name>custom-a</name>',
    );
    expect(diagnostics).toEqual([]);
    expect(entry?.integration).toMatchObject({
      level: 7,
      ruleIds: [1, 2, 3],
      group: 'a,b',
      eventLocation: '^/var|!x$',
      maxLog: 1024,
      alertFormat: 'json',
      options: { a: { b: 1 } },
      timeout: 30,
      timeoutIsSet: true,
      retries: 5,
      retriesAreSet: true,
    });
    expect(entry?.integration.hookUrl?.reveal()).toBe('https://h/?a=1&b=2');
    expect(entry?.integration.apiKey?.reveal()).toBe('the-key');
    expect(entry?.integration.optionsText?.reveal()).toBe('{"a":{"b":1}}');
    expect(entry?.getconfig()).toMatchObject({ location: ['/var', '!x'], api_key: 'the-key' });
    expect(secrets).toEqual(['https://h/?a=1&b=2', 'the-key']);
  });

  it('leaves <var> to the reference', () => {
    expect(warnings(`<var name="x">1</var>${CUSTOM}`)).toEqual([]);
    expect(load('<var name="x">1</var>').diagnostics).toMatchObject([{ severity: 'error' }]);
  });

  it.each([
    ['level', 'x'],
    ['level', '-1'],
    ['level', '1.5'],
    ['level', '3 4'],
    ['max_log', '164'],
    ['max_log', '1025'],
    ['max_log', ''],
    ['max_log', 'all'],
    ['timeout', '10s'],
    ['retries', '+3'],
    ['group', 'x'.repeat(20_480)],
    ['colour', 'red'],
    ['Name', 'x'],
  ])('is refused for a <%s> of %j', (option, value) => {
    const { integrations, diagnostics, fatal } = load(`${CUSTOM}<${option}>${value}</${option}>`);
    expect(integrations).toEqual([]);
    expect(fatal).toBe(false);
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    expect(errors).toHaveLength(1);
    expect(errors[0]?.message).toContain(option);
  });

  it.each([
    ['level', '', 0],
    ['level', '007', 7],
    ['level', ' 3\n', 3],
    ['level', '99999999999', 2_147_483_647],
    ['timeout', '0', 0],
    ['retries', '', 0],
    ['max_log', '\t200 ', 200],
  ])('takes a <%s> of %j', (option, value, number) => {
    const { entry } = load(`${CUSTOM}<${option}>${value}</${option}>`);
    expect(entry?.getconfig()[option]).toBe(number);
  });
});

describe('docs/configuration.md', () => {
  const manual = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');

  it.each(BLOCK_OPTIONS)('explains %s', (option) => {
    expect(manual).toMatch(new RegExp(`^\\| \`${option}\` \\|`, 'm'));
  });
});

describe('warnings about a block', () => {
  it.each([
    // numbers
    ['<level>17</level>', ['no alert has a level of 17']],
    ['<level>16</level>', []],
    ['<level></level>', ['<level> is empty, which counts as 0']],
    ['<level> 3</level>', ['whitespace around the number in <level>']],
    ['<timeout>0</timeout>', ['a <timeout> of 0 leaves no time']],
    ['<retries>99999999999</retries>', ['<retries> is larger than 2147483647']],
    ['<level>3</level><level>9</level>', ['<level> is given again at line 1, column 72']],
    // rule_id
    ['<rule_id>5710,5712</rule_id>', []],
    ['<rule_id> 5710 , 5712 ,, </rule_id>', []],
    ['<rule_id>abc</rule_id>', ['no rule id can be read from "abc": without this filter']],
    ['<rule_id></rule_id>', ['no rule id can be read from "": without this filter']],
    ['<rule_id>\n5710</rule_id>', ['no rule id can be read from "\\n5710": without this filter']],
    [
      '<rule_id>1</rule_id><rule_id>x</rule_id>',
      ['no rule id can be read from "x": it is ignored'],
    ],
    ['<rule_id>5710;5712</rule_id>', ['<rule_id> is read as 5710; ignored: ";5712"']],
    ['<rule_id>5710 5712</rule_id>', ['<rule_id> is read as 5710; ignored: " 5712"']],
    ['<rule_id>5710,\n5712</rule_id>', ['<rule_id> is read as 5710; ignored: "\\n5712"']],
    ['<rule_id>0,5710</rule_id>', ['contains a number that is not a rule id']],
    [
      '<rule_id>0</rule_id>',
      ['contains a number that is not a rule id', 'lists no rule, so nothing'],
    ],
    // group
    ['<group>syscheck,sshd,</group>', []],
    ['<group></group>', ['names no group, so nothing will be sent']],
    ['<group>,</group>', ['names no group, so nothing will be sent']],
    ['<group>a, b ,c</group>', ['so " b " never matches']],
    ['<group>a|b</group>', ['| does not separate groups']],
    ['<group>a,|b,</group>', []],
    ['<group>a,|b</group>', ['a pattern of Wazuh 2']],
    ['<group>!a</group>', ['have no meaning in a list of groups']],
    ['<event_location>(web-01) any-></event_location>', ['set location_dialect: full']],
    ['<group>pci_dss_10.2.4</group>', ['does not list "pci_dss_10.2.4"']],
    // event_location
    ['<event_location>^/var/log|auth.log$</event_location>', []],
    ['<event_location>C:\\inetpub\\wwwroot</event_location>', []],
    ['<event_location></event_location>', ['everything matches']],
    ['<event_location>!a|</event_location>', ['nothing matches']],
    ['<event_location>^</event_location>', ['everything matches']],
    ['<event_location>журнал</event_location>', ['never finds that part']],
    ['<event_location>^журнал</event_location>', []],
    ['<event_location>/var/log/*.log</event_location>', ['not a regular expression']],
    // alert_format
    ['<alert_format>json</alert_format>', []],
    ['<alert_format>text</alert_format>', []],
    ['<alert_format>xml</alert_format>', ['"xml" means the text format']],
    ['<alert_format> json</alert_format>', ['" json" means the text format']],
    ['<alert_format>jsonl</alert_format>', ['"jsonl" is read as json']],
    // options
    ['<options>{"a":1}</options>', []],
    ['<options></options>', ['<options> is empty, not a JSON object']],
    ['<options>["a"]</options>', ['must be a JSON object']],
    ['<options>a</options>', ['must begin with {']],
    ['<options>null</options>', ['must be a JSON object']],
    ['<options>{"a":1</options>', ['must end with }']],
    ["<options>{'a':1}</options>", ['double quotes']],
    ['<options>{"a":1,}</options>', ['a comma before']],
    ['<options>{"a":x}</options>', ['<options> is not valid JSON']],
    ['<options><a>1</a></options>', ['takes text only', '<options> is empty']],
    // address and key
    ['<hook_url></hook_url><api_key></api_key>', []],
    ['<api_key>a key</api_key>', ['<hook_url> as argument 4 rather than 3']],
    ['<api_key>a\\ key</api_key>', []],
    [
      '<hook_url> https://h/</hook_url>',
      ['whitespace around the value of <hook_url>', 'the options file as argument 6 rather than 5'],
    ],
    ['<api_key>key\n</api_key>', ['whitespace around the value of <api_key>']],
    ['<hook_url>http://x/&lt;id&gt;</hook_url>', ['is not decoded: only &amp; is']],
    ['<hook_url>no-address</hook_url>', []],
    // form
    ['level: 3', ['this text is ignored: "level: 3"']],
    ['<group enabled="no">a</group>', ['attributes of <group> have no effect']],
    ['<group>${env:GROUP}</group>', ['are not replaced in <group>']],
  ])('%s', (options, expected) => {
    const found = warnings(CUSTOM + options);
    expect(found).toEqual(expected.map((part) => expect.stringContaining(part)));
  });

  it('gives the location of the value, not of the block', () => {
    const { diagnostics } = load(`${CUSTOM}\n<level>\n  17</level>`);
    expect(diagnostics).toMatchObject([
      { line: 3, column: 3 },
      { line: 3, column: 3 },
    ]);
  });
});

describe('whether an integration can run', () => {
  it.each([
    ['<name>slack</name><hook_url>https://h/</hook_url>', undefined],
    ['<name> slack </name><hook_url>https://h/</hook_url>', undefined],
    ['<name>slack</name><hook_url> http://h/ </hook_url>', undefined],
    ['<name>slack</name>', 'slack needs <hook_url>'],
    ['<name>slack</name><hook_url></hook_url>', 'slack needs <hook_url>, which is empty'],
    ['<name>slack</name><hook_url> \n</hook_url>', 'slack needs <hook_url>, which is empty'],
    [
      '<name>slack</name><hook_url>h.example/x</hook_url>',
      '<hook_url> must be an address that begins with',
    ],
    [
      '<name>slack</name><hook_url>ftp://h/x</hook_url>',
      '<hook_url> must be an address that begins with',
    ],
    ['<name>pagerduty</name>', 'pagerduty needs <api_key>'],
    ['<name>pagerduty</name><api_key>k</api_key>', undefined],
    ['<name>pagerduty</name><api_key>k</api_key><hook_url></hook_url>', undefined],
    ['<name>pagerduty</name><api_key>k</api_key><hook_url>x</hook_url>', '<hook_url> must be'],
    ['<name>maltiverse</name><hook_url>https://h/</hook_url>', 'maltiverse needs <api_key>'],
    ['<name>custom-x</name>', undefined],
    ['<name>custom-x\n</name>', undefined],
    ['<name>custom-../slack</name>', 'cannot be the name of a script'],
    ['<name>custom-a\nb</name>', 'cannot be the name of a script'],
    ['<name>Slack</name>', 'no integration is called "Slack"; did you mean slack?'],
    [
      '<name>telegram</name>',
      'there are maltiverse, pagerduty, shuffle, slack, virustotal, and custom-…',
    ],
    ['<name></name>', 'its <name> is empty'],
  ])('%s', (block, reason) => {
    const { entry, diagnostics } = load(block);
    expect(entry?.unusable === undefined).toBe(reason === undefined);
    const said = diagnostics.some(({ message }) =>
      message.startsWith('this integration cannot run'),
    );
    expect(said).toBe(reason !== undefined);
    expect(entry?.unusable?.reason ?? '').toContain(reason ?? '');
  });

  it('warns when a built-in has a format other than JSON', () => {
    const slack = '<name>slack</name><hook_url>https://h/</hook_url>';
    expect(warnings(slack)).toEqual([]);
    expect(warnings(`${slack}<alert_format>text</alert_format>`)).toEqual([
      expect.stringContaining('this integration uses only JSON'),
    ]);
  });
});

describe('secrets', () => {
  const hole = fc.constantFrom('hook_url', 'api_key', 'options');
  const around = fc.constantFrom('', ' ', '\n', '<', '< ', '<!', '&', '&lt;', '"', '\\', '${env:');
  const name = fc.constantFrom('slack', 'custom-a', 'nobody', ' slack');

  it('appear in no message, whatever is wrong around them', () => {
    fc.assert(
      fc.property(name, hole, around, around, hole, (kind, option, before, after, closed) => {
        const value = `${before}s3cr3t${after}`;
        const { diagnostics } = load(`<name>${kind}</name><${option}>${value}</${closed}>`);
        for (const { message } of diagnostics) expect(message).not.toContain('s3cr3t');
      }),
      { numRuns: 2000 },
    );
  });

  it('are listed also when their block is left out, and without whitespace', () => {
    const { secrets, integrations } = load(
      `${CUSTOM}<level>x</level><api_key> k3y </api_key><hook_url> </hook_url>`,
    );
    expect(integrations).toEqual([]);
    expect(secrets).toEqual([' k3y ', 'k3y']);
  });
});

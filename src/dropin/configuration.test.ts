import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configDestinations } from '../../test/support/config-destinations.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { vectors } from '../../test/support/vectors.ts';
import { BLOCK_OPTIONS } from '../config/block-values.ts';
import { loadConfig } from '../config/load.ts';
import { validate } from './configuration.ts';

interface Row {
  readonly case: string;
  readonly conf: string;
  readonly check_exit: 0 | 1;
  readonly check_output: readonly string[];
}

const rows = vectors<Row>('config.jsonl');
/** Refused by the reference for the weakness of its reader alone (the vectors' README, 5). */
const READ_HERE = ['whitespace_value', 'cdata', 'options_lt', 'space_in_tag'];

function judged(conf: string) {
  const path = join(tempDir(), 'ossec.conf');
  writeFileSync(path, conf);
  return validate(path);
}

const lines = (conf: string) => {
  return judged(conf).complaints.map(({ level, text }) => `wazuh-integratord: ${level}: ${text}`);
};
const block = (content: string) =>
  `<ossec_config><integration>${content}</integration></ossec_config>`;

describe('what the original would say of a configuration', () => {
  it('has as many cases as expected', () => {
    expect(rows).toHaveLength(53);
    expect(rows.filter(({ check_exit: code }) => code === 1)).toHaveLength(14);
    const cases = rows.map((row) => row.case);
    expect(READ_HERE.filter((name) => !cases.includes(name))).toEqual([]);
  });

  it.each(rows.filter((row) => READ_HERE.includes(row.case)))('$case is read here', ({ conf }) => {
    expect(lines(conf)).toEqual([]);
  });

  const judgedAlike = rows.filter((row) => !READ_HERE.includes(row.case));
  it.each(judgedAlike)('$case', ({ conf, check_output: output }) => {
    // The words of a fault in the syntax are ours, and the vectors have none.
    const words = /(?<='etc\/ossec\.conf': )XMLERR: .+\. \(line \d+\)\.$/;
    expect(lines(conf).map((line) => line.replace(words, ' (line 0).'))).toEqual(output);
  });

  it('names the line of broken syntax', () => {
    expect(lines('<ossec_config>\n<global>\n')[0]).toContain(' (line 2).');
  });

  it('says that there is no file, and no more', () => {
    expect(validate(join(tempDir(), 'none')).complaints).toEqual([
      {
        level: 'ERROR',
        text: "(1226): Error reading XML file 'etc/ossec.conf': XMLERR: File 'etc/ossec.conf' not found. (line 0).",
      },
    ]);
    expect(validate(tempDir()).complaints[0]?.text).toContain('is a directory');
  });

  it.each([
    ['the first fault of many', '<name>x</name><level>a</level><b/>', 1235],
    ['in the order of the lines', '<b/><level>a</level>', 1230],
    ['a name comes last', '<level>a</level>', 1235],
    ['an empty max_log', '<name>x</name><max_log></max_log>', 1235],
    ['a negative timeout', '<name>x</name><timeout>-1</timeout>', 1235],
    ['a fraction of retries', '<name>x</name><retries>1.5</retries>', 1235],
    [
      'a timeout that is given again',
      '<name>x</name><timeout>x</timeout><timeout>1</timeout>',
      1235,
    ],
    [
      'a max_log that is given again',
      '<name>x</name><max_log>1</max_log><max_log>165</max_log>',
      1235,
    ],
    ['only a variable in it', '<var name="X">1</var>', 1230],
  ])('%s', (_, content, code) => {
    expect(lines(block(content)).map((line) => /\((\d+)\)/.exec(line)?.[1])).toEqual([
      String(code),
      '1202',
      '1202',
    ]);
  });

  it.each([
    ['an empty level', block('<name>x</name><level></level>')],
    ['a variable', block('<var name="X">1</var><name>x</name>')],
    ['sections of other programs, whatever they are', '<ossec_config><colour/></ossec_config>'],
    ['text around it', `hello ${block('<name>x</name>')} bye`],
    ['a variable as a root', `<var name="X">1</var>${block('<name>x</name>')}`],
  ])('accepts %s', (_, conf) => {
    expect(judged(conf).complaints).toEqual([]);
  });

  it('refuses exactly what our own reader has errors about', () => {
    const path = join(tempDir(), 'ossec.conf');
    const values = fc.constantFrom('', '3', ' 3 ', '165', '-1', 'x', '1024', '9999', 'custom-a');
    const names = fc.constantFrom(...BLOCK_OPTIONS, 'var', 'colour', 'integration');
    const element = fc.tuple(names, values).map(([name, value]) => `<${name}>${value}</${name}>`);
    const blocks = fc
      .array(fc.array(element, { maxLength: 6, size: 'max' }), { maxLength: 3 })
      .map((lists) => lists.map((list) => `<integration>${list.join('')}</integration>`).join(''));
    const root = fc.constantFrom('ossec_config', 'ossec_config', 'ossec_config', 'config', 'var');
    fc.assert(
      fc.property(fc.array(fc.tuple(root, blocks), { maxLength: 2 }), (roots) => {
        const conf = roots.map(([name, content]) => `<${name}>${content}</${name}>`).join('');
        writeFileSync(path, conf);
        const { diagnostics } = loadConfig({
          configFile: path,
          settingsFile: undefined,
          env: {},
          destinations: configDestinations(),
        });
        const isWrong = diagnostics.some(({ severity }) => severity === 'error');
        expect(validate(path).complaints.length > 0).toBe(isWrong);
      }),
      { numRuns: 1000 },
    );
  });

  it('counts the blocks', () => {
    expect(judged('').blocks).toBe(0);
    expect(judged('<ossec_config><global/></ossec_config>').blocks).toBe(0);
    expect(judged(block('<name>x</name>').repeat(3)).blocks).toBe(3);
  });

  it('never says a part of a key', () => {
    const conf = block('<name>slack</name><hook_url>https://h/<T0KEN></hook_url>');
    expect(lines(conf).join()).not.toContain('T0KEN');
    expect(lines(conf)).toHaveLength(1);
  });

  it('accepts the filters’ configuration', () => {
    const conf = new URL('../../test/fixtures/conformance/filters/ossec.conf', import.meta.url);
    expect(validate(fileURLToPath(conf))).toMatchObject({ complaints: [], blocks: 80 });
    expect(readFileSync(conf).length).toBeGreaterThan(1000);
  });
});

describe('the log files that a configuration asks for', () => {
  const formats = (value: string) =>
    judged(`<ossec_config><logging><log_format>${value}</log_format></logging></ossec_config>`);

  it.each([
    ['plain', { plain: true, json: false }],
    ['json', { plain: false, json: true }],
    ['plain,json', { plain: true, json: true }],
    [' json , plain ', { plain: true, json: true }],
    ['both', { plain: true, json: true }],
  ])('%j', (value, expected) => {
    expect(formats(value)).toEqual({ complaints: [], formats: expected, blocks: 0 });
  });

  it.each(['xml', '', 'plain;json', 'JSON'])('%j is refused', (value) => {
    const { complaints } = formats(value);
    const text = `(1235): Invalid value for element 'log_format': ${value}.`;
    expect(complaints).toEqual([{ level: 'ERROR', text }]);
  });

  it('is plain by default, and the first one counts', () => {
    expect(judged('').formats).toEqual({ plain: true, json: false });
    const twice = '<logging><log_format>json</log_format><log_format>plain</log_format></logging>';
    expect(judged(`<ossec_config>${twice}</ossec_config>`).formats.json).toBe(true);
  });
});

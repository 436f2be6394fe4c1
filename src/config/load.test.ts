import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configDestinations } from '../../test/support/config-destinations.ts';
import type { FileContent, Files } from './files.ts';
import { loadConfig } from './load.ts';

const destinations = configDestinations();

/** Loads from texts instead of files; undefined stands for a file that is missing. */
function load(conf: string | Buffer, yaml?: string) {
  const files: Files = {
    read: (path): FileContent => {
      const bytes = Buffer.from(path === 'ossec.conf' ? conf : (yaml ?? ''));
      return { ok: true, bytes, truncated: false, mode: 0o640 };
    },
  };
  const settingsFile = yaml === undefined ? undefined : 'integratord.yaml';
  return loadConfig({ configFile: 'ossec.conf', settingsFile, env: {}, destinations, files });
}

function inRoot(...blocks: string[]): string {
  const integrations = blocks.map((block) => `<integration>${block}</integration>`);
  return `<ossec_config>\n${integrations.join('\n')}\n</ossec_config>\n`;
}

function summary({ integrations, diagnostics }: ReturnType<typeof load>) {
  return {
    ids: integrations.map(({ integration }) => integration.id),
    messages: diagnostics.map(
      ({ file, severity, line, column, message }) =>
        `${file}:${line}:${column} ${severity} ${message}`,
    ),
  };
}

it('tells blank files, which mean a mistake on a reload', () => {
  const blank = (conf: string, yaml?: string) => load(conf, yaml).blank.map(({ file }) => file);
  expect(blank('<ossec_config></ossec_config>', 'outbox:')).toEqual([]);
  expect(blank('<ossec_config/>', '# nothing yet')).toEqual([]);
  expect(blank('<!-- nothing yet -->')).toEqual(['ossec.conf']);
  expect(blank('{"of another": "kind"}')).toEqual(['ossec.conf']);
  expect(blank('')).toEqual(['ossec.conf']);
  expect(blank(' \n\t\r\n', '\n')).toEqual(['ossec.conf', 'integratord.yaml']);
  expect(load('').diagnostics).toEqual([]);
});

describe('loadConfig on files', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'integratord-config-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  function loadFile(name: string, settings?: string) {
    const configFile = join(directory, name);
    const settingsFile = settings === undefined ? undefined : join(directory, settings);
    return loadConfig({ configFile, settingsFile, env: {}, destinations });
  }

  it('reads a file', () => {
    writeFileSync(join(directory, 'ossec.conf'), `\uFEFF${inRoot('<name>custom-a</name>')}`);
    const { integrations, diagnostics, fatal } = loadFile('ossec.conf');
    expect(diagnostics).toEqual([]);
    expect(fatal).toBe(false);
    expect(integrations[0]?.integration.source).toEqual({
      file: join(directory, 'ossec.conf'),
      line: 2,
      column: 1,
    });
  });

  it.each([
    ['', 0],
    ['\n', 0],
    ['<ossec_config/>', 0],
    ['# not this kind of file\n', 1],
  ])('finds no integrations, and no error, in %j', (text, warnings) => {
    writeFileSync(join(directory, 'ossec.conf'), text);
    const { integrations, diagnostics, fatal } = loadFile('ossec.conf');
    expect(integrations).toEqual([]);
    expect(diagnostics.map(({ severity }) => severity)).toEqual(Array(warnings).fill('warning'));
    expect(fatal).toBe(false);
  });

  it('does not wait for a pipe, which may never be written to', () => {
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    writeFileSync(join(directory, 'ossec.conf'), '<ossec_config/>');
    const message = 'this file is not a regular file';
    for (const loaded of [loadFile('pipe'), loadFile('ossec.conf', 'pipe')]) {
      expect(loaded).toMatchObject({ fatal: true, diagnostics: [{ file: pipe, message }] });
    }
  });

  it.each([
    ['missing.conf', undefined, 'this file does not exist'],
    ['directory', undefined, 'this file is a directory, not a file'],
    ['file/ossec.conf', undefined, 'this file does not exist'],
    [
      'binary',
      Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0, 0, 0]),
      'this is a binary file',
    ],
    [
      'random',
      Buffer.from(Array.from({ length: 9000 }, (_, at) => (at * at * 31 + at) % 251)),
      'this is a binary file',
    ],
    ['utf16', Buffer.from('\uFEFF<ossec_config>', 'utf16le'), 'saved as UTF-16'],
    ['utf16-unmarked', Buffer.from('<ossec_config>', 'utf16le'), 'saved as UTF-16'],
    ['broken', Buffer.from('<ossec_config>'), '<ossec_config> is opened here and not closed'],
  ])('must not start from %s', (name, bytes, message) => {
    mkdirSync(join(directory, 'directory'));
    writeFileSync(join(directory, 'file'), '');
    if (bytes !== undefined) writeFileSync(join(directory, name), bytes);
    const { integrations, diagnostics, fatal } = loadFile(name);
    expect(fatal).toBe(true);
    expect(integrations).toEqual([]);
    expect(diagnostics).toEqual([
      {
        severity: 'error',
        file: join(directory, name),
        line: 1,
        column: 1,
        message: expect.stringContaining(message),
      },
    ]);
  });

  it('must not start from a file that its user may not read', () => {
    const files: Files = {
      read: () => ({ ok: false, reason: 'forbidden', message: 'cannot be read: no permission' }),
    };
    const sources = {
      configFile: 'ossec.conf',
      settingsFile: undefined,
      env: {},
      destinations,
      files,
    };
    expect(loadConfig(sources)).toMatchObject({
      fatal: true,
      diagnostics: [{ message: 'this file cannot be read: no permission' }],
    });
  });

  it('must not start from a file of absurd length', () => {
    const files: Files = {
      read: () => ({ ok: true, bytes: Buffer.from('<a/>'), truncated: true, mode: 0o640 }),
    };
    const sources = {
      configFile: 'ossec.conf',
      settingsFile: undefined,
      env: {},
      destinations,
      files,
    };
    expect(loadConfig(sources)).toMatchObject({
      fatal: true,
      diagnostics: [{ message: expect.stringMatching(/^this file is longer than \d+ bytes/) }],
    });
  });

  it('continues without a settings file that is missing, with a warning', () => {
    writeFileSync(join(directory, 'ossec.conf'), inRoot('<name>custom-a</name>'));
    const { integrations, diagnostics, fatal } = loadFile('ossec.conf', 'missing.yaml');
    expect(fatal).toBe(false);
    expect(integrations).toHaveLength(1);
    expect(diagnostics).toMatchObject([
      { severity: 'warning', file: join(directory, 'missing.yaml'), line: 1, column: 1 },
    ]);
  });

  it('must not start with a settings file that cannot be read', () => {
    writeFileSync(join(directory, 'ossec.conf'), inRoot('<name>custom-a</name>'));
    mkdirSync(join(directory, 'settings.yaml'));
    expect(loadFile('ossec.conf', 'settings.yaml')).toMatchObject({
      fatal: true,
      diagnostics: [{ severity: 'error', message: 'this file is a directory, not a file' }],
    });
  });
});

describe('loadConfig', () => {
  it('gives later blocks of one name a number', () => {
    const name = '<name>custom-a</name>';
    expect(summary(load(inRoot(name, '<name>custom-b</name>', name, name))).ids).toEqual([
      'custom-a',
      'custom-b',
      'custom-a#2',
      'custom-a#3',
    ]);
  });

  it('counts names without the whitespace around them, and keeps it in the name', () => {
    const { integrations } = load(inRoot('<name>slack</name>', '<name> slack\n</name>'));
    expect(integrations.map(({ integration }) => [integration.id, integration.name])).toEqual([
      ['slack', 'slack'],
      ['slack#2', ' slack\n'],
    ]);
  });

  it('never gives an id twice, whatever the names are', () => {
    const blocks = ['custom-a#2', 'custom-a', 'custom-a', '', ' ', 'unnamed'];
    const { ids } = summary(load(inRoot(...blocks.map((name) => `<name>${name}</name>`))));
    expect(ids).toEqual([
      'custom-a#2',
      'custom-a',
      'custom-a#3',
      'unnamed',
      'unnamed#2',
      'unnamed#3',
    ]);
  });

  it('leaves out a broken block without renaming those after it', () => {
    const { ids, messages } = summary(
      load(
        inRoot(
          '<name>custom-a</name><level>high</level>',
          '<name>custom-a</name>',
          '<level>3</level>',
          '',
          '<name>custom-b</name><max_log>164</max_log>',
          '<name>custom-c</name><nmae>x</nmae>',
          '<name>custom-d</name>',
        ),
      ),
    );
    expect(ids).toEqual(['custom-a#2', 'custom-d']);
    expect(messages).toEqual([
      'ossec.conf:2:42 error <level> must be a level from 0 to 16, digits only, not "high"',
      'ossec.conf:4:1 error this <integration> has no <name>',
      'ossec.conf:5:1 error this <integration> is empty: give it at least a <name>',
      'ossec.conf:6:44 error <max_log> must be a number from 165 to 1024, not 164',
      'ossec.conf:7:35 error unknown option "nmae" in <integration>; did you mean name?',
    ]);
  });

  it('skips foreign sections unread', () => {
    const foreign =
      '<global><name>x</name><level>y</level></global><var name="X">1</var><syscheck a="b"/>';
    const { integrations, diagnostics } = load(
      `<ossec_config>${foreign}<integration><name>custom-a</name></integration></ossec_config>`,
    );
    expect(integrations).toHaveLength(1);
    expect(diagnostics).toEqual([]);
  });

  it.each([
    ['<integration><name>custom-a</name></integration>', /<integration> must be inside/],
    ['<wazuh_config></wazuh_config>', /configuration of Wazuh 5/],
    ['<OSSEC_CONFIG></OSSEC_CONFIG>', /did you mean ossec_config\?/],
    [
      '<agent_config></agent_config>',
      /the root element must be <ossec_config>, not "agent_config"/,
    ],
  ])('refuses the root %s but reads the others', (root, pattern) => {
    const { ids, messages } = summary(load(`${root}\n${inRoot('<name>custom-b</name>')}`));
    expect(ids).toEqual(['custom-b']);
    expect(messages).toEqual([expect.stringMatching(pattern)]);
    expect(messages[0]).toMatch(/^ossec\.conf:1:1 error/);
  });

  it('finds an <integration> whose predecessor was not closed', () => {
    const { messages } = summary(
      load(
        '<ossec_config>\n<integration><name>custom-a</name>\n<integration></integration></integration>\n</ossec_config>',
      ),
    );
    expect(messages).toEqual([
      expect.stringMatching(
        /^ossec\.conf:3:1 error <integration> inside the <integration> of line 2/,
      ),
    ]);
  });

  it('reads what is saved as Latin-1, and says so', () => {
    const { ids, messages } = summary(load(Buffer.from(inRoot('<name>custom-ü</name>'), 'latin1')));
    expect(ids).toEqual(['custom-\uFFFD']);
    expect(messages).toEqual([expect.stringMatching(/^ossec\.conf:2:27 warning .* not UTF-8/)]);
  });

  it('applies the settings of an id, and warns of ids that there are not', () => {
    const { integrations, diagnostics } = load(
      inRoot(
        '<name>custom-a</name>',
        '<name>custom-b</name>',
        '<name>custom-c</name><level>x</level>',
      ),
      'integrations:\n  custom-a: { concurrency: 3 }\n  custom-bb: { concurrency: 4 }\n  custom-c: { concurrency: 5 }\n',
    );
    expect(integrations.map(({ integration }) => integration.settings.concurrency)).toEqual([
      3,
      undefined,
    ]);
    expect(diagnostics.map(({ file, line, column }) => [file, line, column])).toEqual([
      ['ossec.conf', 4, 42],
      ['integratord.yaml', 3, 3],
    ]);
    expect(diagnostics[1]?.message).toBe(
      'no integration has the id "custom-bb"; did you mean custom-b?',
    );
  });

  it('says nothing about the ids of settings while the blocks are unknown', () => {
    const { diagnostics, fatal } = load(
      '<ossec_config>',
      'integrations: { slack: { concurrency: 1 } }',
    );
    expect(fatal).toBe(true);
    expect(diagnostics).toHaveLength(1);
  });

  it('shows so many errors and no more', () => {
    const { diagnostics } = load(inRoot(...Array<string>(1000).fill('')));
    expect(diagnostics).toHaveLength(200);
    expect(diagnostics.at(-1)?.message).toContain('further errors in this file are not shown');
  });
});

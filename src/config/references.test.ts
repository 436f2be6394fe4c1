import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { configDestinations } from '../../test/support/config-destinations.ts';
import { systemFiles } from './files.ts';
import { loadConfig } from './load.ts';

const destinations = configDestinations();

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'integratord-secrets-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function secretFile(name: string, content: string | Buffer, mode = 0o600): string {
  const path = join(directory, name);
  writeFileSync(path, content);
  chmodSync(path, mode); // whatever the umask is
  return path;
}

/** Loads a block of custom-a with some options, and one of custom-b that is always right. */
function load(options: string, env: Record<string, string | undefined> = {}) {
  const conf = `<ossec_config><integration><name>custom-a</name>${options}</integration>
<integration><name>custom-b</name></integration></ossec_config>`;
  const configFile = join(directory, 'ossec.conf');
  writeFileSync(configFile, conf);
  const loaded = loadConfig({ configFile, settingsFile: undefined, env, destinations });
  expect(loaded.fatal).toBe(false);
  expect(loaded.integrations.map(({ integration }) => integration.id)).toEqual([
    'custom-a',
    'custom-b',
  ]);
  expect(loaded.integrations[1]).toMatchObject({ unusable: undefined });
  return {
    entry: loaded.integrations[0],
    secrets: loaded.secrets,
    messages: loaded.diagnostics.map(({ severity, message }) => `${severity} ${message}`),
  };
}

describe('${env:NAME} and ${file:/path}', () => {
  it('are replaced in hook_url, api_key and options', () => {
    const path = secretFile('key', 'k3y\n');
    const { entry, messages, secrets } = load(
      `<hook_url>https://h/\${env:A}/\${env:B_2}</hook_url><api_key>\${file:${path}}</api_key>` +
        `<options>{"token":"\${env:A}"}</options>`,
      { A: 'aaa', B_2: 'bbb' },
    );
    expect(messages).toEqual([]);
    expect(entry?.integration.hookUrl?.reveal()).toBe('https://h/aaa/bbb');
    expect(entry?.integration.apiKey?.reveal()).toBe('k3y');
    expect(entry?.integration.options).toEqual({ token: 'aaa' });
    expect(entry?.integration.optionsText?.reveal()).toBe('{"token":"aaa"}');
    expect(entry?.getconfig()).toMatchObject({ hook_url: 'https://h/aaa/bbb', api_key: 'k3y' });
    expect(new Set(secrets)).toEqual(new Set(['aaa', 'bbb', 'https://h/aaa/bbb', 'k3y']));
  });

  it('are escaped in options, so that any value is a JSON string', () => {
    const { entry, secrets } = load('<options>{"t":"${env:A}"}</options>', { A: 'a"\\\n}' });
    expect(entry?.integration.options).toEqual({ t: 'a"\\\n}' });
    expect(entry?.integration.optionsText?.reveal()).toBe('{"t":"a\\"\\\\\\n}"}');
    expect(secrets).toEqual(['a"\\\n}']);
  });

  it('are not looked for in what they are replaced by', () => {
    const { entry, messages } = load('<api_key>${env:A}</api_key>', { A: '${env:B}', B: 'b' });
    expect(entry?.integration.apiKey?.reveal()).toBe('${env:B}');
    expect(messages).toEqual([]);
  });

  it.each([
    ['key\n', 'key'],
    ['key\r\n', 'key'],
    ['key\n\n', 'key\n'],
    ['key', 'key'],
  ])('take one line end off a file: %j', (content, key) => {
    const path = secretFile('key', content);
    const { entry } = load(`<api_key>\${file:${path}}</api_key>`);
    expect(entry?.integration.apiKey?.reveal()).toBe(key);
  });

  it.each([
    ['<api_key>${env:NOT_THERE}</api_key>', 'the environment variable NOT_THERE is not set'],
    ['<api_key>${env:constructor}</api_key>', 'the environment variable constructor is not set'],
    ['<api_key>${env:}</api_key>', 'needs the name of an environment variable'],
    ['<api_key>${env:A B}</api_key>', 'needs the name of an environment variable'],
    ['<api_key>x${env:A</api_key>', 'lacks its closing brace'],
    ['<api_key>${file:key}</api_key>', 'needs the absolute path of a file'],
    ['<api_key>${file:/nowhere/key}</api_key>', 'the secret file /nowhere/key does not exist'],
    ['<api_key>${file:/}</api_key>', 'the secret file / is a directory, not a file'],
    ['<api_key>${file:/dev/zero}</api_key>', 'the secret file /dev/zero is not a regular file'],
    [
      '<options>{"a":"${env:NOT_THERE}"}</options>',
      'the environment variable NOT_THERE is not set',
    ],
  ])('disable the integration when they cannot be resolved: %s', (options, message) => {
    const { entry, messages } = load(options, { A: 's3cr3t' });
    expect(messages).toEqual([expect.stringContaining(message)]);
    expect(messages[0]).toMatch(/^error/);
    expect(entry).toMatchObject({
      unusable: {
        kind: 'missing_secret',
        reason: expect.stringMatching(/^a secret that <(?:api_key|options)> refers to/),
      },
      integration: { apiKey: undefined, options: undefined, optionsText: undefined },
    });
  });

  it('refuse files that are too long or not text', () => {
    const long = secretFile('long', 'x'.repeat(70_000));
    expect(load(`<api_key>\${file:${long}}</api_key>`).messages).toEqual([
      `error the secret file ${long} is longer than 65536 bytes`,
    ]);
    const binary = secretFile('binary', 'a\0b');
    expect(load(`<api_key>\${file:${binary}}</api_key>`).messages).toEqual([
      `error the secret file ${binary} contains NUL bytes: it is not text`,
    ]);
  });

  it('warn of values that are empty', () => {
    const path = secretFile('empty', '\n');
    const { messages } = load(`<api_key>\${env:A}\${file:${path}}</api_key>`, { A: '' });
    expect(messages).toEqual([
      'warning the environment variable A is empty',
      `warning the secret file ${path} is empty`,
    ]);
  });

  it('warn of a file that everyone can read', () => {
    const path = secretFile('open', 'k3y', 0o644);
    const { entry, messages } = load(`<api_key>\${file:${path}}</api_key>`);
    expect(messages).toEqual([
      `warning every user of this machine can read the secret file ${path}: chmod o-r`,
    ]);
    expect(entry).toMatchObject({ unusable: undefined });
  });

  it('count as present only with a value', () => {
    const conf =
      '<ossec_config><integration><name>slack</name><hook_url>${env:A}</hook_url></integration></ossec_config>';
    const content = { ok: true, bytes: Buffer.from(conf), truncated: false, mode: 0o640 } as const;
    const files = { read: () => content };
    const sources = { configFile: 'o', settingsFile: undefined, destinations, files };
    expect(loadConfig({ ...sources, env: { A: 'https://h/' } }).integrations[0]).toMatchObject({
      unusable: undefined,
    });
    expect(loadConfig({ ...sources, env: { A: '' } }).integrations[0]).toMatchObject({
      unusable: { kind: 'missing_setting', reason: 'slack needs <hook_url>, which is empty' },
    });
  });
});

describe('systemFiles', () => {
  it('reads no more than it is asked for', () => {
    const path = secretFile('file', 'abcdef', 0o640);
    const content = systemFiles.read(path, { bytes: 4 });
    expect(content).toMatchObject({ ok: true, truncated: true, mode: 0o640 });
    expect(content.ok && content.bytes.toString()).toBe('abcd');
    expect(systemFiles.read(path, { bytes: 6 })).toMatchObject({ ok: true, truncated: false });
  });

  it('says why it cannot read', () => {
    expect(systemFiles.read(join(directory, 'no'), { bytes: 1 })).toMatchObject({
      reason: 'missing',
    });
    expect(systemFiles.read(directory, { bytes: 1 })).toMatchObject({ reason: 'other' });
    const refused = { reason: 'other', message: 'is not a regular file' };
    expect(systemFiles.read('/dev/zero', { bytes: 1 })).toMatchObject(refused);
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(systemFiles.read(pipe, { bytes: 1 })).toMatchObject(refused);
    expect(systemFiles.read('a\0b', { bytes: 1 })).toMatchObject({ ok: false });
  });
});

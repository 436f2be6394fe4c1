import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alertLine, createHome, type Home } from '../support/home.ts';
import { DaemonProcess, integratord } from '../support/program.ts';
import { Sink } from '../support/sink.ts';

const SAMPLES = fileURLToPath(new URL('../fixtures/samples', import.meta.url));
const SLACK = '<integration><name>slack</name><hook_url>http://127.0.0.1:1/s</hook_url>';

let home: Home;
beforeEach(() => {
  home = createHome(`${SLACK}<level>10</level></integration>`);
});
afterEach(() => home.remove());

const run = (command: string, ...args: string[]) =>
  integratord([command, '--home', home.path, ...args]);
const jsonLines = (text: string) =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line): unknown => JSON.parse(line));

describe('integratord', () => {
  it('prints help without a command, and refuses unknown ones with 2', async () => {
    const help = await integratord([]);
    expect(help.code).toBe(0);
    expect(help.stdout).toContain('Usage: integratord');
    const sned = await integratord(['sned', '--home', home.path]);
    expect(sned.code).toBe(2);
    expect(sned.stderr).toBe(
      'integratord: there is no command "sned"; did you mean send? (--help lists them)\n',
    );
    expect((await integratord(['check', '--colour'])).code).toBe(2);
    expect((await integratord(['preview'])).code).toBe(2);
  });

  it.each([
    [['queue', 'lst'], 'queue has no command "lst"; did you mean list?'],
    [['queue', 'list', '--integraton', 'x'], 'Did you mean --integration?'],
  ])('%j says what was probably meant', async (args, meant) => {
    const { code, stderr } = await integratord(args);
    expect(code).toBe(2);
    expect(stderr).toContain(meant);
  });

  it('shows options only where they have an effect, and takes them everywhere', async () => {
    const help = await integratord(['pause', '--help']);
    expect(help.stdout).toContain('--state <dir>');
    expect(help.stdout).not.toContain('--alerts');
    const { code } = await run('pause', 'slack', '--alerts', '/none');
    expect(code).toBe(1);
  });

  it('has --help for the stand-in too, which the original does not have', async () => {
    const { stderr, stdout } = await integratord(['wazuh', '--help']);
    expect(`${stdout}${stderr}`).toMatch(/^\s*Usage: wazuh-integratord /);
  });

  it('takes its paths from the environment too', async () => {
    const { stdout, code } = await integratord(['check', '--json'], {
      env: { INTEGRATORD_HOME: '/nowhere', INTEGRATORD_CONFIG: home.config },
    });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, integrations: [{ id: 'slack' }] });
  });
});

describe('check', () => {
  it('shows what the configuration means, without its secrets', async () => {
    const { stdout, code } = await run('check', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      integrations: [
        {
          id: 'slack',
          name: 'slack',
          enabled: true,
          level: 10,
          max_log: 165,
          timeout: 10,
          retries: 3,
          hook_url: '[redacted]',
          options: null,
        },
      ],
    });
  });

  it.each([
    ['an empty file', Buffer.alloc(0), 0, ''],
    ['a binary file', readFileSync(process.execPath).subarray(0, 200_000), 1, 'binary'],
    ['a file of another kind', Buffer.from('{"json": true}'), 0, ''],
  ])('understands %s', async (_name, content, code, message) => {
    writeFileSync(home.config, content);
    const result = await run('check', '--json');
    expect(result.code).toBe(code);
    const { diagnostics } = JSON.parse(result.stdout) as { diagnostics: { message: string }[] };
    expect(diagnostics.length).toBeLessThan(4);
    expect(diagnostics.map((diagnostic) => diagnostic.message).join('\n')).toContain(message);
  });

  it('says what applies beside what is configured, and counts what is enabled', async () => {
    home.configure(
      `${SLACK}</integration><integration><name>custom-a</name></integration>` +
        '<integration><name>custom-a</name><retries>2</retries><timeout>5</timeout></integration>' +
        '<integration><name>slak</name></integration>',
    );
    home.addScript('custom-a', '#!/bin/sh\n');
    writeFileSync(
      join(home.path, 'etc', 'integratord.yaml'),
      'integrations: { custom-a#2: { retry: { give_up_hours: 2 } } }',
    );
    const { stdout, code } = await run('check', '--json');
    expect(code).toBe(1);
    const found = JSON.parse(stdout) as { diagnostics: object[] };
    expect(found).toMatchObject({
      counts: { enabled: 3, parked: 0, not_enabled: 1 },
      integrations: [
        { timeout: 10, effective: { timeout_seconds: 10, quick_retries: 3, long_retries: true } },
        {
          timeout: 10,
          retries: 3,
          effective: { timeout_seconds: 60, quick_retries: 0, long_retries: false },
        },
        {
          timeout: 5,
          retries: 2,
          effective: { timeout_seconds: 5, quick_retries: 2, long_retries: true },
        },
        { why: expect.stringContaining('did you mean slack?') },
      ],
    });
    expect((await run('check')).stdout).toContain('3 enabled, 0 parked, 1 not enabled');
  });

  it('fails when an integration cannot run, with --lenient only for errors', async () => {
    const broken = '<integration><name>custom-gone</name></integration>';
    home.configure(
      `${SLACK}</integration>${broken}<integration><name>telegram</name></integration>`,
    );
    const strict = await run('check', '--json');
    expect(strict.code).toBe(1);
    expect(JSON.parse(strict.stdout)).toMatchObject({
      ok: false,
      integrations: [
        { id: 'slack', enabled: true },
        {
          id: 'custom-gone',
          enabled: false,
          why: expect.stringMatching(/its script .*custom-gone does not exist/),
          alerts_wait: true,
        },
        { id: 'telegram', enabled: false, alerts_wait: false },
      ],
    });
    const lenient = await run('check', '--json', '--lenient');
    expect(lenient.code).toBe(0);
    expect(JSON.parse(lenient.stdout)).toMatchObject({ ok: true });
    const { stdout } = await run('check', '--lenient');
    expect(stdout).toMatch(/custom-gone +parked/);
    expect(stdout).toMatch(/telegram +not enabled/);
    expect(stdout).toContain('3 integrations, of which 2 cannot run');
    home.configure(`${SLACK}<levle>3</levle></integration>`);
    expect((await run('check', '--lenient')).code).toBe(1);
  });

  it('says plainly that a file is missing or cannot be read', async () => {
    const missing = await run('check', '--config', join(home.path, 'nothing.conf'));
    expect(missing.code).toBe(1);
    expect(missing.stdout).toMatch(/nothing\.conf/);
    expect(missing.stdout).toMatch(/not exist|not found|missing/i);
    const directory = await run('check', '--config', home.path);
    expect(directory.code).toBe(1);
    expect(directory.stdout).toMatch(/directory/);
    if (process.getuid?.() === 0) return; // root may read everything
    chmodSync(home.config, 0);
    const unreadable = await run('check');
    expect(unreadable.code).toBe(1);
    expect(unreadable.stdout).toMatch(/permission/i);
  });

  it('points at the place of a mistake', async () => {
    home.configure(`${SLACK}\n  <level>ten</level></integration>`);
    const { stdout, code } = await run('check');
    expect(code).toBe(1);
    expect(stdout).toMatch(/ossec\.conf:3:\d+: error: .*level.*ten/);
  });
});

describe('match', () => {
  it('answers one line per line of the input', async () => {
    const lines = readFileSync(join(SAMPLES, 'w4_99_edge_cases.jsonl'));
    const result = await integratord(['match', '--home', home.path, '--json'], { input: lines });
    expect(result.code).toBe(0);
    const answers = jsonLines(result.stdout) as { line: number; error?: string }[];
    expect(answers.map((answer) => answer.line)).toEqual([...answers.keys()]);
    expect(answers).toHaveLength(16);
    expect(answers.filter((answer) => answer.error !== undefined).length).toBeGreaterThan(3);
  });

  it('reads a file, and names what fires', async () => {
    home.append(alertLine(7), alertLine(8, { level: 3 }), 'garbage');
    const { stdout } = await run('match', '--json', home.alerts);
    expect(jsonLines(stdout)).toEqual([
      { line: 0, id: '1787224951.7', integrations: ['slack'] },
      { line: 1, id: '1787224951.8', integrations: [] },
      { line: 2, id: null, integrations: [], error: 'invalid JSON' },
    ]);
    expect((await run('match', '/no/such/file')).code).toBe(1);
  });

  it('says plainly that there is no such file', async () => {
    const none = await run('match', `${home.path}/none`);
    expect(none).toMatchObject({
      code: 1,
      stderr: `integratord: cannot read ${home.path}/none: there is no such file\n`,
    });
    expect((await run('match', home.path)).stderr).toContain('it is a directory, not a file');
  });

  it('counts an integration whose script is missing', async () => {
    home.configure('<integration><name>custom-none</name></integration>');
    home.append(alertLine(1));
    const { stdout } = await run('match', '--json', home.alerts);
    expect(jsonLines(stdout)).toMatchObject([{ integrations: ['custom-none'] }]);
  });
});

describe('preview', () => {
  it('shows the request, redacted unless asked', async () => {
    home.append(alertLine(1));
    const hidden = await run('preview', '--integration', 'slack', '--json', home.alerts);
    expect(jsonLines(hidden.stdout)).toMatchObject([
      {
        line: 0,
        integration: 'slack',
        skipped: null,
        requests: [
          {
            method: 'POST',
            url: 'http://127.0.0.1:1/[redacted]',
            body: { attachments: [{ title: 'alert 1', color: 'danger' }] },
          },
        ],
      },
    ]);
    const args = ['--integration', 'slack', '--json', '--show-secrets', home.alerts];
    const shown = await run('preview', ...args);
    expect(jsonLines(shown.stdout)).toMatchObject([
      { requests: [{ url: 'http://127.0.0.1:1/s' }] },
    ]);
  });

  it('shows how a script would be called, also when it does not exist', async () => {
    home.configure(
      '<integration><name>custom-a</name><api_key>KEY</api_key><alert_format>json</alert_format>' +
        '<options>{"a": 1}</options></integration>',
    );
    home.append(alertLine(1));
    const { stdout } = await run('preview', '--integration', 'custom-a', '--json', home.alerts);
    expect(jsonLines(stdout)).toEqual([
      {
        line: 0,
        integration: 'custom-a',
        script: {
          path: join(home.path, 'integrations', 'custom-a'),
          argv: [
            '<alert-file>',
            '[redacted]',
            '',
            '',
            '<options-file>',
            '10',
            '3',
            '> /dev/null 2>&1',
          ],
          alertFile: `${alertLine(1)}\n`,
          optionsFile: '{"a": 1}\n',
        },
        skipped: null,
      },
    ]);
  });

  it('says why an alert would not be sent', async () => {
    home.configure(
      '<integration><name>shuffle</name><hook_url>http://127.0.0.1:1/x</hook_url></integration>',
    );
    home.append(alertLine(1).replace('"5712"', '"5710"'));
    const { stdout } = await run('preview', '--integration', 'shuffle', '--json', home.alerts);
    expect(jsonLines(stdout)).toMatchObject([{ requests: [], skipped: expect.any(String) }]);
  });

  it('lists the integrations when it does not know one', async () => {
    const { code, stderr } = await run('preview', '--integration', 'slak');
    expect(code).toBe(1);
    expect(stderr).toContain("no integration 'slak'; there are: slack");
  });
});

describe('send', () => {
  it('exits 0 when the alert is taken and 3 when it is refused', async () => {
    const sink = await Sink.start();
    home.configure(
      `<integration><name>slack</name><hook_url>${sink.url}/s</hook_url></integration>`,
    );
    const taken = await run('send', '--integration', 'slack');
    expect(taken).toMatchObject({ code: 0, stdout: expect.stringContaining('delivered') });
    expect(sink.requests).toHaveLength(1);
    sink.answer = () => ({ status: 404, body: 'no_service' });
    const refused = await run('send', '--integration', 'slack', '--json');
    expect(refused.code).toBe(3);
    expect(JSON.parse(refused.stdout)).toMatchObject({ kind: 'park', status: 404 });
    await sink.close();
    const gone = await run('send', '--integration', 'slack');
    expect(gone.code).toBe(3);
    expect(gone.stdout).toContain('network');
  });
});

describe('queue', () => {
  it('says where the outbox would be when there is none', async () => {
    const { code, stderr } = await run('queue', 'list');
    expect(code).toBe(1);
    expect(stderr).toContain(home.state);
  });

  it('says that the outbox has no such integration, and what it has', async () => {
    const daemon = await DaemonProcess.start(home.path);
    await daemon.stop();
    for (const command of [['list'], ['retry'], ['drop', '--yes']]) {
      const { code, stderr } = await run('queue', ...command, '--integration', 'slakc');
      expect(stderr).toBe(
        'integratord: the outbox has no integration "slakc"; did you mean slack?\n',
      );
      expect(code).toBe(0);
    }
    const known = await run('queue', 'retry', '--integration', 'slack');
    expect(known).toMatchObject({ code: 0, stderr: '' });
  });

  it('wants to know which deliveries to drop', async () => {
    const result = await integratord(['queue', 'drop', '--home', home.path]);
    expect(result.code).toBe(2);
  });
});

describe('install and uninstall', () => {
  it.each(['install', 'uninstall'])(
    '%s says plainly that there is no such manager',
    async (command) => {
      const { code, stderr } = await integratord([command, '--home', `${home.path}/none`]);
      expect(code).toBe(1);
      expect(stderr).toContain(`${home.path}/none: there is no such directory: --home must be`);
      expect(stderr).not.toContain('ENOENT');
    },
  );
});

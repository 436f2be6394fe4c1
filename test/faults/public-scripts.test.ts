import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alertLine, createHome, type Home } from '../support/home.ts';
import { DaemonProcess, integratord, until } from '../support/program.ts';
import { isMissing, mustRun } from '../support/requirement.ts';
import { Sink } from '../support/sink.ts';

/*
 * Scripts in the style of public ones, run as they are by a real daemon, in a home that is not below
 * `/tmp`: they must do what they do under the original.
 */

const SCRIPTS = fileURLToPath(new URL('../fixtures/scripts/', import.meta.url));

const noPython = isMissing('The scripts need Python: apt-get install python3 bash', () => {
  mustRun('python3', '-c', 'import json, urllib.request');
  mustRun('bash', '-c', 'true');
});

describe.skipIf(noPython)('a public script', () => {
  let home: Home;
  let sink: Sink;
  let daemon: DaemonProcess | undefined;

  beforeEach(async () => {
    sink = await Sink.start();
    home = createHome('', '/var/tmp');
    mkdirSync(join(home.path, 'var'));
    for (const name of readdirSync(SCRIPTS)) {
      if (name.startsWith('custom-')) home.addScript(name, readFileSync(SCRIPTS + name, 'utf8'));
    }
  });
  afterEach(async () => {
    await daemon?.kill();
    daemon = undefined;
    await sink.close();
    home.remove();
  });

  const block = (name: string, rest = '') =>
    `<integration><name>${name}</name><hook_url>${sink.url}/${name}</hook_url>` +
    `<api_key>SECRET-KEY</api_key><alert_format>json</alert_format>${rest}</integration>\n`;

  /** Runs a daemon with these blocks, and gives it alerts. */
  async function run(blocks: string, alerts = 1, args = ['--log-level', 'info']): Promise<void> {
    home.configure(blocks);
    daemon = await DaemonProcess.start(home.path, args);
    const numbers = Array.from({ length: alerts }, (_, index) => index + 1);
    home.append(...numbers.map((number) => alertLine(number)));
  }

  async function stats(name: string): Promise<Record<string, number>> {
    const { stdout } = await integratord(['queue', 'stats', '--home', home.path, '--json']);
    return (JSON.parse(stdout) as Record<string, Record<string, number>>)[name] ?? {};
  }

  const delivered = (name: string, count = 1) =>
    until(async () => (await stats(name))['delivered'] === count, `${name} has delivered`);
  const dead = (name: string) =>
    until(async () => (await stats(name))['dead'] === 1, `${name} has failed`);

  const bodies = (name: string) =>
    sink.requests
      .filter(({ path }) => path.startsWith(`/${name}`))
      .map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  const linesOf = (name: string) => {
    const path = join(home.path, name);
    return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
  };

  /** What the queue keeps of a script's output. */
  async function output(name: string): Promise<string> {
    const args = ['--home', home.path, '--integration', name, '--json'];
    const { stdout } = await integratord(['queue', 'list', ...args]);
    const { id } = JSON.parse(stdout.split('\n')[0] ?? '') as { id: number };
    const shown = await integratord(['queue', 'show', String(id), '--home', home.path, '--json']);
    return shown.stdout;
  }

  it('finds its alert below /tmp (telegram)', async () => {
    await run(block('custom-telegram'));
    await delivered('custom-telegram');
    expect(bodies('custom-telegram')).toEqual([{ chat_id: '42', text: 'Level 10: alert 1' }]);
  });

  it('finds its home by its own path (discord)', async () => {
    await run(block('custom-discord'));
    await delivered('custom-discord');
    expect(bodies('custom-discord')).toEqual([{ embeds: [{ title: 'alert 1', color: 15158332 }] }]);
    expect(linesOf('logs/integrations.log')).toEqual(['custom-discord 9 ']);
  });

  it('counts as delivered when it hides that its service failed (teams)', async () => {
    sink.answer = () => ({ status: 500, body: 'down' });
    await run(block('custom-teams'));
    await delivered('custom-teams');
    expect(bodies('custom-teams')).toHaveLength(1);
    expect(await output('custom-teams')).toContain('not sent: HTTP Error 500');
  });

  it('gets its key and all of its arguments (thehive)', async () => {
    await run(block('custom-thehive', '<timeout>30</timeout><retries>1</retries>'));
    await delivered('custom-thehive');
    expect(sink.requests[0]).toMatchObject({
      path: '/custom-thehive/api/alert',
      headers: { authorization: 'Bearer SECRET-KEY' },
    });
    expect(bodies('custom-thehive')).toMatchObject([{ title: 'alert 1', timeout: '30' }]);
  });

  it('says with exit code 1 that nothing was found, and its word is kept (misp)', async () => {
    sink.answer = () => ({ status: 200, body: '{"Attribute": []}' });
    await run(block('custom-misp', '<retries>0</retries>'));
    await dead('custom-misp');
    expect(bodies('custom-misp')).toHaveLength(1);
    expect(await output('custom-misp')).toContain('nothing found for 1787224951.1');
  });

  it('finds its Python program beside itself (a wrapper)', async () => {
    await run(block('custom-wrapper'));
    await delivered('custom-wrapper');
    expect(bodies('custom-wrapper')).toEqual([{ from: 'the twin', text: 'alert 1' }]);
  });

  it('may write to /dev/stderr and /dev/stdout, and source its alert', async () => {
    await run(block('custom-stderr').replace('<alert_format>json</alert_format>', ''));
    await delivered('custom-stderr');
    expect(linesOf('logs/stderr.log')).toEqual(['rule 5712, level 10']);
    const kept = await output('custom-stderr');
    expect(kept).toMatch(/reading \/tmp.*\.alert/);
    expect(kept).toMatch(/rule 5712\\nrule 5712, level 10/);
  });

  it('keeps a state file that no second run spoils, whichever block runs it (a ticket)', async () => {
    await run(block('custom-ticket') + block('custom-ticket', '<level>5</level>'), 8);
    await delivered('custom-ticket', 8);
    await delivered('custom-ticket#2', 8);
    expect(bodies('custom-ticket')).toEqual([{ open: '5712' }]);
    const state = JSON.parse(readFileSync(join(home.path, 'var', 'tickets.json'), 'utf8')) as {
      [rule: string]: string[];
    };
    expect(state['5712']).toHaveLength(16);
  });

  it('is told when it is debug mode, and only then', async () => {
    await run(block('custom-debug'));
    await delivered('custom-debug');
    expect(linesOf('logs/quiet.log')).toEqual(['8']);
    await daemon?.stop();
    daemon = await DaemonProcess.start(home.path, ['--log-level', 'debug']);
    home.append(alertLine(2));
    await delivered('custom-debug', 2);
    expect(linesOf('logs/debug.log')).toEqual(['7']);
    expect(linesOf('logs/quiet.log')).toEqual(['8']);
  });

  it('finds its options below /tmp', async () => {
    await run(block('custom-options', '<options>{"channel": "night"}</options>'));
    await delivered('custom-options');
    expect(bodies('custom-options')).toEqual([{ text: 'alert 1', channel: 'night' }]);
  });
});

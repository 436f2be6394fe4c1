import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alertLine } from '../../support/home.ts';
import { IS_ROOT, ManagerHome, whyNotInstallable } from '../../support/manager-home.ts';
import { COMMAND, integratord, until } from '../../support/program.ts';
import { isMissing, mustRun } from '../../support/requirement.ts';
import { Sink } from '../../support/sink.ts';

const obstacle = whyNotInstallable();
const hasNoTerminal = isMissing('script, of util-linux, is missing: it makes a terminal.', () =>
  mustRun('script', '--version'),
);

let home: ManagerHome;
let sink: Sink;

const original = () => readFileSync(home.program, 'utf8').startsWith('#!/bin/sh\necho "original');
const start = async (count: number) => {
  await home.integrator();
  await until(() => sink.requests.length >= count, 'the alerts arrived');
  await home.stop();
};

/** An alert of this moment; the others were written long before. */
function writtenNow(number: number): string {
  const now = new Date().toISOString().replace('Z', '+0000');
  return alertLine(number).replace(/"timestamp":"[^"]*"/, `"timestamp":"${now}"`);
}

/** What `install` prints on a terminal where someone types a line; resolves with output and exit code. */
function onTerminal(line: string): Promise<[output: string, code: number | null]> {
  const user = IS_ROOT ? '--user 65534 --group 65534' : '';
  const command = `'${process.execPath}' '${COMMAND}' install --home '${home.path}' ${user}`;
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (!output.includes('again? ') && (output + text).includes('again? ')) {
      child.stdin.write(`${line}\n`);
    }
    output += text;
  });
  return new Promise((resolve) => child.on('close', (code) => resolve([output, code])));
}

describe.skipIf(obstacle !== undefined)('install, where the original has run meanwhile', () => {
  beforeEach(async () => {
    sink = await Sink.start();
    const block = `<integration><name>slack</name><hook_url>${sink.url}/services/x</hook_url><level>7</level></integration>`;
    home = new ManagerHome(block, IS_ROOT ? 'root' : 'unprivileged');
    await home.install();
    home.append(alertLine(0));
    await home.integrator();
    await home.logged(': ready: ');
    home.append(alertLine(1));
    await until(() => sink.requests.length === 1, 'the alert arrived');
    await home.stop();
    // An upgrade of the manager brings its Integrator back, which delivers these.
    home.write('bin/wazuh-integratord', '#!/bin/sh\necho "original, the next: $*"\n', 0o750);
    home.append(alertLine(2), alertLine(3, { level: 3 }), writtenNow(4));
  });
  afterEach(async () => {
    await sink.close();
    home.remove();
  });

  it('says how many alerts would be sent again, shows both ways, and changes nothing', async () => {
    const { code, stdout, stderr } = await home.install();
    expect(code).toBe(2);
    expect(stdout).toMatch(
      /^The original is there since 20\S+ \S+, and may have run since integratord last did: 2 alerts would be sent again \(slack 2\), written from 2026-08-20 \S+ to 20\S+ \S+\. Of these, 1 was written before the original was there: nobody has delivered it yet\n$/,
    );
    expect(stderr).toContain('nothing was changed');
    expect(stderr).toMatch(/--from-now: .*--replay: /);
    expect(original()).toBe(true);
    const { code: again, stdout: text } = await home.install('--json');
    expect(again).toBe(2);
    expect(JSON.parse(text)).toMatchObject({
      ok: false,
      steps: [],
      meanwhile: { alerts: 2, integrations: { slack: 2 }, before: 1 },
    });
    expect((await home.install('--from-now', '--replay')).code).toBe(2);
    const dry = await home.install('--dry-run');
    expect(dry.code).toBe(0);
    expect(dry.stdout).toContain('install will want to know: --from-now');
    expect(original()).toBe(true);
  });

  it('begins from now on with --from-now', async () => {
    const { code, stdout } = await home.install('--from-now');
    expect([code, stdout]).toEqual([0, expect.stringContaining('from now on\n')]);
    // What the original delivers until the restart comes twice: better that than not at all.
    home.append(alertLine(5));
    await start(2);
    expect(sink.numbers).toEqual([1, 5]);
  });

  it('sends them with --replay', async () => {
    expect((await home.install('--replay')).code).toBe(0);
    await start(3);
    expect(sink.numbers).toEqual([1, 2, 4]);
  });

  it('asks nothing where nothing was written, or nothing matches', async () => {
    expect((await home.install('--from-now')).code).toBe(0);
    home.write('bin/wazuh-integratord', '#!/bin/sh\necho "original, the third: $*"\n', 0o750);
    home.append(alertLine(6, { level: 3 }));
    expect((await home.install()).code).toBe(0);
  });

  it('asks nothing the second time, after uninstall likewise only what is new', async () => {
    expect((await home.install('--replay')).code).toBe(0);
    expect((await home.install()).stdout).toBe('already installed; nothing to do\n');
    await start(3);
    expect((await integratord(['uninstall', '--home', home.path])).code).toBe(0);
    home.append(alertLine(7));
    expect((await home.install()).stdout).toContain(': 1 alert would be sent again (slack 1)');
  });

  it('keeps itself in place with --keep: sends what may not have been delivered, and asks nothing', async () => {
    const { code, stdout } = await home.install('--keep');
    expect([code, stdout]).toEqual([0, expect.stringContaining('write the launcher')]);
    expect(stdout).toContain('these alerts are sent after the restart');
    expect(original()).toBe(false);
    const again = await home.install('--keep');
    expect([again.code, again.stdout]).toEqual([0, 'nothing to do: integratord is in its place\n']);
    await start(3);
    expect(sink.numbers).toEqual([1, 2, 4]);
  });

  it('does nothing with --keep where it was uninstalled, or never installed', async () => {
    expect((await home.install('--replay')).code).toBe(0);
    expect((await integratord(['uninstall', '--home', home.path])).code).toBe(0);
    const { code, stdout } = await home.install('--keep', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      steps: [],
      notes: ['integratord was not installed there'],
    });
    expect(original()).toBe(true);
  });

  it.skipIf(hasNoTerminal)('asks on a terminal', async () => {
    const [stopped, code] = await onTerminal('stop');
    expect(stopped).toContain('2 alerts would be sent again');
    expect([code, original()]).toEqual([2, true]);
    expect((await onTerminal('no'))[1]).toBe(0);
    expect(original()).toBe(false);
    home.append(alertLine(5));
    await start(2);
    expect(sink.numbers).toEqual([1, 5]);
  });
});

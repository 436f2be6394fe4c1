import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { COMMAND, integratord } from '../support/program.ts';
import { tempDir } from '../support/temp-dir.ts';

it('shows alerts arriving everywhere, and leaves nothing behind', async () => {
  const leftovers = () =>
    readdirSync(tmpdir()).filter((name) => name.startsWith('integratord-demo-'));
  const before = leftovers();
  const { code, stdout } = await integratord(['demo', '--seconds', '10']);
  expect(code).toBe(0);
  for (const service of ['slack', 'pagerduty', 'shuffle', 'virustotal', 'custom-example']) {
    expect(stdout).toMatch(new RegExp(`→ ${service} `));
  }
  // The round trip of an enrichment: asked, back at the manager, and a new alert because of it.
  expect(stdout).toMatch(/← manager +\[001\] \(web01\) 10\.0\.0\.21->virustotal/);
  expect(stdout).toMatch(/alert, level 12 {2}VirusTotal: Alert - .*66 engines/);
  // A flood comes as one message, then as one about its repeats; and in a digest.
  expect(stdout).toMatch(/40 alerts, level 10/);
  expect(stdout).toMatch(/→ slack +danger: again \d+ times/);
  expect(stdout).toMatch(/→ shuffle +\d+ alerts, .*highest level 10/);
  // It ends with an explanation of one of them, and the command for it.
  expect(stdout).toMatch(/npx integratord explain \d+\.\d+ --home/);
  expect(stdout).toMatch(/• slack {2}throttle {2}it repeats an alert that was sent/);
  expect(stdout).not.toMatch(/answered [345]/);
  expect(leftovers()).toEqual(before);
});

it('leaves nothing behind when it is interrupted more than once', async () => {
  const TMPDIR = tempDir();
  const demo = spawn(process.execPath, [COMMAND, 'demo'], {
    env: { ...process.env, TMPDIR },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(demo.stdout, 'data');
  const ended = once(demo, 'exit');
  demo.stdout.resume();
  demo.kill('SIGINT');
  const again = setInterval(() => demo.kill('SIGINT'), 20);
  await ended;
  clearInterval(again);
  expect(readdirSync(TMPDIR)).toEqual([]);
});

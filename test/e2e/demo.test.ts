import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { integratord } from '../support/program.ts';

it('shows alerts arriving everywhere, and leaves nothing behind', async () => {
  const leftovers = () =>
    readdirSync(tmpdir()).filter((name) => name.startsWith('integratord-demo-'));
  const before = leftovers();
  const { code, stdout } = await integratord(['demo', '--seconds', '7']);
  expect(code).toBe(0);
  for (const service of ['slack', 'pagerduty', 'shuffle', 'virustotal', 'custom-example']) {
    expect(stdout).toMatch(new RegExp(`→ ${service} `));
  }
  // The round trip of an enrichment: asked, back at the manager, and a new alert because of it.
  expect(stdout).toMatch(/← manager +\[001\] \(web01\) 10\.0\.0\.21->virustotal/);
  expect(stdout).toMatch(/alert, level 12 {2}VirusTotal: Alert - .*66 engines/);
  expect(stdout).not.toMatch(/answered [345]/);
  expect(leftovers()).toEqual(before);
});

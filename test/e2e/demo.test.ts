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
  for (const service of ['slack', 'pagerduty', 'shuffle', 'custom-example']) {
    expect(stdout).toMatch(new RegExp(`→ ${service} `));
  }
  expect(stdout).not.toMatch(/answered [345]/);
  expect(leftovers()).toEqual(before);
});

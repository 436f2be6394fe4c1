import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { nodeProblem } from './node-version.ts';

it.each(['v20.19.0', 'v20.20.2', 'v22.12.0', 'v22.30.1', 'v24.0.0', process.version])(
  '%s will do',
  (version) => {
    expect(nodeProblem(version)).toBeUndefined();
  },
);

it.each(['v18.20.0', 'v20.18.9', 'v21.7.0', 'v22.11.0', 'v23.1.0', 'v26.0.0', 'x'])(
  '%s will not',
  (version) => {
    expect(nodeProblem(version)).toContain(version);
  },
);

it('is what package.json says', () => {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  const { engines } = JSON.parse(text) as { engines: { node: string } };
  expect(engines.node).toBe('^20.19.0 || ^22.12.0 || ^24.0.0');
});

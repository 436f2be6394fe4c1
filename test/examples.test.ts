import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readSetup } from '../src/app/setup.ts';
import { runTests } from '../src/cli/check-tests/run.ts';
import { tempDir } from './support/temp-dir.ts';

const folder = fileURLToPath(new URL('../examples/routing/', import.meta.url));
const setup = () =>
  readSetup(
    {
      home: tempDir(),
      config: `${folder}ossec.conf`,
      settings: `${folder}integratord.yaml`,
      settingsOptional: false,
      alerts: '',
      state: '',
    },
    {},
  );

it('the example of routing has ten integrations that can all run, and its tests pass', async () => {
  const { integrations, diagnostics, tests, quiet } = setup();
  expect(diagnostics).toEqual([]);
  expect(integrations.map(({ unusable }) => unusable)).toEqual(Array(10).fill(undefined));
  const result = await runTests(tests, integrations, Date.now(), quiet.silences);
  expect(result).toEqual({ passed: tests.length, failed: 0, diagnostics: [] });
  expect(tests.length).toBeGreaterThanOrEqual(10);
});

it('the example of routing uses every setting that says which alerts go where and when', () => {
  const text = readFileSync(`${folder}integratord.yaml`, 'utf8');
  const wanted = [
    'only',
    'except',
    'when',
    'at',
    'outside',
    'throttle',
    'digest',
    'storm',
    'urgent',
    'times',
    'silences',
    'mutes',
    'tests',
  ];
  expect(wanted.filter((name) => !new RegExp(`\\b${name}:`).test(text))).toEqual([]);
});

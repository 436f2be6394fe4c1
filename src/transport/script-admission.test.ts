import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ScriptCall, ScriptResult, ScriptRunner } from '../core/destination.ts';
import { ScriptAdmission } from './script-admission.ts';
import { ScriptPlaces } from './script-place.ts';

const DONE: ScriptResult = { kind: 'exited', code: 0, output: '' };

let home: string;
let begun: string[];
let ends: Map<string, () => void>;
const runner: ScriptRunner = {
  run: ({ path }) => {
    begun.push(path);
    return new Promise((resolve) => ends.set(path, () => resolve(DONE)));
  },
};
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'script-admission-test-'));
  begun = [];
  ends = new Map();
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const call = (path: string, bytes: number): ScriptCall => ({
  path,
  argv0: 'x',
  argv: [],
  alertFile: Buffer.alloc(bytes - 1),
  optionsFile: 'x',
});
const limits = (signal = new AbortController().signal) => ({ timeoutMs: 1, signal, name: 'x' });
const admission = () =>
  new ScriptAdmission(runner, new ScriptPlaces(join(home, 'records'), home), 100);
const settle = () => new Promise((resolve) => setImmediate(resolve));

it('bounds the bytes of the files of all runs, and lets them begin in their order', async () => {
  const scripts = admission();
  const runs = [60, 50, 40, 500, 1].map((bytes, index) =>
    scripts.run(call(String(index), bytes), limits()),
  );
  await settle();
  expect(begun).toEqual(['0']);
  ends.get('0')?.();
  await settle();
  expect(begun).toEqual(['0', '1', '2']);
  ends.get('1')?.();
  await settle();
  expect(begun).toEqual(['0', '1', '2']);
  ends.get('2')?.();
  await settle();
  expect(begun.at(-1)).toBe('3');
  ends.get('3')?.();
  await settle();
  ends.get('4')?.();
  expect(await Promise.all(runs)).toEqual(runs.map(() => DONE));
});

it('does not keep a run waiting that is not wanted any more, nor those behind it', async () => {
  const scripts = admission();
  const stop = new AbortController();
  const runs = [
    scripts.run(call('0', 60), limits()),
    scripts.run(call('1', 50), limits(stop.signal)),
    scripts.run(call('2', 40), limits()),
  ];
  stop.abort();
  await settle();
  expect(begun).toEqual(['0', '2']);
  expect(await runs[1]).toMatchObject({ kind: 'killed' });
  expect(await scripts.run(call('3', 1), limits(stop.signal))).toMatchObject({ kind: 'killed' });
});

it('fails a run, to be repeated, while the place of its files cannot be recorded', async () => {
  writeFileSync(join(home, 'records'), 'a file where the directory should be');
  const scripts = admission();
  expect(await scripts.run(call('0', 1), limits())).toMatchObject({ kind: 'failed' });
  rmSync(join(home, 'records'));
  const run = scripts.run(call('0', 1), limits());
  await settle();
  ends.get('0')?.();
  expect(await run).toEqual(DONE);
});

import {
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { until } from '../../test/support/program.ts';
import { RecordingLog } from '../../test/support/recording-log.ts';
import { tempDir } from '../../test/support/temp-dir.ts';
import { MetricsFile } from './metrics-file.ts';

let directory: string;
let path: string;
let clock: FakeClock;
let log: RecordingLog;
let file: MetricsFile;
let text: string;
let mask: number;

beforeEach(() => {
  directory = tempDir();
  path = join(directory, 'integratord.prom');
  clock = new FakeClock();
  log = new RecordingLog();
  text = 'integratord_up 1\n';
  file = new MetricsFile(path, { text: async () => text, clock, log });
  mask = process.umask(0o027);
});

afterEach(async () => {
  process.umask(mask);
  await file.stop();
});

const read = () => (existsSync(path) ? readFileSync(path, 'utf8') : undefined);

it('is written at once, and every 15 seconds, for everyone to read', async () => {
  await file.start();
  expect(read()).toBe(text);
  expect(statSync(path).mode & 0o777).toBe(0o644);
  text = 'integratord_up 2\n';
  await clock.advance(14_999);
  expect(read()).toBe('integratord_up 1\n');
  await clock.advance(1);
  await until(() => read() === text, 'it is written');
  expect(readdirSync(directory)).toEqual(['integratord.prom']);
  expect(log.lines).toEqual([]);
});

it('is replaced as a whole: who has it open reads the old one to its end', async () => {
  await file.start();
  const before = openSync(path, 'r');
  text = 'integratord_up 2\n';
  await clock.advance(15_000);
  await until(() => read() === text, 'it is written');
  expect(readFileSync(before, 'utf8')).toBe('integratord_up 1\n');
  closeSync(before);
});

it('replaces a link, and leaves alone what it leads to', async () => {
  const other = join(directory, 'precious');
  writeFileSync(other, 'precious');
  symlinkSync(other, path);
  await file.start();
  expect(lstatSync(path).isSymbolicLink()).toBe(false);
  expect(read()).toBe(text);
  expect(readFileSync(other, 'utf8')).toBe('precious');
});

it('is removed at the end', async () => {
  await file.start();
  await file.stop();
  expect(readdirSync(directory)).toEqual([]);
  expect(clock.timers).toBe(0);
});

it('that is not ours stays where nothing could be written', async () => {
  mkdirSync(path);
  await file.start();
  await file.stop();
  expect(readdirSync(directory)).toEqual(['integratord.prom']);
});

it('is tried again when it cannot be written, which is said once, and leaves nothing behind', async () => {
  mkdirSync(path);
  await file.start();
  await clock.advance(15_000);
  await until(() => clock.timers === 1, 'it waits');
  expect(readdirSync(directory)).toEqual(['integratord.prom']);
  expect(log.lines).toMatchObject([
    {
      level: 'error',
      message: 'metrics cannot be written to the file; retrying',
      fields: { path },
    },
  ]);
  rmdirSync(path);
  await clock.advance(15_000);
  await until(() => read() === text, 'it is written');
  await until(() => log.lines.length === 2, 'it is said');
});

it('is as it was where the numbers cannot be read', async () => {
  await file.start();
  const failing = new MetricsFile(path, {
    text: async () => {
      throw new Error('the outbox cannot be used');
    },
    clock,
    log,
  });
  await failing.start();
  await failing.stop();
  expect(read()).toBe(text);
});

it('does not keep the program when its disk hangs', async () => {
  const hanging = new MetricsFile(path, { text: () => new Promise(() => {}), clock, log });
  void hanging.start();
  const stopped = hanging.stop();
  await clock.advance(2000);
  await stopped;
  expect(read()).toBeUndefined();
});

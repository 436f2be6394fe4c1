import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { tempDir } from '../../../test/support/temp-dir.ts';
import { Reader } from './client.ts';

/** Says which process it is; what it is to do otherwise stands in the question. */
const HELPER = `
process.on('disconnect', () => process.exit());
process.on('message', ({ id, args: [what] }) => {
  if (what === 'die') process.kill(process.pid, 'SIGKILL');
  else if (what === 'fail') process.send({ id, error: 'no such table' });
  else if (what !== 'never') process.send({ id, value: [process.pid, what] });
});`;

function scene() {
  const path = join(tempDir(), 'helper.mjs');
  writeFileSync(path, HELPER);
  const clock = new FakeClock();
  let obstacle: string | undefined;
  const reader = new Reader({
    program: pathToFileURL(path),
    args: [],
    clock,
    limitMs: 1000,
    obstacle: () => obstacle,
  });
  onTestFinished(() => reader.release());
  const ask = (what: string) =>
    reader.ask('receipts', what) as unknown as Promise<[pid: number, what: string]>;
  const stop = (why: string) => {
    obstacle = why;
  };
  return { clock, reader, ask, stop };
}

describe('a reader', () => {
  it('asks one process, one question after the other', async () => {
    const { ask } = scene();
    const answers = await Promise.all(['a', 'b', 'c'].map((what) => ask(what)));
    expect(answers.map(([, what]) => what)).toEqual(['a', 'b', 'c']);
    expect(new Set(answers.map(([pid]) => pid)).size).toBe(1);
  });

  it('tells what went wrong, and is asked the next all the same', async () => {
    const { ask } = scene();
    const [first, second] = [ask('fail'), ask('a')];
    await expect(first).rejects.toThrow('no such table');
    expect((await second)[1]).toBe('a');
  });

  it('ends a process that takes too long, and asks another one the next', async () => {
    const { ask, clock } = scene();
    const [pid] = await ask('a');
    const [never, next] = [ask('never'), ask('b')];
    clock.tick(1000);
    await expect(never).rejects.toThrow('this takes too long');
    expect((await next)[0]).not.toBe(pid);
  });

  it('has another process where one is gone', async () => {
    const { ask } = scene();
    const [gone, next] = [ask('die'), ask('a')];
    await expect(gone).rejects.toThrow('ended');
    expect((await next)[1]).toBe('a');
  });

  it('turns away whoever comes when many wait', async () => {
    const { ask } = scene();
    const asked = Array.from({ length: 18 }, (_, at) => ask(String(at)));
    await expect(asked.at(-1)).rejects.toThrow('too many questions at once');
    expect(await Promise.all(asked.slice(0, -1))).toHaveLength(17);
  });

  it('keeps its process for a minute after the last question', async () => {
    const { ask, clock } = scene();
    const [pid] = await ask('a');
    clock.tick(59_000);
    expect((await ask('b'))[0]).toBe(pid);
    clock.tick(60_000);
    expect((await ask('c'))[0]).not.toBe(pid);
  });

  it('lets go of the outbox where that must be left alone', async () => {
    const { ask, stop, clock } = scene();
    const [pid] = await ask('a');
    stop('the outbox is being mended');
    await expect(ask('b')).rejects.toThrow('the outbox is being mended');
    await expect.poll(() => isThere(pid)).toBe(false);
    expect(clock.timers).toBe(0);
  });
});

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { persist } from './persist.ts';

function scene(results: readonly (object | string)[]) {
  const clock = new FakeClock();
  const stop = new AbortController();
  const complaints: string[] = [];
  const times: number[] = [];
  let wake = () => {};
  const got = persist({
    attempt: async () => {
      times.push(clock.monotonic());
      return results[Math.min(times.length, results.length) - 1] as object | string;
    },
    clock,
    stop: stop.signal,
    wake: (callback) => {
      wake = callback;
    },
    complain: (problem) => complaints.push(problem),
  });
  return { clock, stop, complaints, times, got, wake: () => wake() };
}

describe('persisting', () => {
  it('gives what it got', async () => {
    const thing = {};
    const { got, complaints } = scene([thing]);
    expect(await got).toBe(thing);
    expect(complaints).toEqual([]);
  });

  it('retries every 30 seconds, and complains of what is new', async () => {
    const thing = {};
    const { clock, got, complaints, times } = scene(['full', 'full', 'gone', thing]);
    await clock.advance(90_000);
    expect(await got).toBe(thing);
    expect(times).toEqual([0, 30_000, 60_000, 90_000]);
    expect(complaints).toEqual(['full; trying again every 30 s', 'gone; trying again every 30 s']);
  });

  it('complains of the same every ten minutes', async () => {
    const { clock, complaints, stop } = scene(['full']);
    await clock.advance(3_600_000 - 1);
    expect(complaints).toHaveLength(6);
    stop.abort();
  });

  it('tries at once when it is woken', async () => {
    const thing = {};
    const { clock, got, wake, times } = scene(['full', thing]);
    await clock.settle();
    wake();
    expect(await got).toBe(thing);
    expect(times).toEqual([0, 0]);
    expect(clock.timers).toBe(0);
  });

  it('ends when it is stopped', async () => {
    const { clock, got, stop } = scene(['full']);
    await clock.settle();
    stop.abort();
    expect(await got).toBeUndefined();
    expect(clock.timers).toBe(0);
  });
});

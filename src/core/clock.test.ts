import { stat } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { sleep, systemClock } from './clock.ts';

/** Says whether a promise has resolved, without waiting for it. */
function watch(promise: Promise<void>): { done: boolean } {
  const state = { done: false };
  void promise.then(() => {
    state.done = true;
  });
  return state;
}

describe('sleep', () => {
  it('resolves when the time has passed, and not before', async () => {
    const clock = new FakeClock();
    const asleep = watch(sleep(clock, 1000));
    await clock.advance(999);
    expect(asleep.done).toBe(false);
    await clock.advance(1);
    expect(asleep.done).toBe(true);
  });

  it('resolves at once when the signal aborts, and leaves no timer behind', async () => {
    const clock = new FakeClock();
    const abort = new AbortController();
    const asleep = watch(sleep(clock, 1000, abort.signal));
    await clock.advance(10);
    expect(asleep.done).toBe(false);
    abort.abort();
    await clock.settle();
    expect([asleep.done, clock.timers]).toEqual([true, 0]);
  });

  it('resolves at once when the signal was aborted before', async () => {
    const clock = new FakeClock();
    const asleep = watch(sleep(clock, 1000, AbortSignal.abort()));
    await clock.settle();
    expect([asleep.done, clock.timers]).toEqual([true, 0]);
  });

  it('lets go of the signal, so that a long-lived one gathers no listeners', async () => {
    const clock = new FakeClock();
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const removed = vi.spyOn(signal, 'removeEventListener');
    for (let i = 0; i < 5; i += 1) {
      const asleep = sleep(clock, 1, signal);
      await clock.advance(1);
      await asleep;
      expect(added.mock.calls).toHaveLength(i + 1);
      expect(removed.mock.lastCall?.[1]).toBe(added.mock.lastCall?.[1]);
    }
  });
});

describe('the system clock', () => {
  it('measures, and draws numbers below one', () => {
    const before = systemClock.monotonic();
    expect(systemClock.now()).toBeGreaterThan(Date.UTC(2024));
    expect(systemClock.monotonic()).toBeGreaterThanOrEqual(before);
    const numbers = Array.from({ length: 100 }, () => systemClock.random());
    expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
    expect(new Set(numbers).size).toBeGreaterThan(1);
  });

  it('calls back, but neither what was cancelled nor what is months away', async () => {
    const called: string[] = [];
    const cancels = [2 ** 31, Number.POSITIVE_INFINITY, 90 * 86_400_000].map((far) =>
      systemClock.after(far, () => called.push('far')),
    );
    const cancel = systemClock.after(0, () => called.push('cancelled'));
    cancel();
    await new Promise<void>((resolve) => {
      systemClock.after(-5, () => {
        called.push('near');
        systemClock.after(2, resolve);
      });
    });
    for (const cancel of cancels) cancel();
    expect(called).toEqual(['near']);
  });
});

it('the process hears of other things between timers, however long what they call takes', async () => {
  const heard: string[] = [];
  let cancel = () => {};
  // Each takes longer than the time until the next.
  const again = () => {
    heard.push('timer');
    const end = performance.now() + 20;
    while (performance.now() < end);
    cancel = systemClock.after(5, again);
  };
  again();
  await new Promise<void>((resolve) => {
    stat('/', () => resolve());
  });
  cancel();
  expect(heard.length).toBeLessThan(50);
});

it('what was cancelled while it waited for its turn does not happen', async () => {
  const happened: string[] = [];
  let cancel = () => {};
  systemClock.after(1, () => {
    happened.push('first');
    cancel();
  });
  cancel = systemClock.after(1, () => happened.push('second'));
  await sleep(systemClock, 20);
  expect(happened).toEqual(['first']);
});

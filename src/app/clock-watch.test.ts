import { expect, it } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { ClockWatch } from './clock-watch.ts';

it('notices that the clock was set, once, and small corrections not at all', async () => {
  const clock = new FakeClock();
  const watch = new ClockWatch(clock);
  await clock.advance(3_600_000);
  expect(watch.jump()).toBe(0);
  clock.jump(4000);
  expect(watch.jump()).toBe(0);
  clock.jump(-60_000);
  expect(watch.jump()).toBe(-56_000);
  expect(watch.jump()).toBe(0);
  clock.jump(86_400_000);
  expect(watch.jump()).toBe(86_400_000);
});
